import Diagnostics
import TensorCore

/// Weights as `torch.save` writes them since PyTorch 1.6: a zip archive with a pickle and one entry for each storage.
///
/// The pickle is interpreted, never executed: see `PickleMachine`. Everything that a state dictionary does not need is
/// refused with its name.
public enum PyTorchCheckpoint {
  /// Where a checkpoint may keep its tensors, the first found counts; otherwise they are at the root.
  /// Averaged weights (`params_ema`) come before the last ones, as they are the ones meant for use.
  static let nestings = ["params_ema", "params", "state_dict", "model_state_dict", "model"]

  private static let maximumPickleSize = 8 << 20

  /// Reads a file; the tensors are in the order of the file's dictionary, and all numbers become Float32.
  /// - Throws: `InputError` that names the file and what is wrong with it.
  public static func read(_ path: String) throws -> NamedTensors {
    try decode(FileBytes(reading: path))
  }

  /// Reads what a file holds; `path` is for messages.
  public static func decode(_ bytes: [UInt8], path: String) throws -> NamedTensors {
    try decode(FileBytes(bytes, path: path))
  }

  static func decode(_ file: FileBytes) throws -> NamedTensors {
    if let legacy = legacyFormat(file) {
      throw file.error(
        expected: "a checkpoint of PyTorch 1.6 or later",
        found: "\(legacy): load it with PyTorch, and save it again")
    }
    let archive = try ZipArchive(file)
    let pickleNames = archive.names.filter { $0.hasSuffix("/data.pkl") && $0.count(where: { $0 == "/" }) == 1 }
    guard pickleNames.count == 1, let pickle = try archive.bytes(of: pickleNames[0]) else {
      throw file.error(expected: "one data.pkl in the archive", found: "\(pickleNames.count)")
    }
    guard pickle.count <= maximumPickleSize else {
      throw file.error(expected: "a pickle of at most \(maximumPickleSize >> 20) MiB", found: "\(pickle.count) bytes")
    }
    let root = pickleNames[0].dropLast("data.pkl".count)
    if let order = try archive.bytes(of: root + "byteorder"), try file.text(order, of: "the byte order") != "little" {
      throw file.error(expected: "little-endian numbers", found: "the byte order '\(try file.text(order, of: ""))'")
    }
    var machine = PickleMachine(file, pickle)
    let items = try stateDictionary(try machine.run(), machine, file)
    var storages = StorageReader(file: file, archive: archive, folder: root + "data/")
    var result = NamedTensors()
    for (key, value) in items {
      guard case .string(let name) = key else {
        throw file.error(expected: "tensors by name", found: "\(key.kind) as a name")
      }
      guard case .tensor(let tensor) = value else {
        throw file.error(
          expected: "tensors, or a dictionary of them under \(nestings.joined(separator: ", "))",
          found: "\(value.kind) named '\(name)'")
      }
      guard result[name] == nil else { throw file.error(expected: "one tensor a name", found: "two named '\(name)'") }
      result[name] = try storages.tensor(tensor)
    }
    return result
  }

  private static func stateDictionary(
    _ root: PickleValue, _ machine: PickleMachine, _ file: FileBytes
  ) throws -> [(key: PickleValue, value: PickleValue)] {
    guard case .dictionary(let place) = root else {
      throw file.error(expected: "a dictionary of tensors", found: root.kind)
    }
    let items = machine.items(ofDictionary: place)
    for nesting in nestings {
      for case (.string(nesting), .dictionary(let inner)) in items { return machine.items(ofDictionary: inner) }
    }
    return items
  }

  /// What PyTorch wrote before 1.6: a plain pickle, and before 0.1.10 a tar archive.
  static func legacyFormat(_ file: FileBytes) -> String? {
    if file.bytes.dropFirst(257).starts(with: "ustar".utf8) { return "a tar archive" }
    if file.bytes.count > 2, file.bytes[0] == PickleOpcode.proto.rawValue, file.bytes[1] <= 5 {
      return "a plain pickle, the format before"
    }
    return nil
  }
}

/// Reads each storage once; tensors that lie contiguous in one share its memory.
private struct StorageReader {
  let file: FileBytes
  let archive: ZipArchive
  let folder: String
  private var values: [String: (type: ElementType, values: Tensor)] = [:]
  private var copiedCount = 0

  init(file: FileBytes, archive: ZipArchive, folder: String) {
    self.file = file
    self.archive = archive
    self.folder = folder
  }

  mutating func tensor(_ stored: StoredTensor) throws -> Tensor {
    let values = try numbers(of: stored.storage)
    let shape = Shape(stored.shape)
    if stored.count == 0 { return Tensor(uninitialized: shape) }
    if stored.isContiguous {
      return values.slice(stored.offset..<stored.offset + stored.count).reshaped(shape)
    }
    // Copies of one storage over and over would let a small file ask for any amount of memory.
    copiedCount += stored.count
    guard copiedCount <= file.count else {
      throw file.error(expected: "few transposed tensors", found: "more of them than the file has bytes")
    }
    return Self.gather(values, stored)
  }

  /// The elements of a view in row-major order.
  private static func gather(_ values: Tensor, _ stored: StoredTensor) -> Tensor {
    let result = Tensor(uninitialized: Shape(stored.shape))
    var index = [Int](repeating: 0, count: stored.shape.count)
    var place = stored.offset
    for i in 0..<stored.count {
      result.pointer[i] = values.pointer[place]
      for axis in index.indices.reversed() {
        index[axis] += 1
        place &+= stored.strides[axis]  // the stride of an axis of size 1 may be any number
        if index[axis] < stored.shape[axis] { break }
        index[axis] = 0
        place &-= stored.strides[axis] &* stored.shape[axis]
      }
    }
    return result
  }

  private mutating func numbers(of storage: StorageReference) throws -> Tensor {
    if let known = values[storage.key] {
      guard known.type == storage.type, known.values.count == storage.count else {
        throw file.error(
          expected: "the storage \(storage.key) to hold \(known.values.count) values of type \(known.type)",
          found: "\(storage.count) of type \(storage.type)")
      }
      return known.values
    }
    guard let bytes = try archive.bytes(of: folder + storage.key) else {
      throw file.error(expected: "the storage \(folder)\(storage.key) in the archive", found: "none")
    }
    let (size, overflow) = storage.count.multipliedReportingOverflow(by: storage.type.size)
    guard !overflow, size == bytes.count else {
      throw file.error(
        expected: "the storage \(storage.key) to hold \(storage.count) values of type \(storage.type)",
        found: "\(bytes.count) bytes")
    }
    let result = file.bytes.withUnsafeBytes { storage.type.decode(UnsafeRawBufferPointer(rebasing: $0[bytes])) }
    values[storage.key] = (storage.type, result)
    return result
  }
}
