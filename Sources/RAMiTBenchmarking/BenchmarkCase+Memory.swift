import RAMiTAutograd
import RAMiTDiagnostics
import RAMiTMachine
import RAMiTModels
import RAMiTNN
import RAMiTTensorCore

extension BenchmarkCase {
  /// The memory that the case takes at its peak, beside the program, measured in two small passes.
  /// - Parameters:
  ///   - architecture: of the model that is timed.
  ///   - checkpointing: what a training step computes again.
  package func memory(
    of architecture: some RestorationArchitecture, _ checkpointing: ActivationCheckpointing = .none
  ) -> Int {
    let model = architecture.makeModel()
    switch self {
    case .inference(let height, let width):
      let memory = RestorationMemory(of: model)
      let tensors = memory.whole(width: width, height: height) * RestorationMemory.heldPerByte
      return Int(tensors) + Self.beside(model, copies: 1)
    case .training(let batch, let patch):
      let task = architecture.task
      let side = min(patch, Self.measuredSide).roundedUp(toMultipleOf: model.sizeMultiple)
      let padded = Double(patch.roundedUp(toMultipleOf: model.sizeMultiple))
      let context = TrainingContext(seed: 0, iteration: 0, checkpointing: checkpointing)
      // The parameters' gradients exist before the pass, so they are not a part of it.
      model.parameters.zeroGradients()
      let pass = PassMemory.measured(pixels: side * side) { factor in
        let tape = Tape()
        let loss = tape.record {
          let images = Variable(constant: Tensor(zeros: [factor, side, side, task.channels]))
          let output = model(images, context: context)
          return l1Loss(output, Tensor(zeros: output.shape))
        }
        tape.backward(from: loss)
      }
      return Int(pass.bytes(pixels: Double(batch) * padded * padded)) + Self.beside(model, copies: 4)
    }
  }

  /// The side of the patches that a step's memory is measured with.
  private static let measuredSide = 64

  /// Values, in training also gradients and Adam's two moments, and what is no tensor.
  private static func beside(_ model: any RestorationModel, copies: Int) -> Int {
    ProcessMemory.firstWork + copies * model.parameters.count * MemoryLayout<Float>.size
  }

  /// - Throws: `InputError` when the case takes more memory than is free.
  package func checkMemory(
    of architecture: some RestorationArchitecture, _ checkpointing: ActivationCheckpointing = .none,
    free: Int = MachineMemory().free
  ) throws {
    let bytes = memory(of: architecture, checkpointing)
    guard bytes > free else { return }
    func gigabytes(_ bytes: Int) -> String { "\((Double(bytes) / 1e9).fixed(1)) GB" }
    throw InputError(
      "benchmark", expected: "a smaller case, for \(gigabytes(free)) of free memory",
      found: "\(name), for about \(gigabytes(bytes))")
  }
}
