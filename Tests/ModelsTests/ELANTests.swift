import RAMiTAutograd
import RAMiTModelTestSupport
import RAMiTNN
import RAMiTSerialization
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

@testable import RAMiTModels

/// ELAN against the published code.
@Suite(.serialized) struct ELANTests {
  @Test(
    .needsReference, arguments: ["elan_small_x2", "elan_light_x4"])
  func golden(_ name: String) throws {
    let golden = try PeerGolden(reference: name)
    try golden.check(try Self.configuration(golden.arguments), training: true)
  }

  /// A small model, in the project, whose input is extended.
  @Test func small() throws {
    let golden = try PeerGolden(fixture: "elan_tiny_x2")
    try golden.check(try Self.configuration(golden.arguments), training: true)
  }

  /// The published code's arguments as a configuration.
  static func configuration(_ arguments: [String: Any]) throws -> ELANConfiguration {
    let scale = try #require(arguments["scale"] as? Int)
    var result = ELANConfiguration(task: try #require(RestorationTask(rawValue: "x\(scale)")))
    result.dim = try #require(arguments["c_elan"] as? Int)
    result.sharing = try #require(arguments["n_share"] as? Int)
    result.blocks = try #require(arguments["m_elan"] as? Int) / (1 + result.sharing)
    result.expansion = try #require(arguments["r_expand"] as? Int)
    result.windows = try #require(arguments["window_sizes"] as? [Int])
    result.rgbRange = try #require(arguments["rgb_range"] as? Double)
    return result
  }

  /// Table 2 of the RAMiT paper. Its number for x3 is that of an input 427 pixels wide, a third of 1280 rounded up; of
  /// 426 pixels, as it counts the other models, it is 75.6 G.
  @Test(arguments: [
    (RestorationTask.x2, 582_012, 168.4), (.x3, 590_127, 75.7), (.x4, 601_488, 43.2),
  ])
  func size(_ task: RestorationTask, parameters: Int, multAdds: Double) {
    let complexity = Complexity(
      of: ELANConfiguration(task: task), outputWidth: (1280 + task.scale - 1) / task.scale * task.scale, height: 720)
    #expect(complexity.parameters == parameters)
    #expect((Double(complexity.multAdds) / 1e8).rounded() / 10 == multAdds)
  }

  private static func small(_ task: RestorationTask) -> ELANConfiguration {
    var configuration = ELANConfiguration(task: task)
    (configuration.dim, configuration.blocks, configuration.windows) = (21, 2, [2, 4, 3])
    return configuration
  }

  private static func image(_ shape: Shape) -> Tensor {
    var random = RandomNumbers(seed: 5)
    return Tensor((0..<shape.count).map { _ in random.uniform() }, shape)
  }

  @Test func configurationIsFoundFromNamesAndShapes() throws {
    for (task, sharing) in [(RestorationTask.x3, 0), (.dn, 1), (.graydn, 2)] {
      var configuration = ELANConfiguration(task: task)
      (configuration.dim, configuration.blocks, configuration.sharing) = (12, 3, sharing)
      configuration.expansion = 3
      // Grayscale models have no mean that would tell it.
      configuration.rgbRange = task.channels == 3 ? 255 : 1
      let weights = configuration.makeModel(seed: 1).stateDict
      #expect(try ELANConfiguration.inferred(from: weights, task: task, path: "weights") == configuration)
      let found = try BuiltInArchitecture.inferred(from: weights, task: task, path: "weights")
      #expect(found == .elan(configuration))
    }
    var published = ELANConfiguration(task: .x2)
    published.rgbRange = 255
    #expect(published.modelName == "ELAN-light")
  }

  /// The names that PyTorch's model wants with `strict=True`, buffers and untrained convolutions included.
  @Test func statesHoldWhatPyTorchAsksFor() throws {
    var configuration = Self.small(.x2)
    configuration.rgbRange = 255
    let state = configuration.makeModel(seed: 1).stateDict
    #expect(state["sub_mean.weight"]?.array == [1, 0, 0, 0, 1, 0, 0, 0, 1])
    #expect(state["sub_mean.weight"]?.shape == [3, 3, 1, 1])
    let means: [Float] = [0.4488 * 255, 0.4371 * 255, 0.4040 * 255]
    #expect(state["sub_mean.bias"]?.array == means.map(-))
    #expect(state["add_mean.bias"]?.array == means)
    let norm = "body.1.modules_gmsa.gmsa_0.project_inp.1."
    #expect(state[norm + "running_mean"]?.shape == [42] && state[norm + "running_var"]?.shape == [42])
    #expect(state.int64Names.contains(norm + "num_batches_tracked"))
    let shift = try #require(state["body.0.modules_lfe.lfe_1.conv0.shift_conv.weight"])
    #expect(shift.shape == [21, 1, 3, 3])
    // Four channels each from the right, from the left, from below and from above, five from where they are.
    let taps = (0..<21).map { c in shift.array[c * 9..<(c + 1) * 9].firstIndex(of: 1)! - c * 9 }
    #expect(taps == [5, 3, 7, 1].flatMap { [$0, $0, $0, $0] } + [4, 4, 4, 4, 4])
    #expect(shift.array.reduce(0, +) == 21)
  }

  /// The fast body of a block is its definition, in training and in inference, in value and gradient.
  @Test(arguments: [true, false], [true, false])
  func theBlockIsWhatItsOperationsSay(training: Bool, isShifted: Bool) {
    var configuration = Self.small(.x2)
    configuration.sharing = 2
    let scope = ParameterScope(seed: 4), block = ELAB(scope, configuration, isShifted: isShifted)
    let parameters = ParameterStore(scope)
    var random = RandomNumbers(seed: 6)
    // Statistics and norms away from 0 and 1.
    for buffer in parameters.buffers where buffer.name.contains("running") {
      buffer.value.initialize { value in for c in 0..<buffer.shape.count { value[c] = 0.5 + random.uniform() } }
    }
    for i in 0..<parameters.count { parameters.values.pointer[i] += 0.1 * (random.uniform() - 0.5) }
    let context = training ? TrainingContext(seed: 0, iteration: 0) : nil
    let x = Self.image([2, 12, 24, 21]), seed = Self.image([2, 12, 24, 21])
    func run(_ body: (Variable) -> Variable) -> (y: Tensor, dx: Tensor, gradients: Tensor) {
      parameters.zeroGradients()
      let dx = Tensor(zeros: x.shape), tape = Tape()
      let (y, loss) = tape.record {
        let y = body(Variable(leaf: x, gradient: dx))
        return (y, (y * Variable(constant: seed)).sum())
      }
      tape.backward(from: loss)
      return (y.value, dx, parameters.gradients.copy())
    }
    let fast = run { block($0, context: context) }, composed = run { block.composed($0, context: context) }
    #expect(relativeError(fast.y, composed.y) < 1e-5)
    #expect(relativeError(fast.dx, composed.dx) < 1e-4)
    #expect(relativeError(fast.gradients, composed.gradients) < 1e-4)
  }

  /// The network sees white as `rgbRange`; what it gives is of the image's range again.
  @Test func theRangeIsTheNetworksOwn() throws {
    var configuration = Self.small(.x2)
    let plain = configuration.makeModel(seed: 3)
    configuration.rgbRange = 255
    let wide = configuration.makeModel(seed: 3)
    // Inputs are 255 times as large and outputs are divided by as much: the same as a first layer divided and a last
    // one multiplied.
    for parameter in wide.parameters.parameters {
      let factor: Float = parameter.name == "head.0.weight" ? 1 / 255 : parameter.name.hasPrefix("tail.0") ? 255 : 1
      for i in 0..<parameter.value.count { parameter.value.pointer[i] *= factor }
    }
    let image = Self.image([12, 12, 3])
    #expect(relativeError(wide.restore(image), plain.restore(image)) < 1e-5)
  }

  /// Inputs are extended by reflection; those too small for it by mirroring.
  @Test(arguments: [(12, 12), (7, 13), (1, 1), (5, 30)])
  func sizes(height: Int, width: Int) {
    let model = Self.small(.x2).makeModel(seed: 2), image = Self.image([height, width, 3])
    let restored = model.restore(image)
    #expect(restored.shape == [2 * height, 2 * width, 3])
    #expect(restored.array.allSatisfy { $0.isFinite })
    let direct = model(Variable(constant: image.reshaped([1, height, width, 3]))).value
    #expect(direct.array == restored.array)
    let padded = model.padding.padded(image)
    #expect(padded.shape == [model.padding.paddedSide(height), model.padding.paddedSide(width), 3])
    if height == 7 {
      #expect(padded.slice(7..<8).slice(0..<1).array[..<3] == image.slice(5..<6).array[..<3])
    }
  }
}
