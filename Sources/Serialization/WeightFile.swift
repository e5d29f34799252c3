import Diagnostics

/// A file of weights in any format that is read here, told by its content and not by its name.
public enum WeightFile {
  /// Reads a safetensors file or a PyTorch checkpoint.
  /// - Throws: `InputError` that names the file and what is wrong with it.
  public static func read(_ path: String) throws -> NamedTensors {
    try decode(FileBytes(reading: path))
  }

  /// Reads what a file holds; `path` is for messages.
  public static func decode(_ bytes: [UInt8], path: String) throws -> NamedTensors {
    try decode(FileBytes(bytes, path: path))
  }

  private static func decode(_ file: FileBytes) throws -> NamedTensors {
    guard file.count > 0 else {
      throw file.error(expected: "weights (.safetensors or .pth)", found: "an empty file")
    }
    // The ninth byte is the first of a safetensors header.
    if file.count > 8, file.bytes[8] == UInt8(ascii: "{") { return try SafeTensors.decode(file) }
    if file.starts(with: "PK".utf8) || PyTorchCheckpoint.legacyFormat(file) != nil {
      return try PyTorchCheckpoint.decode(file)
    }
    throw file.error(expected: "weights (.safetensors or .pth)", found: "a file of another kind")
  }
}
