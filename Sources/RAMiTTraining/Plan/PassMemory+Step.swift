import RAMiTAutograd
import RAMiTExperiments
import RAMiTModels
import RAMiTNN
import RAMiTTensorCore

extension PassMemory {
  /// The pixels of the first measurement, of which the second has twice as many, and the largest side of a patch: a
  /// fraction of a second's work.
  private static let measuredStep = (side: 64, pixels: 64 * 64)

  /// Measures a step's forward and backward pass. The parameters stay as they are; their gradients become zero.
  static func ofStep(
    _ model: any RestorationModel, _ configuration: TrainingConfiguration, _ checkpointing: ActivationCheckpointing
  ) -> PassMemory {
    let task = configuration.task
    let side = min(configuration.data.train.patch, measuredStep.side).roundedUp(toMultipleOf: model.sizeMultiple)
    let patches = max(1, measuredStep.pixels / (side * side))
    let context = TrainingContext(seed: configuration.seed, iteration: 0, checkpointing: checkpointing)
    // The parameters' gradients exist before the pass, so they are not a part of it.
    model.parameters.zeroGradients()
    defer { model.parameters.zeroGradients() }
    return measured(pixels: patches * side * side) { factor in
      let input = Tensor(zeros: [factor * patches, side, side, task.channels])
      let target = Tensor(zeros: [factor * patches, side * task.scale, side * task.scale, task.channels])
      let tape = Tape()
      let loss = tape.record {
        configuration.loss.value(model(Variable(constant: input), context: context), target)
      }
      tape.backward(from: loss)
    }
  }
}
