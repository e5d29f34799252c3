import Foundation
import RAMiTDiagnostics
import RAMiTNN
import RAMiTSerialization

extension RAMiT {
  /// The model of a weight file, safetensors or a PyTorch checkpoint, with its parameters.
  ///
  /// - Parameters:
  ///   - task: what it is for, where the file does not tell.
  ///   - variant: the model that is expected; another one is refused.
  ///   - note: called with one line that says which weights were taken, where a file holds several.
  /// - Throws: `InputError` that names the file: no weights, another model's, missing, unexpected and misshapen names,
  ///   or values that are not finite.
  public convenience init(
    weights path: String, task: RestorationTask? = nil, variant: RAMiTVariant? = nil,
    note: (String) -> Void = { _ in }
  ) throws {
    let weights = try WeightFile.open(path, for: RAMiTConfiguration.weightRequest, note: note)
    let configuration = try RAMiTConfiguration.checked(
      weights.outline, from: path, task: task, named: variant?.rawValue)
    self.init(configuration, scope: ParameterScope(seed: nil))
    try parameters.load(weights, ignoring: isTrainingState)
  }

  /// The model of these tensors, which were read from `path`; otherwise as `init(weights:)`.
  public convenience init(
    _ tensors: NamedTensors, from path: String, task: RestorationTask? = nil, variant: RAMiTVariant? = nil
  ) throws {
    let chosen = try tensors.selected(for: RAMiTConfiguration.weightRequest, from: path)
    let configuration = try RAMiTConfiguration.checked(chosen, from: path, task: task, named: variant?.rawValue)
    self.init(configuration, scope: ParameterScope(seed: nil))
    try load(chosen, from: path)
  }
}

extension RAMiTConfiguration {
  /// Without the family's name, as the files of the first versions have it: notes without one are a RAMiT's.
  public var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }
}
