import RAMiTAutograd
import RAMiTModels
import RAMiTNN
import RAMiTSerialization
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

/// NGswin against the published code.
@Suite(.serialized) struct NGswinTests {
  @Test(
    .needsReference, arguments: ["ngswin_small_x2", "ngswin_x2"])
  func golden(_ name: String) throws {
    let golden = try PeerGolden(reference: name)
    try golden.check(try Self.configuration(golden.arguments))
  }

  /// A small model, in the project.
  @Test func small() throws {
    let golden = try PeerGolden(fixture: "ngswin_tiny_x2")
    try golden.check(try Self.configuration(golden.arguments))
  }

  /// The published code's arguments as a configuration.
  static func configuration(_ arguments: [String: Any]) throws -> NGswinConfiguration {
    let mode = try #require(arguments["target_mode"] as? String)
    var result = NGswinConfiguration(task: try #require(RestorationTask(rawValue: String(mode.suffix(2)))))
    if let side = arguments["training_img_size"] as? Int { result.imageSize = side }
    if let ngrams = arguments["ngrams"] as? [Int] { result.ngrams = ngrams }
    if let dim = arguments["embed_dim"] as? Int { result.dim = dim }
    if let depths = arguments["depths"] as? [Int] { result.depths.replaceSubrange(0..<3, with: depths) }
    if let heads = arguments["num_heads"] as? [Int] { result.heads.replaceSubrange(0..<3, with: heads) }
    if let window = arguments["window_size"] as? Int { result.window = window }
    if let ratio = arguments["mlp_ratio"] as? Double { result.hiddenRatio = ratio }
    if let depth = arguments["dec_depths"] as? Int { result.depths[3] = depth }
    if let heads = arguments["dec_num_heads"] as? Int { result.heads[3] = heads }
    return result
  }

  /// Table 2 of the RAMiT paper; the last digits are those of the published count.
  @Test(arguments: [
    (RestorationTask.x2, 998_384, 140_407_668_800), (.x3, 1_007_039, 66_564_374_592),
    (.x4, 1_019_156, 36_440_083_520),
  ])
  func size(_ task: RestorationTask, parameters: Int, multAdds: Int) {
    let complexity = Complexity(of: NGswinConfiguration(task: task), outputWidth: 1280, height: 720)
    #expect(complexity.parameters == parameters)
    #expect(complexity.multAdds == multAdds)
  }

  @Test func configurationIsFoundFromNamesAndShapes() throws {
    var configuration = NGswinConfiguration(task: .x3)
    (configuration.dim, configuration.depths, configuration.heads) = (16, [2, 1, 3, 2], [3, 2, 1, 4])
    (configuration.ngrams, configuration.window, configuration.imageSize) = ([2, 3, 1, 2], 4, 32)
    let weights = configuration.makeModel(seed: 1).stateDict
    #expect(try NGswinConfiguration.inferred(from: weights, task: nil, path: "weights") == configuration)
    #expect(try BuiltInArchitecture.inferred(from: weights, task: nil, path: "weights") == .ngswin(configuration))
    #expect(NGswinConfiguration(task: .x2).modelName == "NGswin")
  }

  /// The names that PyTorch's model wants with `strict=True`, buffers included; its decoder is built for half the side.
  @Test func statesHoldWhatPyTorchAsksFor() {
    let state = NGswinConfiguration(task: .x2).makeModel(seed: 1).stateDict
    let stages = ["encoder_layer1", "encoder_layer2", "encoder_layer3", "decoder_layer1"]
    for (stage, windows) in zip(stages, [64, 16, 4, 16]) {
      #expect(state["\(stage).blocks.1.attn_mask"]?.shape == [windows, 64, 64])
      #expect(state["\(stage).blocks.0.attn.relative_position_index"]?.shape == [64, 64])
      let context = "\(stage).blocks.0.ngram_window_partition.ngram_context"
      #expect(state["\(context).ngram_attn.relative_position_index"]?.shape == [4, 4])
    }
  }

  /// One window a side at the coarsest scale, where the published code stops: the edge's own uni-gram is all there is.
  @Test(arguments: [(1, 1), (32, 33), (40, 20)])
  func sizes(height: Int, width: Int) {
    var configuration = NGswinConfiguration(task: .x2)
    (configuration.dim, configuration.depths, configuration.heads) = (16, [1, 2, 1, 2], [2, 2, 2, 2])
    let model = configuration.makeModel(seed: 2)
    let image = Tensor((0..<height * width * 3).map { Float($0 % 7) / 7 }, [height, width, 3])
    let restored = model.restore(image)
    #expect(restored.shape == [2 * height, 2 * width, 3])
    #expect(restored.array.allSatisfy { $0.isFinite })
  }
}
