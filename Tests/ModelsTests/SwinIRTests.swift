import RAMiTAutograd
import RAMiTModels
import RAMiTNN
import RAMiTSerialization
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

/// SwinIR against the published code.
@Suite(.serialized) struct SwinIRTests {
  @Test(
    .needsReference,
    arguments: ["swinir_small_x2", "swinir_small_x3", "swinir_light_x2"])
  func golden(_ name: String) throws {
    let golden = try PeerGolden(reference: name)
    try golden.check(try Self.configuration(golden.arguments))
  }

  /// Small models, in the project.
  @Test(arguments: ["swinir_tiny_x3", "swinir_tiny_graydn"])
  func small(_ name: String) throws {
    let golden = try PeerGolden(fixture: name)
    try golden.check(try Self.configuration(golden.arguments))
  }

  /// The published code's arguments as a configuration.
  static func configuration(_ arguments: [String: Any]) throws -> SwinIRConfiguration {
    let scale = try #require(arguments["upscale"] as? Int), channels = try #require(arguments["in_chans"] as? Int)
    let tasks: [RestorationTask] = [.x2, .x3, .x4, .dn, .graydn]
    var result = SwinIRConfiguration(
      task: try #require(tasks.first { $0.scale == scale && $0.channels == channels }))
    result.dim = try #require(arguments["embed_dim"] as? Int)
    result.depths = try #require(arguments["depths"] as? [Int])
    result.heads = try #require(arguments["num_heads"] as? [Int])
    result.window = try #require(arguments["window_size"] as? Int)
    result.hiddenRatio = try #require(arguments["mlp_ratio"] as? Double)
    result.stochasticDepth = try #require(arguments["drop_path_rate"] as? Double)
    result.imageSize = try #require(arguments["img_size"] as? Int)
    return result
  }

  /// Table 2 of the RAMiT paper.
  @Test(arguments: [
    (RestorationTask.x2, 910_152, 243.7), (.x3, 918_267, 109.5), (.x4, 929_628, 61.7),
  ])
  func size(_ task: RestorationTask, parameters: Int, multAdds: Double) {
    let complexity = Complexity(of: SwinIRConfiguration(task: task), outputWidth: 1280, height: 720)
    #expect(complexity.parameters == parameters)
    #expect((Double(complexity.multAdds) / 1e8).rounded() / 10 == multAdds)
  }

  @Test func configurationIsFoundFromNamesAndShapes() throws {
    for task in [RestorationTask.x3, .dn, .graydn] {
      var configuration = SwinIRConfiguration(task: task)
      (configuration.dim, configuration.depths, configuration.heads) = (12, [2, 3], [2, 3])
      (configuration.hiddenRatio, configuration.imageSize) = (1.5, 24)
      let weights = configuration.makeModel(seed: 1).stateDict
      #expect(try SwinIRConfiguration.inferred(from: weights, task: task, path: "weights") == configuration)
      let found = try BuiltInArchitecture.inferred(from: weights, task: task, path: "weights")
      #expect(found == .swinIR(configuration))
    }
    #expect(SwinIRConfiguration(task: .x2).modelName == "SwinIR-light")
  }

  /// The names that PyTorch's model wants with `strict=True`, buffers included.
  @Test func statesHoldWhatPyTorchAsksFor() {
    var configuration = SwinIRConfiguration(task: .x2)
    (configuration.dim, configuration.depths, configuration.heads, configuration.imageSize) = (8, [2], [2], 16)
    let state = configuration.makeModel(seed: 1).stateDict
    let block = "layers.0.residual_group.blocks."
    #expect(state[block + "1.attn_mask"]?.shape == [4, 64, 64] && state[block + "0.attn_mask"] == nil)
    #expect(state[block + "0.attn.relative_position_index"]?.shape == [64, 64])
    #expect(state.int64Names.contains(block + "0.attn.relative_position_index"))
  }

  /// The published evaluation always mirrors something, a whole window where a side is a multiple of it.
  @Test(arguments: [(8, 16), (9, 16), (15, 16), (3, 8)])
  func padding(side: Int, padded: Int) {
    let model = SwinIRConfiguration(task: .x2).makeModel(seed: 0)
    let image = Tensor((0..<side * 8 * 3).map(Float.init), [side, 8, 3])
    let result = model.padding.padded(image)
    #expect(result.shape == [padded, 16, 3])
    #expect(result.slice(side..<side + 1).slice(0..<1).array[..<3] == image.slice(side - 1..<side).array[..<3])
    #expect(model.restore(image).shape == [2 * side, 16, 3])
    // In training sides may be any, also those that are too short for a reflection.
    #expect(model(Variable(constant: image.reshaped([1, side, 8, 3]))).shape == [1, 2 * side, 16, 3])
  }
}
