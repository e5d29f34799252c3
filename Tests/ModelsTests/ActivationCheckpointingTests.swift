import RAMiTAutograd
import RAMiTKernels
import RAMiTModels
import RAMiTNN
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

/// Training steps of small models, of which parts are computed again.
@Suite struct ActivationCheckpointingTests {
  private func random(_ shape: Shape, seed: UInt64) -> Tensor {
    var random = RandomNumbers(seed: seed)
    return Tensor((0..<shape.count).map { _ in random.uniform() }, shape)
  }

  private func configuration(_ task: RestorationTask = .x2) -> RAMiTConfiguration {
    var configuration = RAMiTConfiguration(task: task)
    configuration.dim = 16
    configuration.depths = [3, 1, 2, 2]
    configuration.window = 4
    configuration.wide = MobiVariWidth(expansion: 1.2, groups: 1)
    return configuration
  }

  /// The loss and all gradients of a step, as bits.
  private func step(
    _ configuration: RAMiTConfiguration, _ checkpointing: ActivationCheckpointing,
    learns: (String) -> Bool = { _ in true }
  ) -> [UInt32] {
    let model = RAMiT(configuration, seed: 3), task = configuration.task
    for parameter in model.parameters.parameters { parameter.requiresGradient = learns(parameter.name) }
    let image = random([2, 16, 32, task.channels], seed: 4)
    let target = random([2, 16 * task.scale, 32 * task.scale, task.channels], seed: 5)
    let tape = Tape()
    let context = TrainingContext(seed: 1, iteration: 7, checkpointing: checkpointing)
    let loss = tape.record { l1Loss(model(Variable(constant: image), context: context), target) }
    tape.backward(from: loss)
    return ([loss.value.scalar] + model.parameters.gradients.array).map(\.bitPattern)
  }

  @Test(arguments: [(0.0, 0.0, 0.0), (0.3, 0.0, 0.0), (0.0, 0.3, 0.0), (0.0, 0.0, 0.5), (0.2, 0.2, 0.3)])
  func gradientsAreTheSameBits(attention: Double, projection: Double, depth: Double) {
    var configuration = configuration()
    configuration.attentionDropout = attention
    configuration.projectionDropout = projection
    configuration.stochasticDepth = depth
    let saved = step(configuration, .none)
    #expect(saved.count { $0 != 0 } > saved.count * 9 / 10)
    for checkpointing in ActivationCheckpointing.allCases.dropFirst() {
      #expect(step(configuration, checkpointing) == saved, "\(checkpointing)")
    }
  }

  @Test func gradientsAreTheSameInEveryKindOfModel() {
    let changes: [(String, (inout RAMiTConfiguration) -> Void)] = [
      ("without H-RAMi", { $0.hrami = false }), ("without the helper", { $0.helper = false }),
      ("channel attention", { $0.channelHeads = 4 }), ("spatial attention", { $0.channelHeads = 0 }),
      ("MobiVari 1", { $0.mobivari.version = 1 }), ("denoising", { $0.task = .dn }),
      ("alternating blocks", { ($0.arrangement, $0.attentionDropout) = (.alternating, 0.2) }),
      ("norms before", { ($0.normalization, $0.stochasticDepth) = (.pre, 0.3) }),
      ("convolutions for positions", { ($0.positionEncoding, $0.projectionDropout) = (.convolution, 0.2) }),
    ]
    for (name, change) in changes {
      var configuration = configuration()
      change(&configuration)
      let saved = step(configuration, .none)
      for checkpointing in ActivationCheckpointing.allCases.dropFirst() {
        #expect(step(configuration, checkpointing) == saved, "\(name), \(checkpointing)")
      }
    }
  }

  /// As in a warm start, alone in the middle, and behind what is frozen.
  @Test(arguments: [["to_target."], ["stage2."], ["stage3.", "bottleneck.", "stage4.", "attn_mix."]])
  func gradientsAreTheSameWhileAPartLearns(modules: [String]) {
    let saved = step(configuration(), .none) { name in modules.contains { name.hasPrefix($0) } }
    for checkpointing in ActivationCheckpointing.allCases.dropFirst() {
      let again = step(configuration(), checkpointing) { name in modules.contains { name.hasPrefix($0) } }
      #expect(again == saved, "\(checkpointing)")
    }
  }

  /// What a tape saves of a step.
  @Test func eachSavesLess() async {
    await #expect(processExitsWith: .success) {
      var configuration = RAMiTConfiguration(task: .x2)
      configuration.dim = 32
      configuration.depths = [4, 2, 2, 4]
      configuration.wide = MobiVariWidth(expansion: 1.2, groups: 1)
      let model = RAMiT(configuration)
      let image = Tensor(repeating: 0.5, [4, 32, 32, 3]), target = Tensor(repeating: 0.4, [4, 64, 64, 3])
      let map = 4 * 32 * 32 * configuration.dim * MemoryLayout<Float>.size
      let saved = ActivationCheckpointing.allCases.map { checkpointing in
        let tape = Tape()
        var loss: Variable?
        let saved = storageLeak {
          let context = TrainingContext(seed: 0, iteration: 0, checkpointing: checkpointing)
          loss = tape.record { l1Loss(model(Variable(constant: image), context: context), target) }
        }
        tape.backward(from: loss!)
        return Double(saved) / Double(map)
      }
      // Of 8.625 blocks at full resolution each saves 3.25 maps, or 2.25, or nothing.
      #expect(saved[0] - saved[1] > 8 && saved[1] - saved[2] > 14, "\(saved)")
    }
  }
}
