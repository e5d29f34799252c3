import Autograd
import Models
import TensorCore

extension PassMemory {
  /// So many pixels are measured with, and twice as many, in patches of at most this side: a fraction of a second's
  /// work.
  private static let measuredStep = (side: 64, pixels: 64 * 64)

  /// Measures a step's forward and backward pass. The parameters stay as they are; their gradients become zero.
  static func ofStep<Model: TrainableModel>(
    _ model: Model, _ configuration: TrainingConfiguration, _ recomputation: Recomputation
  ) -> PassMemory {
    let task = configuration.task
    let side = model.padded(min(configuration.data.train.patch, measuredStep.side))
    let patches = max(1, measuredStep.pixels / (side * side))
    defer { model.parameters.zeroGradients() }
    return measured(pixels: patches * side * side) { factor in
      let input = Tensor(zeros: [factor * patches, side, side, task.channels])
      let target = Tensor(zeros: [factor * patches, side * task.scale, side * task.scale, task.channels])
      let tape = Tape()
      let loss = tape.record {
        let output = model.restore(
          Variable(constant: input), seed: configuration.seed, step: 0, recomputation: recomputation)
        return configuration.loss.value(output, target)
      }
      tape.backward(from: loss)
    }
  }
}

extension TrainableModel {
  /// The side of an input after padding.
  func padded(_ side: Int) -> Int { (side + unit - 1) / unit * unit }
}
