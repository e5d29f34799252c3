import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTModels
import RAMiTNN
import RAMiTSerialization
import RAMiTTensorCore

/// Everything that a run needs to resume as if it had not stopped, in one safetensors file. It holds the weights under
/// their names, the optimizer's state (Adam's moments are `adam.m.NAME` and `adam.v.NAME`) and, if there is one, the
/// average of the weights (`ema.NAME`). The metadata hold the position and the configuration.
struct Checkpoint {
  let state: TrainingState
  /// The whole configuration of the run, as YAML.
  let configuration: String
  private let tensors: NamedTensors
  private let path: String

  private enum Key {
    static let state = "state"
    static let configuration = "configuration"
    static let model = "model"
    /// Of version 0.1, whose files had no checksums of their own.
    static let checksum = "crc32"
  }

  static let averagePrefix = "ema."

  /// The vectors beside the weights, in the order of the parameters, with the prefixes of their names.
  static func vectors(_ trainStep: TrainStep) -> [(prefix: String, values: Tensor)] {
    trainStep.optimizer.state.map { ($0.name + ".", $0.values) }
      + (trainStep.average.map { [(averagePrefix, $0.values)] } ?? [])
  }

  /// What the file says beside its tensors.
  static func metadata(_ state: TrainingState, configuration: String, model: String) throws
    -> [String: String]
  {
    [Key.state: try JSON.encode(state), Key.configuration: configuration, Key.model: model]
  }

  /// Reads a checkpoint and verifies its checksums.
  /// - Throws: `InputError` that names the file.
  init(reading path: String) throws {
    tensors = try SafeTensors.read(path)
    self.path = path
    let metadata = tensors.metadata
    guard let state = metadata[Key.state], let configuration = metadata[Key.configuration],
      tensors.hasChecksums || metadata[Key.checksum] != nil
    else {
      throw InputError(path, expected: "a training checkpoint", found: "a file without a training position")
    }
    guard tensors.hasChecksums || metadata[Key.checksum] == Self.checksum(of: tensors) else {
      throw InputError(path, expected: "the content that was written", found: "another checksum: a damaged file")
    }
    do {
      self.state = try JSON.decode(TrainingState.self, from: state)
    } catch {
      throw InputError(path, expected: "a valid training position", found: "'\(state)'")
    }
    self.configuration = configuration
  }

  /// Restores the weights, the moments, the average and the step count.
  /// - Throws: `InputError` when the names or shapes are not the model's; nothing has changed then.
  func restore(_ trainStep: TrainStep) throws {
    let parameters = trainStep.model.parameters
    let vectors = Self.vectors(trainStep)
    for parameter in parameters.parameters {
      for (prefix, _) in vectors {
        let name = prefix + parameter.name
        guard tensors[name]?.shape == parameter.fileShape else {
          throw InputError(
            path, expected: "\(name), \(parameter.fileShape)",
            found: tensors[name].map { "\($0.shape)" } ?? "no tensor of that name")
        }
      }
    }
    try parameters.load(tensors, from: path) { name in vectors.contains { name.hasPrefix($0.prefix) } }
    for (parameter, range) in zip(parameters.parameters, parameters.ranges) {
      for (prefix, values) in vectors {
        parameter.layout.load(tensors[prefix + parameter.name]!, into: values.slice(range).reshaped(parameter.shape))
      }
    }
    trainStep.optimizer.steps = state.steps
  }

  /// The checksum of all names, shapes, values and notes, as version 0.1 wrote it.
  private static func checksum(of tensors: NamedTensors) -> String {
    var text = ""
    for (name, tensor) in tensors {
      let bytes = UnsafeRawBufferPointer(start: tensor.pointer, count: tensor.count * MemoryLayout<Float>.stride)
      text += "\(name) \(tensor.shape) \(CRC32.checksum(bytes))\n"
    }
    for (key, value) in tensors.metadata.sorted(by: { $0.key < $1.key }) where key != Key.checksum {
      text += "\(key)=\(value)\n"
    }
    return String(Array(text.utf8).withUnsafeBytes { CRC32.checksum($0) }, radix: 16)
  }
}
