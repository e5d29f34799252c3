import Foundation
import RAMiTDiagnostics
import RAMiTNN
import RAMiTSerialization
import RAMiTTensorCore

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
    let tensors = try WeightFile.read(path, for: RAMiTConfiguration.weightRequest, note: note)
    try self.init(chosen: tensors, from: path, task: task, variant: variant)
  }

  /// The model of these tensors, which were read from `path`; otherwise as `init(weights:)`.
  public convenience init(
    _ tensors: NamedTensors, from path: String, task: RestorationTask? = nil, variant: RAMiTVariant? = nil
  ) throws {
    let chosen = try tensors.selected(for: RAMiTConfiguration.weightRequest, from: path)
    try self.init(chosen: chosen, from: path, task: task, variant: variant)
  }

  private convenience init(
    chosen tensors: NamedTensors, from path: String, task: RestorationTask?, variant: RAMiTVariant?
  ) throws {
    let configuration = try RAMiTConfiguration.checked(tensors, from: path, task: task, named: variant?.rawValue)
    self.init(configuration, scope: ParameterScope(seed: nil))
    try load(tensors, from: path)
  }

  /// Tensors that PyTorch keeps beside the parameters and that follow from the configuration.
  public func isBuffer(_ name: String) -> Bool { Self.isBuffer(name) }

  static func isBuffer(_ name: String) -> Bool {
    name.hasSuffix(".\(indexName)") || name.hasSuffix(".attn_mask") || name == "mean" || name == "std"
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
  /// A RAMiT of any size.
  public static var weightRequest: WeightRequest {
    WeightRequest(anchors: ["shallow.conv.weight", "to_target.conv.weight"]) { found in
      let fit = found.shapes.keys.count { name in
        modules.contains(name.prefix { $0 != "." }) && !RAMiT.isBuffer(name) && !isTrainingState(name)
      }
      return fit > 0 ? fit : nil
    }
  }

  private static let modules: Set<Substring> = [
    "shallow", "stage1", "down1", "stage2", "down2", "stage3", "bottleneck", "stage4", "attn_mix", "to_target",
  ]

  /// Without the family's name, as the files of the first versions have it: notes without one are a RAMiT's.
  public var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }
}
