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
///
/// Files that are written have checksums in their metadata, under `ramit.crc32`. Where a file has them, a changed bit
/// of a tensor or the header is an error that names it.
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
    let checksums = try SafeTensorsChecksums.read(header, file)
    let entries = header.entries.map { entry in
      let part = FilePart(
        file: file, range: entry.bytes, checksum: checksums.flatMap { $0[entry.name] }.map { (entry.name, $0) })
      return TensorDictionary.Entry(
        name: entry.name,
        source: entry.type.map { .part(part, $0, shape: entry.shape) }
          ?? .unreadable("a tensor of type \(entry.typeName)"))
    }
    var metadata = header.metadata
    metadata[SafeTensorsChecksums.key] = nil
    return WeightContents(
      file: file, dictionaries: [TensorDictionary(keyPath: "", entries: entries)], metadata: metadata,
      hasChecksums: checksums != nil
    ) { source in
      guard case .part(let part, let type, let shape) = source else {
        preconditionFailure("a tensor of another file")
      }
      return try part.numbers(type).reshaped(Shape(shape))
    }
  }
}
