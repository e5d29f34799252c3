import Diagnostics
import Foundation
import NN
import Optimizers
import Serialization
import TensorCore

/// Everything that a run needs to go on as if it had not stopped, in one safetensors file: the weights under their names,
/// Adam's moments under `adam.m.NAME` and `adam.v.NAME`, and the position, the configuration and a checksum in the metadata.
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
    static let checksum = "crc32"
  }
  private static let firstPrefix = "adam.m.", secondPrefix = "adam.v."

  /// Writes a checkpoint; it is whole on the disk, or not there.
  static func write(
    _ parameters: ParameterStore, _ adam: Adam, state: TrainingState, configuration: String, model: String,
    to path: String
  ) throws {
    var tensors = parameters.stateDict
    for (parameter, range) in zip(parameters.parameters, parameters.ranges) {
      func moment(_ all: Tensor) -> Tensor { parameter.layout.exported(all.slice(range).reshaped(parameter.shape)) }
      tensors[firstPrefix + parameter.name] = moment(adam.first)
      tensors[secondPrefix + parameter.name] = moment(adam.second)
    }
    tensors.metadata = [
      Key.state: try JSONText.encode(state), Key.configuration: configuration, Key.model: model,
    ]
    tensors.metadata[Key.checksum] = checksum(of: tensors)
    try SafeTensors.write(tensors, to: path)
  }

  /// Reads a checkpoint and proves it whole.
  /// - Throws: `InputError` that names the file.
  init(reading path: String) throws {
    tensors = try SafeTensors.read(path)
    self.path = path
    let metadata = tensors.metadata
    guard let checksum = metadata[Key.checksum], let state = metadata[Key.state],
      let configuration = metadata[Key.configuration]
    else {
      throw InputError(path, expected: "a training checkpoint", found: "tensors without a training's position")
    }
    guard checksum == Self.checksum(of: tensors) else {
      throw InputError(path, expected: "the content that was written", found: "another checksum: the file is damaged")
    }
    do {
      self.state = try JSONText.decode(TrainingState.self, from: state)
    } catch {
      throw InputError(path, expected: "a position that can be read", found: "'\(state)'")
    }
    self.configuration = configuration
  }

  /// Puts the weights, the moments and the step count back.
  /// - Throws: `InputError` when the names or shapes are not the model's; nothing is changed then.
  func restore(_ parameters: ParameterStore, _ adam: Adam) throws {
    func isMoment(_ name: String) -> Bool { name.hasPrefix(Self.firstPrefix) || name.hasPrefix(Self.secondPrefix) }
    for parameter in parameters.parameters {
      for name in [Self.firstPrefix + parameter.name, Self.secondPrefix + parameter.name] {
        guard tensors[name]?.shape == parameter.fileShape else {
          throw InputError(path, expected: "\(name), \(parameter.fileShape)", found: "\(tensors[name]?.shape ?? [0])")
        }
      }
    }
    try parameters.load(tensors, from: path, ignoring: isMoment)
    for (parameter, range) in zip(parameters.parameters, parameters.ranges) {
      for (prefix, moments) in [(Self.firstPrefix, adam.first), (Self.secondPrefix, adam.second)] {
        parameter.layout.load(
          tensors[prefix + parameter.name]!, into: moments.slice(range).reshaped(parameter.shape))
      }
    }
    adam.steps = state.steps
  }

  /// Over all names, shapes, values and notes.
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
