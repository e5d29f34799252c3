import RAMiTModels
import RAMiTOptimizers
import RAMiTYAML
import Testing
import Yams

@testable import RAMiTExperiments

/// A configuration that is made from values is the one that their YAML gives.
@Suite struct ConfigurationEncoderTests {
  @Test(arguments: BuiltInArchitecture.modelNames) func everyModelsDefaults(name: String) throws {
    try expectEqual(BuiltInRun(task: .x2, named: name))
  }

  @Test(arguments: [
    [], ["optimizer.type=sgd", "name=a: b # c", "output=null "], ["name=1e3", "data.train.path=- a"],
    ["loss=[{type: charbonnier}, {type: edge, weight: 0.05}]", "validation.everyIterations=10"],
    ["schedule.iterations=1000", "schedule.milestones=[500]", "schedule.learningRate=1e-12"],
    ["schedule.stages=[{epoch: 3, batch: 8, patch: 96}, {epoch: 5, batch: 4, patch: 128}]", "schedule.epochs=9"],
  ])
  func valuesOfAllKinds(settings: [String]) throws {
    let text = "data: {train: {type: procedural, samplesPerEpoch: 640}}"
    try expectEqual(BuiltInRun(yaml: text, file: "c.yaml", settings: settings))
  }

  @Test func whatOnlyOtherTypesHave() throws {
    struct Piece: Codable {
      var empty: [Int] = []
      var none: [Int?] = [nil, 1]
      var nested = [[1.5, -0.0], [1e300]]
      var group = ["b": true]
      var texts = ["", "null", "~", "1", "a b", "two\nlines", "true", "é"]
      var nothing: [String: Int] = [:]
    }
    try expectEqual(Piece())
  }

  private func expectEqual<T: Encodable>(_ value: T) throws {
    let node = try ConfigurationEncoder.encode(value, location: "here")
    let read = try ConfigurationNode(yaml: YAMLEncoder().encode(value)) { _ in "here" }
    #expect(pieces(node) == pieces(read))
  }

  /// Every piece: what it says, whether that is nothing, how it is printed, and where it is.
  private func pieces(_ node: ConfigurationNode) -> [String] {
    let line = "\(node.location) \(node.text ?? "") \(node.isNull) \(node.summary)"
    switch node.content {
    case .scalar, .setting: return [line + " " + node.flowText]
    case .sequence(let items): return [line] + items.flatMap { pieces($0) }
    case .mapping(let entries): return [line] + entries.flatMap { ["\($0.key) \($0.location)"] + pieces($0.value) }
    }
  }
}
