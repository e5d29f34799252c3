import RAMiTDiagnostics
import RAMiTNN
import RAMiTSerialization
import RAMiTTensorCore

extension RestorationArchitecture {
  /// By default the names that the parameters of the default model have, with their shapes.
  public static var weightRequest: WeightRequest {
    let defaults = RestorationTask.allCases.lazy.map { Self(task: $0) }.first { $0.validationError == nil }
    guard let defaults else { return WeightRequest(anchors: []) { _ in nil } }
    return Tensor.withMetaTensors { defaults.makeModel(ParameterScope(seed: nil)).parameters.request }
  }

  /// By default what the file's notes say or, without notes, the defaults of the task: bare shapes tell only that.
  public static func inferred(
    from tensors: NamedTensors, task: RestorationTask?, path: String
  ) throws -> Self {
    guard let json = tensors.metadata["model"] else {
      guard let task else {
        throw InputError(path, expected: "a task (--task), which weights without notes do not tell", found: "no --task")
      }
      return Self(task: task)
    }
    return try Self(json: json, path: path)
  }

  /// Trained values of a model of this architecture, counted without memory for them.
  /// - Precondition: `validationError` is nil.
  public var parameterCount: Int {
    Tensor.withMetaTensors { makeModel(ParameterScope(seed: nil)).parameters.count }
  }
}

extension RestorationModel {
  /// Loads every parameter and buffer, strictly: missing, unexpected and misshapen names are refused, and values that
  /// are not finite; nothing is changed then. What a training keeps beside weights is left out.
  /// - Parameter path: the file that they are from, for messages.
  public func load(_ tensors: NamedTensors, from path: String) throws {
    try parameters.load(tensors, from: path, ignoring: isTrainingState)
  }

  /// Writes the state dictionary as safetensors, the architecture in the notes; the file is whole, or not there.
  ///
  /// PyTorch's model loads it with `strict=True`.
  /// - Parameters:
  ///   - notes: what else the file should say.
  ///   - precision: of the numbers in the file; float16 takes half the space.
  public func write(
    to path: String, notes: [String: String] = [:], precision: SafeTensors.Precision = .float32
  ) throws {
    var tensors = stateDict
    tensors.metadata = notes
    tensors.metadata["model"] = try architecture.json
    // PyTorch's libraries refuse files without it.
    tensors.metadata["format"] = "pt"
    try SafeTensors.write(tensors, to: path, precision)
  }

  /// Rounds every parameter to the nearest float16, as a file of that precision holds it.
  /// - Returns: the first value that is beyond float16's range; nothing has changed then.
  public func roundToFloat16() -> Float? {
    let values = parameters.values
    let rounded = (0..<values.count).map { Float(Float16(values.pointer[$0])) }
    if let place = rounded.firstIndex(where: { !$0.isFinite }) { return values.pointer[place] }
    for (place, value) in rounded.enumerated() { values.pointer[place] = value }
    return nil
  }

  /// Writes the state dictionary as `torch.save` would; such a file has no notes and does not tell what its shapes do
  /// not.
  ///
  /// `torch.load` takes it with `weights_only=True`, and PyTorch's model loads it with `strict=True`.
  public func writePyTorch(to path: String) throws { try PyTorchCheckpoint.write(stateDict, to: path) }
}
