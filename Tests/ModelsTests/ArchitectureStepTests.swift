import RAMiTAutograd
import RAMiTModelTestSupport
import RAMiTModels
import RAMiTNN
import RAMiTParallel
import RAMiTTensorCore
import Testing

/// A training step of every architecture gives the same bits, however much of it is computed again and on however many
/// threads.
@Suite struct ArchitectureStepTests {
  @Test(arguments: BuiltInArchitecture.small)
  func checkpointingChangesNoBit(_ architecture: BuiltInArchitecture) {
    let saved = step(architecture)
    for checkpointing in ActivationCheckpointing.allCases.dropFirst() {
      #expect(step(architecture, checkpointing) == saved, "\(checkpointing)")
    }
  }

  /// The number of threads is the process's and may change only while nothing computes: a process of its own.
  @Test func threadsChangeNoBit() async {
    await #expect(processExitsWith: .success) {
      for architecture in BuiltInArchitecture.small {
        ComputeThreads.count = 1
        let alone = step(architecture)
        for threads in [2, 5] {
          ComputeThreads.count = threads
          #expect(step(architecture) == alone, "\(architecture.family) on \(threads) threads")
        }
      }
    }
  }
}

/// The loss, all gradients and all buffers of one step, as bits.
private func step(_ architecture: BuiltInArchitecture, _ checkpointing: ActivationCheckpointing = .none) -> [UInt32] {
  let model = architecture.makeModel(seed: 3), scale = architecture.task.scale
  var random = RandomNumbers(seed: 4)
  func noise(_ shape: Shape) -> Tensor { Tensor((0..<shape.count).map { _ in random.uniform() }, shape) }
  // The branches of a NAFNet begin with a share of 0.
  for i in 0..<model.parameters.count { model.parameters.values.pointer[i] += 0.1 * (random.uniform() - 0.5) }
  let image = noise([2, 64, 32, 3]), target = noise([2, 64 * scale, 32 * scale, 3])
  let tape = Tape(), context = TrainingContext(seed: 1, iteration: 7, checkpointing: checkpointing)
  let loss = tape.record { l1Loss(model(Variable(constant: image), context: context), target) }
  tape.backward(from: loss)
  let gradients = model.parameters.gradients.array
  #expect(gradients.count { $0 != 0 } > gradients.count * 9 / 10)
  return ([loss.value.scalar] + gradients + model.parameters.buffers.flatMap(\.value.array)).map(\.bitPattern)
}
