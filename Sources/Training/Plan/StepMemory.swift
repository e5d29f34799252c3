import Autograd
import Foundation
import Models
import TensorCore

/// What the tensors of a step's forward and backward pass take, as a straight line over the pixels of its inputs.
struct StepMemory: Equatable {
  /// Bytes that do not depend on the pixels, and bytes for each input pixel that is in the model at one time.
  let base, perPixel: Double

  func bytes(pixels: Double) -> Double { base + perPixel * pixels }

  /// So many pixels are measured with, and twice as many, in patches of at most this side: a fraction of a second's work.
  private static let measured = (side: 64, pixels: 64 * 64)

  /// Finds the line from two passes. The parameters stay as they are; their gradients become zero.
  static func measure<Model: TrainableModel>(
    _ model: Model, _ configuration: TrainingConfiguration, _ recomputation: Recomputation
  ) -> StepMemory {
    let task = configuration.task
    let side = model.padded(min(configuration.data.train.patch, measured.side))
    let patches = max(1, measured.pixels / (side * side)), pixels = Double(patches * side * side)
    let bytes = [patches, 2 * patches].map { batch in
      let input = Tensor(zeros: [batch, side, side, task.channels])
      let target = Tensor(zeros: [batch, side * task.scale, side * task.scale, task.channels])
      return StoragePool.shared.peakGrowth {
        let tape = Tape()
        let output = model.restore(
          tape.constant(input), seed: configuration.seed, step: 0, recomputation: recomputation)
        tape.backward(from: configuration.loss.value(output, target))
      }
    }
    model.parameters.zeroGradients()
    let perPixel = Double(max(0, bytes[1] - bytes[0])) / pixels
    return StepMemory(base: max(0, Double(bytes[0]) - perPixel * pixels), perPixel: perPixel)
  }
}

extension TrainableModel {
  /// The side of an input after padding.
  func padded(_ side: Int) -> Int { (side + unit - 1) / unit * unit }
}
