import RAMiTNN
import RAMiTSerialization

/// A model with the parameters of a weight file.
public struct PretrainedModel<Architecture: RestorationArchitecture> {
  public let architecture: Architecture
  public let model: any RestorationModel
  /// What the file says beside its tensors.
  public let notes: [String: String]

  /// Reads a weight file, safetensors or a PyTorch checkpoint.
  ///
  /// - Parameters:
  ///   - task: what the model is for, where the file does not tell.
  ///   - name: of the model that is expected; another one is refused.
  ///   - note: called with one line that says which weights were taken, where a file holds several.
  /// - Throws: `InputError` that names the file: no weights, another model's, missing, unexpected and misshapen names,
  ///   or values that are not finite.
  public init(
    weights path: String, task: RestorationTask? = nil, named name: String? = nil, note: (String) -> Void = { _ in }
  ) throws {
    let weights = try WeightFile.open(path, for: Architecture.weightRequest, note: note)
    architecture = try Architecture.checked(weights.outline, from: path, task: task, named: name)
    model = architecture.makeModel(ParameterScope(seed: nil))
    try model.parameters.load(weights, ignoring: isTrainingState)
    notes = weights.outline.metadata
  }
}
