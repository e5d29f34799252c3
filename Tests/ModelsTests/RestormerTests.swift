import RAMiTAutograd
import RAMiTModels
import RAMiTNN
import RAMiTSerialization
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

/// Restormer against the published code.
@Suite(.serialized) struct RestormerTests {
  @Test(.needsReference) func golden() throws {
    let golden = try PeerGolden(reference: "restormer_small")
    try golden.check(try Self.configuration(golden.arguments))
  }

  /// A small model, in the project, with every bias.
  @Test func small() throws {
    let golden = try PeerGolden(fixture: "restormer_tiny_dr")
    try golden.check(try Self.configuration(golden.arguments))
  }

  /// The published code's arguments as a configuration.
  static func configuration(_ arguments: [String: Any]) throws -> RestormerConfiguration {
    var result = RestormerConfiguration(task: .dr)
    result.dim = try #require(arguments["dim"] as? Int)
    result.blocks = try #require(arguments["num_blocks"] as? [Int])
    result.refinementBlocks = try #require(arguments["num_refinement_blocks"] as? Int)
    result.heads = try #require(arguments["heads"] as? [Int])
    result.bias = try #require(arguments["bias"] as? Bool)
    result.norm = arguments["LayerNorm_type"] as? String == "BiasFree" ? .biasFree : .withBias
    return result
  }

  /// 26.13 million parameters and 140.99 G for 256 x 256 of three channels, as published.
  @Test(arguments: [
    (RestorationTask.dr, 26_126_644, 140_990_496_768), (.dn, 26_111_668, 140_990_496_768),
    (.graydn, 26_109_076, 140_820_627_456),
  ])
  func size(_ task: RestorationTask, parameters: Int, multAdds: Int) {
    let complexity = Complexity(of: RestormerConfiguration(task: task), outputWidth: 256, height: 256)
    #expect(complexity.parameters == parameters)
    #expect(complexity.multAdds == multAdds)
  }

  @Test func configurationIsFoundFromNamesAndShapes() throws {
    for task in [RestorationTask.dn, .graydn, .dr] {
      var configuration = RestormerConfiguration(task: task)
      (configuration.dim, configuration.blocks, configuration.refinementBlocks) = (6, [1, 2, 1, 3], 2)
      (configuration.heads, configuration.hiddenRatio, configuration.bias) = ([2, 3, 1, 4], 1.5, true)
      let weights = configuration.makeModel(seed: 1).stateDict
      #expect(try RestormerConfiguration.inferred(from: weights, task: task, path: "weights") == configuration)
      let found = try BuiltInArchitecture.inferred(from: weights, task: task, path: "weights")
      #expect(found == .restormer(configuration))
    }
  }

  /// As the published evaluation pads: reflected without the edge pixel, and nothing where a side is a multiple of 8.
  @Test(arguments: [(9, 8, 16, 8), (5, 13, 8, 16), (3, 8, 8, 8)])
  func padding(height: Int, width: Int, paddedHeight: Int, paddedWidth: Int) {
    var configuration = RestormerConfiguration(task: .dr)
    (configuration.dim, configuration.blocks, configuration.refinementBlocks) = (8, [1, 1, 1, 1], 1)
    let model = configuration.makeModel(seed: 1)
    let values: [Float] = (0..<height * width * 3).map { Float($0) / 400 }
    let image = Tensor(values, [height, width, 3])
    let padded = model.padding.padded(image)
    #expect(padded.shape == [paddedHeight, paddedWidth, 3])
    if height == 9 {
      #expect(padded.slice(9..<10).array == image.slice(7..<8).array)
    }
    let restored = model.restore(image)
    #expect(restored.shape == image.shape)
    #expect(model(Variable(constant: image.reshaped([1, height, width, 3]))).value.array == restored.array)
  }
}
