import RAMiTAutograd
import RAMiTModels
import RAMiTParallel
import RAMiTTensorCore
import Testing

/// The number of threads is the process's and may change only while nothing computes, so the test has a process of its own.
@Suite struct ThreadTests {
  @Test func theirNumberChangesNoBitOfATrainingStep() async {
    await #expect(processExitsWith: .success) {
      ComputeThreads.count = 1
      let alone = step()
      #expect(alone.gradients.contains { $0 != 0 })
      for threads in [2, 5] {
        ComputeThreads.count = threads
        let result = step()
        #expect(result.loss == alone.loss, "on \(threads) threads")
        #expect(result.gradients == alone.gradients, "on \(threads) threads")
      }
    }
  }
}

/// The bits of the loss and of all gradients of one step of a small model.
private func step() -> (loss: UInt32, gradients: [UInt32]) {
  var configuration = RAMiTConfiguration(task: .x2)
  configuration.dim = 16
  configuration.depths = [2, 1, 1, 2]
  configuration.wide.groups = 1
  let model = RAMiT(configuration, seed: 3)
  func image(_ shape: Shape, seed: UInt64) -> Tensor {
    var random = RandomNumbers(seed: seed, 1)
    return Tensor((0..<shape.count).map { _ in random.uniform() }, shape)
  }
  let tape = Tape()
  let loss = tape.record {
    l1Loss(model(Variable(constant: image([2, 64, 32, 3], seed: 1))), image([2, 128, 64, 3], seed: 2))
  }
  tape.backward(from: loss)
  return (loss.value.scalar.bitPattern, model.parameters.gradients.array.map(\.bitPattern))
}
