import RAMiTDiagnostics
import RAMiTModels
import RAMiTTestSupport
import Testing

@testable import RAMiTExperiments

@Suite struct ResolvedConfigurationTests {
  private typealias Resolved = ResolvedConfiguration<BuiltInArchitecture>

  private func resolved(_ yaml: String?, _ settings: String..., says: [String] = []) throws -> Resolved {
    let folder = try TemporaryFolder()
    if let yaml { try yaml.write(toFile: folder.path + "/c.yaml", atomically: true, encoding: .utf8) }
    var lines: [String] = []
    let resolved = try Resolved(readingFile: yaml.map { _ in folder.path + "/c.yaml" }, settings: settings) {
      lines.append($0)
    }
    #expect(lines == says)
    return resolved
  }

  private func key(_ path: String, _ resolved: Resolved) throws -> Resolved.Key {
    try #require(resolved.keys.first { $0.path == path })
  }

  @Test func valuesTellWhereTheyComeFrom() throws {
    let yaml = """
      task: dn
      data:
        train: {type: folder, path: "my photos", patch: 48}
      """
    let resolved = try resolved(yaml, "data.train.batch=8", "data.train.path=a, b", "gradients.clipNorm=null")
    #expect(try key("task", resolved).source?.hasSuffix("/c.yaml:1:7") == true)
    let path = try key("data.train.path", resolved)
    #expect(path.value == "'a, b'" && path.defaultValue == "null" && path.source == "--set data.train.path")
    let patch = try key("data.train.patch", resolved)
    #expect(patch.value == "48" && patch.defaultValue == "64" && patch.source?.hasSuffix("/c.yaml:3:51") == true)
    // The default is that of the task.
    let noise = try key("data.train.noise", resolved)
    #expect(noise.value == noise.defaultValue && noise.value.hasPrefix("[0") && noise.source == nil)
    #expect(try key("gradients.clipNorm", resolved).value == "null")
    #expect(try key("validation.earlyStopping", resolved).value == "null")
    #expect(Set(resolved.keys.map(\.path)).count == resolved.keys.count)
  }

  @Test(
    arguments: [
      [], ["task=graydn", "optimizer.type=sgd"], ["model.architecture=NAFNet", "task=dn"],
      ["loss=[{type: charbonnier}, {type: edge, weight: 0.05}]", "name=true", "output=#1"],
      [
        "schedule.iterations=1000", "schedule.milestones=[500]", "validation.earlyStopping={patience: 3}",
        "data.validation={type: procedural, images: 2}",
      ],
      ["schedule.warmupEpochs=null"], ["schedule.decay=cosine", "schedule.milestones=null"],
      ["schedule.iterations=1000", "schedule.milestones=[500]", "schedule.warmupIterations=null"],
    ])
  func whatIsPrintedReadsBack(settings: [String]) throws {
    let resolved = try Resolved(
      readingFile: nil, settings: settings + ["data.train.type=procedural", "data.train.samplesPerEpoch=640"]
    ) { Issue.record("\($0)") }
    let text = resolved.annotated()
    let again = try RunConfiguration<BuiltInArchitecture>(yaml: text, file: "printed.yaml")
    #expect(again == resolved.run)
    #expect(try RunConfiguration<BuiltInArchitecture>(yaml: resolved.run.yaml(), file: "saved.yaml") == resolved.run)
    for key in resolved.keys { #expect(text.contains(key.path.split(separator: ".").last! + ": ")) }
  }

  @Test func aPathInPlaceOfAPublishedSet() throws {
    let yaml = """
      data:
        train: {type: dataset, name: DIV2K, root: sets, decoded: a.cache, repeat: 80}
        validation: {type: dataset, name: Set5}
      """
    let own = try resolved(
      yaml, "data.train.path=photos",
      says: ["--set data.train.path: data.train.type is folder with it, not dataset"])
    #expect(own.run.data.train.type == .folder && own.run.data.train.path == "photos" && own.run.data.train.name == nil)
    #expect(own.run.data.train.decoded == nil && own.run.data.train.repeat == 80)
    #expect(own.run.data.validation.name == "Set5")
    let other = try resolved(
      yaml, "data.validation.path=mine",
      says: ["--set data.validation.path: data.validation.type is folder with it, not dataset"])
    #expect(other.run.data.validation.type == .folder && other.run.data.train.name == "DIV2K")
    // A type that is given is not changed, and a name stays within its kind.
    #expect(throws: InputError.self) { try resolved(yaml, "data.train.type=procedural", "data.train.path=photos") }
    #expect(try resolved(yaml, "data.train.name=DF2K").run.data.train.name == "DF2K")
  }
}
