import Diagnostics
import Foundation
import NN
import Serialization

extension RAMiT {
  /// The model of a weight file, safetensors or a PyTorch checkpoint, with its parameters.
  ///
  /// - Parameters:
  ///   - task: what it is for, where the file does not tell.
  ///   - variant: the model that is expected; another one is refused.
  /// - Throws: `InputError` that names the file: no weights, another model's, or missing, unexpected and misshapen names.
  public convenience init(
    weights path: String, task: RestorationTask? = nil, variant: RAMiTVariant? = nil
  ) throws {
    try self.init(try WeightFile.read(path), from: path, task: task, variant: variant)
  }

  /// The model of these tensors, which were read from `path`; otherwise as `init(weights:)`.
  public convenience init(
    _ tensors: NamedTensors, from path: String, task: RestorationTask? = nil, variant: RAMiTVariant? = nil
  ) throws {
    let tensors = tensors.withoutPrefix("module.")
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

  /// Tensors that PyTorch keeps beside the parameters and that follow from the configuration, and a training's moments and
  /// averages.
  public static func isBesideParameters(_ name: String) -> Bool {
    name.hasSuffix(".relative_position_index") || name == "mean" || name == "std" || name.hasPrefix("adam.")
      || name.hasPrefix("ema.")
  }
}

extension NamedTensors {
  /// Without a prefix that all names have, as distributed training puts one before them.
  fileprivate func withoutPrefix(_ prefix: String) -> NamedTensors {
    guard !isEmpty, names.allSatisfy({ $0.hasPrefix(prefix) }) else { return self }
    return NamedTensors(lazy.map { (String($0.name.dropFirst(prefix.count)), $0.tensor) }, metadata: metadata)
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
  /// Writes the parameters as safetensors, the configuration in the notes; the file is whole, or not there.
  /// - Parameter notes: what else the file should say.
  public func write(to path: String, notes: [String: String] = [:]) throws {
    var tensors = parameters.stateDict
    tensors.metadata = notes
    tensors.metadata["model"] = try configuration.json
    try SafeTensors.write(tensors, to: path)
  }
}
