import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTTensorCore

/// The safetensors format: a size, a JSON header, and the values (https://github.com/huggingface/safetensors).
///
/// The reader follows the format's rules strictly, so that no two readers see different tensors in one file: no
/// duplicate names, no overlap, no gap, nothing after the last value. As the format's own library does, it skips fields
/// of other names, and white space before the header. Element types that no weights here have are not read; an error
/// names them when a model needs such a tensor.
public enum SafeTensors {
  /// Reads all tensors of a file in the header's order; all numbers are converted to Float32.
  ///
  /// `WeightFile` also chooses among the tensors and removes prefixes, for weights from other programs.
  /// - Throws: `InputError` that names the file and what is wrong with it.
  public static func read(_ path: String) throws -> NamedTensors {
    try decode(FileBytes(reading: path))
  }

  /// Reads the bytes of a file; `path` is for messages.
  public static func decode(_ bytes: [UInt8], path: String) throws -> NamedTensors {
    try decode(FileBytes(bytes, path: path))
  }

  private static func decode(_ file: FileBytes) throws -> NamedTensors {
    let contents = try contents(file)
    return try StoredWeights(contents, contents.dictionaries[0].entries).outline
  }

  static func contents(_ file: FileBytes) throws -> WeightContents {
    let header = try SafeTensorsHeader(file)
    let entries = header.entries.map { entry in
      TensorDictionary.Entry(
        name: entry.name,
        source: entry.type.map { .bytes($0, shape: entry.shape, entry.bytes) }
          ?? .unreadable("a tensor of type \(entry.typeName)"))
    }
    return WeightContents(
      file: file, dictionaries: [TensorDictionary(keyPath: "", entries: entries)], metadata: header.metadata
    ) { source in
      guard case .bytes(let type, let shape, let range) = source else {
        preconditionFailure("a tensor of another file")
      }
      return try FilePart(file: file, range: range).numbers(type).reshaped(Shape(shape))
    }
  }

  /// How numbers are written that are not whole by their nature.
  public enum Precision: Sendable {
    /// As they are: F32.
    case float32
    /// Rounded to the nearest F16: half the size, three decimal digits. Those beyond 65504 become infinite.
    case float16

    fileprivate var name: String { self == .float32 ? "F32" : "F16" }
    fileprivate var size: Int { self == .float32 ? MemoryLayout<Float>.size : MemoryLayout<UInt16>.size }
  }

  /// Writes the tensors by `WholeFile`: as I64 those of `int64Names`, and the others in the given precision.
  /// - Throws: `InputError` when the file cannot be written, or a tensor has the reserved name `__metadata__`.
  public static func write(_ tensors: NamedTensors, to path: String, _ precision: Precision = .float32) throws {
    try WholeFile.write(encode(tensors, path: path, precision), to: path)
  }

  /// The bytes that `write` writes; `path` is for messages.
  ///
  /// The header lists the tensors in their order. The values of int64 tensors come first, so that all are aligned.
  public static func encode(_ tensors: NamedTensors, path: String, _ precision: Precision = .float32) throws -> Data {
    var fields: [String] = []
    if !tensors.metadata.isEmpty {
      let pairs = tensors.metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
      fields.append("\"\(SafeTensorsHeader.metadataKey)\":{\(pairs.joined(separator: ","))}")
    }
    let isInteger = { tensors.int64Names.contains($0) }
    let integers = tensors.filter { isInteger($0.name) }, numbers = tensors.filter { !isInteger($0.name) }
    var ends = (integer: 0, number: integers.reduce(0) { $0 + $1.tensor.count * MemoryLayout<Int64>.size })
    for (name, tensor) in tensors {
      guard name != SafeTensorsHeader.metadataKey else {
        throw InputError(path, expected: "tensor names that safetensors allows", found: "'\(name)'")
      }
      let begin = isInteger(name) ? ends.integer : ends.number
      let end = begin + tensor.count * (isInteger(name) ? MemoryLayout<Int64>.size : precision.size)
      if isInteger(name) { ends.integer = end } else { ends.number = end }
      let shape = tensor.shape.dimensions.map(String.init).joined(separator: ",")
      let type = isInteger(name) ? "I64" : precision.name
      fields.append("\(quoted(name)):{\"dtype\":\"\(type)\",\"shape\":[\(shape)],\"data_offsets\":[\(begin),\(end)]}")
    }
    var header = Data("{\(fields.joined(separator: ","))}".utf8)
    header.append(Data(repeating: UInt8(ascii: " "), count: -header.count & 7))  // the values start aligned
    guard header.count <= SafeTensorsHeader.maximumSize else {
      throw InputError(
        path, expected: "a header of at most \(SafeTensorsHeader.maximumSize) bytes", found: "\(header.count) bytes")
    }
    var data = Data(capacity: 8 + header.count + ends.number)
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(header)
    for (_, tensor) in integers { data.append(tensor.int64Bytes) }
    for (_, tensor) in numbers { data.append(precision == .float32 ? tensor.float32Bytes : tensor.float16Bytes) }
    return data
  }

  /// A JSON string.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\0"..<" ": result += "\\u00" + String(scalar.value + 0x100, radix: 16).suffix(2)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
