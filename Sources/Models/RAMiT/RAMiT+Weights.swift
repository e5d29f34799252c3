import Diagnostics
import Foundation
import NN
import Serialization
import TensorCore

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
    try self.init(
      chosen: try WeightFile.read(path, for: Self.request, note: note), from: path, task: task, variant: variant)
  }

  /// The model of a weight file as `init(weights:)` reads it, with the file's notes.
  public static func withNotes(
    weights path: String, task: RestorationTask? = nil, variant: RAMiTVariant? = nil,
    note: (String) -> Void = { _ in }
  ) throws -> (model: RAMiT, notes: [String: String]) {
    let tensors = try WeightFile.read(path, for: request, note: note)
    return (try RAMiT(chosen: tensors, from: path, task: task, variant: variant), tensors.metadata)
  }

  /// The model of these tensors, which were read from `path`; otherwise as `init(weights:)`.
  public convenience init(
    _ tensors: NamedTensors, from path: String, task: RestorationTask? = nil, variant: RAMiTVariant? = nil
  ) throws {
    try self.init(
      chosen: tensors.selected(for: Self.request, from: path), from: path, task: task, variant: variant)
  }

  private convenience init(
    chosen tensors: NamedTensors, from path: String, task: RestorationTask?, variant: RAMiTVariant?
  ) throws {
    let configuration = try RAMiTConfiguration.inferred(from: tensors, task: task, path: path)
    if let variant, configuration.variant != variant {
      throw InputError(
        path, expected: "weights of \(variant.rawValue) for \(configuration.task)",
        found: configuration.variant.map { "weights of \($0.rawValue)" } ?? "weights of another model")
    }
    // A few names, or the notes, can speak of a model that no memory would hold.
    let (needed, held) = (configuration.parameterCount, tensors.reduce(0) { $0 + $1.tensor.count })
    guard needed / 2 <= held else {
      throw InputError(path, expected: "a RAMiT's \(needed) values", found: "\(held) in \(tensors.count) tensors")
    }
    self.init(configuration, scope: ParameterScope(seed: nil))
    try parameters.load(tensors, from: path, ignoring: Self.isBesideParameters)
  }

  /// What to look for in a weight file: a RAMiT of any size.
  static let request = WeightRequest(anchors: ["shallow.conv.weight", "to_target.conv.weight"]) { found in
    let fit = found.shapes.keys.count { name in
      modules.contains(name.prefix { $0 != "." }) && !isBesideParameters(name)
    }
    return fit > 0 ? fit : nil
  }

  private static let modules: Set<Substring> = [
    "shallow", "stage1", "down1", "stage2", "down2", "stage3", "bottleneck", "stage4", "attn_mix", "to_target",
  ]

  /// Tensors that PyTorch keeps beside the parameters and that follow from the configuration, a training's moments and
  /// averages, and how often an average was updated.
  public static func isBesideParameters(_ name: String) -> Bool {
    name.hasSuffix(".\(indexName)") || name.hasSuffix(".attn_mask") || name == "mean" || name == "std"
      || ["adam.", "sgd.", "lion.", "ema."].contains { name.hasPrefix($0) }
      || ["n_averaged", "num_updates", "decay"].contains(name)
  }

  private static let indexName = "relative_position_index"

  /// The parameters and, as the published PyTorch model has them in its state dictionary, the index buffers of spatial
  /// attention: which row of the table of relative positions each pair of tokens of a window takes, M^2 x M^2, int64.
  public var stateDict: NamedTensors {
    let tableName = "relative_position_bias_table"
    let index = Self.relativePositionIndex(window: configuration.window)
    var result = NamedTensors()
    for (name, tensor) in parameters.stateDict {
      result[name] = tensor
      guard name.hasSuffix(".\(tableName)") else { continue }
      let indexName = String(name.dropLast(tableName.count)) + Self.indexName
      result[indexName] = index
      result.int64Names.insert(indexName)
    }
    return result
  }

  /// Tokens are counted row by row; rows of the table by the difference of rows, then of columns, each from -(M - 1) to
  /// M - 1.
  private static func relativePositionIndex(window: Int) -> Tensor {
    let tokens = window * window, side = 2 * window - 1
    let result = Tensor(uninitialized: [tokens, tokens])
    for query in 0..<tokens {
      for key in 0..<tokens {
        let rows = query / window - key / window + window - 1, columns = query % window - key % window + window - 1
        result.pointer[query * tokens + key] = Float(rows * side + columns)
      }
    }
    return result
  }
}

extension RAMiTConfiguration {
  /// Reads what `json` writes. A key that is missing, because the file is older than it, has its default.
  /// - Parameter path: the file that the text is from, for messages.
  public init(json: String, path: String) throws {
    struct Task: Decodable { let task: RestorationTask }
    do {
      let data = Data(json.utf8)
      let defaults = RAMiTConfiguration(task: try JSONDecoder().decode(Task.self, from: data).task)
      let over = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
      let under = try JSONSerialization.jsonObject(with: JSONEncoder().encode(defaults)) as? [String: Any] ?? [:]
      let merged = Self.overlay(over, on: under)
      self = try JSONDecoder().decode(RAMiTConfiguration.self, from: JSONSerialization.data(withJSONObject: merged))
    } catch {
      throw InputError(path, expected: "a RAMiT's configuration in the file's notes", found: "'\(json.prefix(80))'")
    }
  }

  private static func overlay(_ over: [String: Any], on under: [String: Any]) -> [String: Any] {
    under.merging(over) { old, new in
      if let old = old as? [String: Any], let new = new as? [String: Any] { return overlay(new, on: old) }
      return new
    }
  }

  /// The configuration as JSON, keys in order: what weight files carry in their notes under "model".
  public var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }
}

extension RAMiT {
  /// Writes the state dictionary as safetensors, the configuration in the notes; the file is whole, or not there.
  ///
  /// PyTorch's model loads it with `strict=True`.
  /// - Parameter notes: what else the file should say.
  public func write(to path: String, notes: [String: String] = [:]) throws {
    var tensors = stateDict
    tensors.metadata = notes
    tensors.metadata["model"] = try configuration.json
    // PyTorch's libraries ask for it.
    tensors.metadata["format"] = "pt"
    try SafeTensors.write(tensors, to: path)
  }

  /// Writes the state dictionary as `torch.save` would; such a file has no notes and does not tell what its shapes do
  /// not.
  ///
  /// `torch.load` takes it with `weights_only=True`, and PyTorch's model loads it with `strict=True`.
  public func writePyTorch(to path: String) throws { try PyTorchCheckpoint.write(stateDict, to: path) }
}
