import RAMiTAutograd
import RAMiTModels
import RAMiTNN
import RAMiTSerialization
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

/// NAFNet against the published code.
@Suite(.serialized) struct NAFNetTests {
  @Test(.needsReference) func golden() throws {
    let golden = try PeerGolden(reference: "nafnet_small")
    try golden.check(try Self.configuration(golden.arguments))
  }

  /// A small model, in the project, whose input is extended.
  @Test func small() throws {
    let golden = try PeerGolden(fixture: "nafnet_tiny_graydn")
    try golden.check(try Self.configuration(golden.arguments))
  }

  /// The published code's arguments as a configuration.
  static func configuration(_ arguments: [String: Any]) throws -> NAFNetConfiguration {
    var result = NAFNetConfiguration(task: try #require(arguments["img_channel"] as? Int) == 1 ? .graydn : .dn)
    result.width = try #require(arguments["width"] as? Int)
    result.encoderBlocks = try #require(arguments["enc_blk_nums"] as? [Int])
    result.middleBlocks = try #require(arguments["middle_blk_num"] as? Int)
    result.decoderBlocks = try #require(arguments["dec_blk_nums"] as? [Int])
    return result
  }

  /// Parameters as published; the Mult-Adds of 256 x 256 pixels are those of the operations.
  @Test(arguments: [
    ("NAFNet", 32, 29_159_715, 16), ("NAFNet", 64, 115_982_915, 63), ("NAFNet-GoPro", 64, 67_888_835, 63),
  ])
  func size(_ name: String, width: Int, parameters: Int, billions: Int) throws {
    var configuration = try #require(NAFNetConfiguration(named: name, task: .dn))
    configuration.width = width
    let complexity = Complexity(of: configuration, outputWidth: 256, height: 256)
    #expect(complexity.parameters == parameters)
    #expect(complexity.multAdds / 1_000_000_000 == billions)
  }

  @Test func configurationIsFoundFromNamesAndShapes() throws {
    for task in [RestorationTask.dn, .graydn, .dr] {
      var configuration = NAFNetConfiguration(task: task)
      (configuration.width, configuration.middleBlocks) = (6, 2)
      (configuration.encoderBlocks, configuration.decoderBlocks) = ([1, 0, 2], [1, 2, 1])
      let weights = configuration.makeModel(seed: 1).stateDict
      #expect(try NAFNetConfiguration.inferred(from: weights, task: task, path: "weights") == configuration)
      #expect(try BuiltInArchitecture.inferred(from: weights, task: task, path: "weights") == .nafNet(configuration))
    }
  }

  /// The edge that the published code pads with is zero, outside of the model and inside.
  @Test func sides() {
    var configuration = NAFNetConfiguration(task: .dn)
    (configuration.width, configuration.middleBlocks) = (4, 1)
    (configuration.encoderBlocks, configuration.decoderBlocks) = ([1, 1], [1, 1])
    let model = configuration.makeModel(seed: 1)
    let values: [Float] = (0..<90).map { 0.1 + Float($0 % 7) / 7 }
    let image = Tensor(values, [5, 6, 3])
    let padded = model.padding.padded(image)
    #expect(padded.shape == [8, 8, 3])
    #expect(padded.slice(5..<8).array.allSatisfy { $0 == 0 })
    #expect(padded.slice(0..<5).array.count { $0 == 0 } == 30)
    let inside = model(Variable(constant: image.reshaped([1, 5, 6, 3]))).value
    #expect(model.restore(image).array == inside.array)
  }
}
