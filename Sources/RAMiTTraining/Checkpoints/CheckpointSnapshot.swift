import RAMiTFiles
import RAMiTModels
import RAMiTNN
import RAMiTSerialization
import RAMiTTensorCore

/// A copy of all that a save writes, so that the training goes on meanwhile.
struct CheckpointSnapshot: Sendable {
  /// Everything that `Checkpoint` reads.
  let checkpoint: NamedTensors
  /// The average or, without one, the weights, for everything else. They share the checkpoint's memory.
  let weights: NamedTensors

  /// - Parameters:
  ///   - state: with the optimizer's steps.
  ///   - configuration: of the run, as YAML.
  init(_ trainStep: TrainStep, state: TrainingState, configuration: String) throws {
    let parameters = trainStep.model.parameters
    var checkpoint = parameters.stateDict
    var weights = checkpoint
    for (parameter, range) in zip(parameters.parameters, parameters.ranges) {
      for (prefix, values) in Checkpoint.vectors(trainStep) {
        let value = parameter.layout.exported(values.slice(range).reshaped(parameter.shape))
        checkpoint[prefix + parameter.name] = value
        if prefix == Checkpoint.averagePrefix { weights[parameter.name] = value }
      }
    }
    // Without buffers an average would be no model's whole weights.
    for buffer in trainStep.average == nil ? [] : parameters.buffers {
      let name = Checkpoint.averagePrefix + buffer.name
      checkpoint[name] = checkpoint[buffer.name]
      if buffer.isInteger { checkpoint.int64Names.insert(name) }
    }
    let model = try trainStep.model.architecture.json
    checkpoint.metadata = try Checkpoint.metadata(state, configuration: configuration, model: model)
    weights.metadata = ["model": model, "iteration": "\(state.iteration)", "format": "pt"]
    (self.checkpoint, self.weights) = (checkpoint, weights)
  }

  /// Writes a checkpoint. A crash leaves the whole file or none.
  func writeCheckpoint(to path: String) throws { try SafeTensors.write(checkpoint, to: path) }

  /// Writes the weights alone. PyTorch's model loads the file with `strict=True`.
  func writeWeights(to path: String) throws { try SafeTensors.write(weights, to: path) }
}
