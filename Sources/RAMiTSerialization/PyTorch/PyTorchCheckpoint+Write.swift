import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTTensorCore

extension PyTorchCheckpoint {
  /// Writes the tensors in their order as `torch.save` writes a state dictionary, by `WholeFile`: as int64 those of
  /// `int64Names`, and the others as float32. The same tensors give the same bytes.
  /// - Throws: `InputError` when the file cannot be written.
  public static func write(_ tensors: NamedTensors, to path: String) throws {
    try WholeFile.write(encode(tensors, path: path), to: path)
  }

  /// The bytes that `write` writes; `path` is for messages.
  public static func encode(_ tensors: NamedTensors, path: String) throws -> Data {
    // PyTorch gives the folder the file's name, and reads any name.
    let folder = "archive/"
    var archive = ZipWriter()
    archive.add(folder + "data.pkl", pickle(of: tensors))
    archive.add(folder + "byteorder", Data("little".utf8))
    for (i, (name, tensor)) in tensors.enumerated() {
      archive.add("\(folder)data/\(i)", tensors.int64Names.contains(name) ? tensor.int64Bytes : tensor.float32Bytes)
    }
    archive.add(folder + "version", Data("3\n".utf8))
    guard let data = archive.finished() else {
      throw InputError(path, expected: "at most \(ZipWriter.maximumSize >> 30) GiB of weights", found: "more")
    }
    return data
  }

  /// An `OrderedDict` of tensors. Each has its own storage, whose key is the tensor's number.
  private static func pickle(of tensors: NamedTensors) -> Data {
    var pickle = PickleWriter()
    pickle.emptyOrderedDictionary()
    pickle.op(.mark)
    for (i, (name, tensor)) in tensors.enumerated() {
      pickle.string(name)
      pickle.global("torch._utils", "_rebuild_tensor_v2")
      pickle.op(.mark)
      pickle.op(.mark)
      pickle.string("storage")
      pickle.global("torch", tensors.int64Names.contains(name) ? "LongStorage" : "FloatStorage")
      pickle.string("\(i)")
      pickle.string("cpu")
      pickle.integer(tensor.count)
      pickle.op(.tuple)
      pickle.op(.binPersistentID)
      pickle.integer(0)
      let dimensions = tensor.shape.dimensions
      pickle.integers(dimensions)
      pickle.integers(dimensions.indices.map { axis in dimensions[(axis + 1)...].reduce(1) { $0 * max($1, 1) } })
      pickle.op(.newFalse)
      pickle.emptyOrderedDictionary()
      pickle.op(.tuple)
      pickle.op(.reduce)
    }
    pickle.op(.setItems)
    pickle.op(.stop)
    return pickle.data
  }
}

/// Writes a pickle of protocol 2.
private struct PickleWriter {
  private(set) var data = Data([PickleOpcode.proto.rawValue, 2])

  mutating func op(_ opcode: PickleOpcode) { data.append(opcode.rawValue) }

  private mutating func number<Value: FixedWidthInteger>(_ value: Value) {
    withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) }
  }

  mutating func string(_ text: String) {
    op(.binUnicode)
    number(UInt32(text.utf8.count))
    data.append(contentsOf: text.utf8)
  }

  mutating func integer(_ value: Int) {
    if let narrow = Int32(exactly: value) {
      op(.binInt)
      number(narrow)
    } else {
      op(.long1)
      number(UInt8(8))
      number(Int64(value))
    }
  }

  mutating func integers(_ values: [Int]) {
    op(.mark)
    for value in values { integer(value) }
    op(.tuple)
  }

  mutating func global(_ module: String, _ name: String) {
    op(.global)
    data.append(contentsOf: "\(module)\n\(name)\n".utf8)
  }

  mutating func emptyOrderedDictionary() {
    global("collections", "OrderedDict")
    op(.emptyTuple)
    op(.reduce)
  }
}
