import RAMiTDiagnostics
import RAMiTNN
import RAMiTSerialization

/// A model with the parameters of a weight file.
public struct PretrainedModel<Architecture: RestorationArchitecture> {
  /// The architecture of the weights, and the model that holds them.
  public let architecture: Architecture, model: any RestorationModel
  /// What the file says beside its tensors.
  public let notes: [String: String]

  /// Reads a weight file, safetensors or a PyTorch checkpoint.
  ///
  /// - Parameters:
  ///   - path: the file or, where there is no such file, the name of weights that come with the program.
  ///   - task: what the model is for, where the file does not tell.
  ///   - name: the name of the expected model; another one is refused.
  ///   - note: called with one line that says which weights were taken, where a file holds several.
  /// - Throws: `InputError` that names the file: no weights, another model's, missing, unexpected and misshapen names,
  ///   or values that are not finite.
  public init(
    weights path: String, task: RestorationTask? = nil, named name: String? = nil, note: (String) -> Void = { _ in }
  ) throws {
    if let pretrained = try Architecture.pretrained(orFile: path) {
      self = try Self(pretrained, task: task, named: name)
      return
    }
    let weights = try WeightFile.open(path, for: Architecture.weightRequest, note: note)
    architecture = try Architecture.checked(weights.outline, from: path, task: task, named: name)
    model = architecture.makeModel(ParameterScope(seed: nil))
    try model.parameters.load(weights, ignoring: isTrainingState)
    notes = weights.outline.metadata
  }

  /// The same for tensors that have been read from a file.
  public init(
    _ tensors: NamedTensors, from path: String, task: RestorationTask? = nil, named name: String? = nil
  ) throws {
    let chosen = try tensors.selected(for: Architecture.weightRequest, from: path)
    architecture = try Architecture.checked(chosen, from: path, task: task, named: name)
    model = architecture.makeModel(ParameterScope(seed: nil))
    try model.load(chosen, from: path)
    notes = chosen.metadata
  }
}

extension RestorationArchitecture {
  /// The architecture of the weights that were read from a file, and whether it is the expected one.
  ///
  /// - Parameters:
  ///   - tensors: chosen from the file by `weightRequest`.
  ///   - task: what it is for, where the weights do not tell.
  ///   - name: the name of the expected model; another one is refused.
  /// - Throws: `InputError` that names the file.
  static func checked(
    _ tensors: NamedTensors, from path: String, task: RestorationTask?, named name: String?
  ) throws -> Self {
    let found = try inferred(from: tensors, task: task, path: path)
    if let task, task != found.task {
      throw InputError(path, expected: "weights for the task \(task)", found: "weights for \(found.task)")
    }
    if let error = found.validationError {
      throw InputError(path, expected: "the weights of a model (\(title))", found: error)
    }
    if let name, found.modelName != name {
      throw InputError(
        path, expected: "weights of \(name) for \(found.task)",
        found: found.modelName == "custom" ? "weights of another model" : "weights of \(found.modelName)")
    }
    // A few names, or the notes, can describe a model that does not fit into memory.
    let (needed, held) = (found.parameterCount, tensors.reduce(0) { $0 + $1.tensor.count })
    guard needed / 2 <= held else {
      throw InputError(
        path, expected: "the \(found.family)'s \(needed) values",
        found: "\(held) in \(tensors.count.counted("tensor"))")
    }
    return found
  }
}

/// True for names of what a training keeps beside weights: an optimizer's state, averages, and how often an average was
/// updated.
package func isTrainingState(_ name: String) -> Bool {
  ["adam.", "sgd.", "lion.", "muon.", "ema."].contains { name.hasPrefix($0) }
    || ["n_averaged", "num_updates", "decay"].contains(name)
}
