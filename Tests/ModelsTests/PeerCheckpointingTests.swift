import RAMiTAutograd
import RAMiTModels
import RAMiTNN
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

/// Training steps of small models of other papers, of which parts are computed again.
@Suite struct PeerCheckpointingTests {
  static let models: [BuiltInArchitecture] = {
    var edsr = EDSRConfiguration(task: .x2), nafNet = NAFNetConfiguration(task: .dn)
    var restormer = RestormerConfiguration(task: .dr)
    (edsr.features, edsr.blocks) = (12, 2)
    (nafNet.width, nafNet.middleBlocks) = (6, 1)
    (nafNet.encoderBlocks, nafNet.decoderBlocks) = ([1, 2], [1, 1])
    (restormer.dim, restormer.blocks, restormer.refinementBlocks) = (8, [2, 1, 1, 1], 1)
    return [.edsr(edsr), .nafNet(nafNet), .restormer(restormer)]
  }()

  @Test(arguments: models) func gradientsAreTheSameBits(_ architecture: BuiltInArchitecture) {
    let saved = step(architecture, .none)
    for checkpointing in ActivationCheckpointing.allCases.dropFirst() {
      #expect(step(architecture, checkpointing) == saved, "\(checkpointing)")
    }
  }

  /// The loss and all gradients of a step, as bits.
  private func step(_ architecture: BuiltInArchitecture, _ checkpointing: ActivationCheckpointing) -> [UInt32] {
    let model = architecture.makeModel(seed: 3), scale = architecture.task.scale
    var random = RandomNumbers(seed: 4)
    func noise(_ shape: Shape) -> Tensor { Tensor((0..<shape.count).map { _ in random.uniform() }, shape) }
    // The branches of a NAFNet begin with a share of 0.
    for i in 0..<model.parameters.count { model.parameters.values.pointer[i] += 0.1 * (random.uniform() - 0.5) }
    let image = noise([2, 32, 24, 3]), target = noise([2, 32 * scale, 24 * scale, 3])
    let tape = Tape(), context = TrainingContext(seed: 1, iteration: 7, checkpointing: checkpointing)
    let loss = tape.record { l1Loss(model(Variable(constant: image), context: context), target) }
    tape.backward(from: loss)
    let gradients = model.parameters.gradients.array
    #expect(gradients.count { $0 != 0 } > gradients.count * 9 / 10)
    return ([loss.value.scalar] + gradients).map(\.bitPattern)
  }
}
