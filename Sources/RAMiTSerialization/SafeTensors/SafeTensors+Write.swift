import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTTensorCore

extension SafeTensors {
  /// How numbers are written that are not whole by their nature.
  public enum Precision: Sendable {
    /// As they are: F32.
    case float32
    /// Rounded to the nearest F16: half the size, three decimal digits. Those beyond 65504 become infinite.
    case float16
  }

  /// Writes the tensors by `WholeFile`, one after another: as I64 those of `int64Names`, and the others in the given
  /// precision. Checksums are added to the metadata.
  /// - Throws: `InputError` when the file cannot be written, or a tensor has the reserved name `__metadata__`.
  public static func write(_ tensors: NamedTensors, to path: String, _ precision: Precision = .float32) throws {
    let layout = try SafeTensorsLayout(tensors, path: path, precision)
    try WholeFile.write(to: path) { writer in try layout.write { try writer.append($0) } }
  }

  /// The bytes that `write` writes; `path` is for messages.
  ///
  /// The header lists the tensors in their order. The values of int64 tensors come first, so that all are aligned.
  public static func encode(_ tensors: NamedTensors, path: String, _ precision: Precision = .float32) throws -> Data {
    let layout = try SafeTensorsLayout(tensors, path: path, precision)
    var data = Data(capacity: layout.count)
    layout.write { data.append(contentsOf: $0) }
    return data
  }
}

/// A safetensors file that is about to be written.
private struct SafeTensorsLayout {
  private let header: Data
  /// In the order of the file.
  private let tensors: [(tensor: Tensor, type: WrittenType)]
  /// Bytes of the file.
  let count: Int

  /// - Throws: `InputError` for a name or a header that the format does not allow.
  init(_ tensors: NamedTensors, path: String, _ precision: SafeTensors.Precision) throws {
    let types = tensors.map { name, _ in
      tensors.int64Names.contains(name) ? WrittenType.int64 : precision == .float32 ? .float32 : .float16
    }
    let integers = zip(tensors, types).reduce(0) { $1.1 == .int64 ? $0 + $1.0.tensor.count * $1.1.size : $0 }
    var ends = (integer: 0, number: integers)
    var fields: [String] = []
    var checksums: [(entry: SafeTensorsChecksums.Entry, checksum: UInt32)] = []
    for ((name, tensor), type) in zip(tensors, types) {
      guard name != SafeTensorsHeader.metadataKey else {
        throw InputError(path, expected: "tensor names that safetensors allows", found: "'\(name)'")
      }
      let begin = type == .int64 ? ends.integer : ends.number
      let end = begin + tensor.count * type.size
      if type == .int64 { ends.integer = end } else { ends.number = end }
      let shape = tensor.shape.dimensions
      let sizes = shape.map(String.init).joined(separator: ",")
      fields.append(
        "\(quoted(name)):{\"dtype\":\"\(type.rawValue)\",\"shape\":[\(sizes)],\"data_offsets\":[\(begin),\(end)]}")
      checksums.append(
        (
          SafeTensorsChecksums.Entry(name: name, typeName: type.rawValue, shape: shape),
          type.withBytes(of: tensor) { CRC32.checksum($0) }
        ))
    }
    var metadata = tensors.metadata
    metadata[SafeTensorsChecksums.key] = SafeTensorsChecksums.text(checksums, metadata)
    let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
    fields.insert("\"\(SafeTensorsHeader.metadataKey)\":{\(pairs.joined(separator: ","))}", at: 0)
    var header = Data("{\(fields.joined(separator: ","))}".utf8)
    header.append(Data(repeating: UInt8(ascii: " "), count: -header.count & 7))  // the values start aligned
    guard header.count <= SafeTensorsHeader.maximumSize else {
      throw InputError(
        path, expected: "a header of at most \(SafeTensorsHeader.maximumSize) bytes", found: "\(header.count) bytes")
    }
    self.header = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) } + header
    let ordered = zip(tensors, types).map { ($0.tensor, $1) }
    self.tensors = ordered.filter { $0.1 == .int64 } + ordered.filter { $0.1 != .int64 }
    count = self.header.count + ends.number
  }

  /// Gives the file's bytes to `append`, piece by piece.
  func write(_ append: (UnsafeRawBufferPointer) throws -> Void) rethrows {
    try header.withUnsafeBytes(append)
    for (tensor, type) in tensors { try type.withBytes(of: tensor, append) }
  }
}

/// The element types that are written, by their names in the format.
private enum WrittenType: String {
  case float32 = "F32"
  case float16 = "F16"
  case int64 = "I64"

  /// The bytes of one number.
  var size: Int {
    switch self {
    case .float32: 4
    case .float16: 2
    case .int64: 8
    }
  }

  /// Calls `body` with the values as a file has them.
  func withBytes<Result>(of tensor: Tensor, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    switch self {
    case .float32:
      try withExtendedLifetime(tensor) {
        try body(UnsafeRawBufferPointer(start: tensor.pointer, count: tensor.count * size))
      }
    case .float16: try tensor.float16Bytes.withUnsafeBytes(body)
    case .int64: try tensor.int64Bytes.withUnsafeBytes(body)
    }
  }
}

/// A JSON string.
private func quoted(_ text: String) -> String {
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
