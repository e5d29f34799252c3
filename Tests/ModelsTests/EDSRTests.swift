import RAMiTAutograd
import RAMiTModels
import RAMiTNN
import RAMiTSerialization
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

/// EDSR against the published code.
@Suite(.serialized) struct EDSRTests {
  @Test(.needsReference) func golden() throws {
    let golden = try PeerGolden(reference: "edsr_small_x2")
    try golden.check(try Self.configuration(golden.arguments))
  }

  /// A small model, in the project, with scaled branches.
  @Test func small() throws {
    let golden = try PeerGolden(fixture: "edsr_tiny_x4")
    try golden.check(try Self.configuration(golden.arguments))
  }

  /// The published code's arguments as a configuration.
  static func configuration(_ arguments: [String: Any]) throws -> EDSRConfiguration {
    let scale = try #require(arguments["scale"] as? Int)
    var result = EDSRConfiguration(task: try #require(RestorationTask(rawValue: "x\(scale)")))
    result.features = try #require(arguments["feats"] as? Int)
    result.blocks = try #require(arguments["blocks"] as? Int)
    if let scale = arguments["res_scale"] as? Double { result.residualScale = Float(scale) }
    return result
  }

  /// Parameters as later papers' tables print them, and every multiplication of the convolutions.
  @Test(arguments: [
    (RestorationTask.x2, 1_369_859, 316_248_883_200), (.x3, 1_554_499, 160_063_672_320),
    (.x4, 1_517_571, 114_230_476_800),
  ])
  func size(_ task: RestorationTask, parameters: Int, multAdds: Int) {
    let complexity = Complexity(of: EDSRConfiguration(task: task), outputWidth: 1280, height: 720)
    #expect(complexity.parameters == parameters)
    #expect(complexity.multAdds == multAdds)
  }

  @Test(arguments: [RestorationTask.x2, .x3, .x4])
  func configurationIsFoundFromNamesAndShapes(_ task: RestorationTask) throws {
    var configuration = EDSRConfiguration(task: task)
    (configuration.features, configuration.blocks) = (12, 3)
    let weights = configuration.makeModel(seed: 1).stateDict
    #expect(try EDSRConfiguration.inferred(from: weights, task: nil, path: "weights") == configuration)
    #expect(try BuiltInArchitecture.inferred(from: weights, task: nil, path: "weights") == .edsr(configuration))
    #expect(EDSRConfiguration(task: task).modelName == "EDSR-baseline")
  }

  /// PyTorch's model has the mean's shifts as convolutions, which it asks for with `strict=True`.
  @Test func statesHoldTheMean() throws {
    var configuration = EDSRConfiguration(task: .x2)
    (configuration.features, configuration.blocks) = (4, 1)
    let state = configuration.makeModel(seed: 1).stateDict
    let shift = try #require(state["sub_mean.bias"]), inverse = try #require(state["add_mean.bias"])
    let mean: [Float] = [0.4488, 0.4371, 0.4040]
    #expect(shift.array == mean.map { $0 * -255 })
    #expect(inverse.array == mean.map { $0 * 255 })
    #expect(state["sub_mean.weight"]?.shape == [3, 3, 1, 1])
  }

  @Test func denoisingIsRefused() {
    #expect(EDSRConfiguration(task: .dn).validationError?.hasPrefix("task must be one of x2, x3 and x4") == true)
  }

  /// The scaled branch of the largest model.
  @Test func residualScale() {
    var configuration = EDSRConfiguration(task: .x2)
    (configuration.features, configuration.blocks, configuration.residualScale) = (8, 1, 0.5)
    let scaled = configuration.makeModel(seed: 1)
    configuration.residualScale = 1
    let plain = configuration.makeModel(seed: 1)
    for parameter in plain.parameters.parameters where parameter.name.hasPrefix("body.0.body.2") {
      for i in 0..<parameter.value.count { parameter.value.pointer[i] *= 0.5 }
    }
    let values: [Float] = (0..<105).map { Float($0 % 11) / 11 }
    let image = Variable(constant: Tensor(values, [1, 5, 7, 3]))
    #expect(relativeError(scaled(image).value, plain(image).value) < 1e-6)
  }
}
