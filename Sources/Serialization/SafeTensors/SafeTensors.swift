import Diagnostics
import Files
import Foundation
import TensorCore

/// The safetensors format: a size, a JSON header, and the values (https://github.com/huggingface/safetensors).
///
/// The reader follows the format's rules to the letter, so that no two readers can see different tensors in one file:
/// no duplicate names, no overlap, no gap, nothing after the last value.
public enum SafeTensors {
  /// Reads a file; the tensors are in the header's order, and all numbers become Float32.
  /// - Throws: `InputError` that names the file and what is wrong with it.
  public static func read(_ path: String) throws -> NamedTensors {
    try decode(FileBytes(reading: path))
  }

  /// Reads what a file holds; `path` is for messages.
  public static func decode(_ bytes: [UInt8], path: String) throws -> NamedTensors {
    try decode(FileBytes(bytes, path: path))
  }

  static func decode(_ file: FileBytes) throws -> NamedTensors {
    let header = try SafeTensorsHeader(file)
    var result = NamedTensors(metadata: header.metadata)
    file.bytes.withUnsafeBytes { bytes in
      for entry in header.entries {
        let values = entry.type.decode(UnsafeRawBufferPointer(rebasing: bytes[entry.bytes]))
        result[entry.name] = values.reshaped(Shape(entry.shape))
      }
    }
    return result
  }

  /// Writes the tensors in their order as F32, by way of `WholeFile`.
  /// - Throws: `InputError` when the file cannot be written, or a tensor has the reserved name `__metadata__`.
  public static func write(_ tensors: NamedTensors, to path: String) throws {
    try WholeFile.write(encode(tensors, path: path), to: path)
  }

  /// What `write` puts into the file; `path` is for messages.
  public static func encode(_ tensors: NamedTensors, path: String) throws -> Data {
    var fields: [String] = []
    if !tensors.metadata.isEmpty {
      let pairs = tensors.metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
      fields.append("\"\(SafeTensorsHeader.metadataKey)\":{\(pairs.joined(separator: ","))}")
    }
    var end = 0
    for (name, tensor) in tensors {
      guard name != SafeTensorsHeader.metadataKey else {
        throw InputError(path, expected: "tensor names that safetensors allows", found: "'\(name)'")
      }
      let begin = end
      end += tensor.count * MemoryLayout<Float>.size
      let shape = tensor.shape.dimensions.map(String.init).joined(separator: ",")
      fields.append("\(quoted(name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(begin),\(end)]}")
    }
    var header = Data("{\(fields.joined(separator: ","))}".utf8)
    header.append(Data(repeating: UInt8(ascii: " "), count: -header.count & 7))  // the values start aligned
    guard header.count <= SafeTensorsHeader.maximumSize else {
      throw InputError(
        path, expected: "a header of at most \(SafeTensorsHeader.maximumSize) bytes", found: "\(header.count) bytes")
    }
    var data = Data(capacity: 8 + header.count + end)
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(header)
    for (_, tensor) in tensors {
      data.append(
        contentsOf: UnsafeRawBufferPointer(start: tensor.pointer, count: tensor.count * MemoryLayout<Float>.size))
    }
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
