import Foundation
import RAMiTDiagnostics

/// JSON with sorted keys. JSON has no number for infinity, the PSNR of an image that equals its target: it becomes the
/// text `Infinity`.
package enum JSON {
  /// - Parameter isPretty: indented, for people, with a line end; otherwise one line without a line end.
  package static func encode(_ value: some Encodable, isPretty: Bool = false) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return String(decoding: try encoder.encode(value), as: UTF8.self) + (isPretty ? "\n" : "")
  }

  package static func decode<T: Decodable>(_ type: T.Type, from bytes: some DataProtocol) throws -> T {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return try decoder.decode(type, from: Data(bytes))
  }

  package static func decode<T: Decodable>(_ type: T.Type, from text: String) throws -> T {
    try decode(type, from: Data(text.utf8))
  }

  /// Writes an indented file.
  /// - Throws: `InputError` that names the file when it cannot be written, or holds something other than JSON.
  package static func write(_ value: some Encodable, to path: String) throws {
    try write(text: encode(value, isPretty: true), to: path)
  }

  /// - Throws: `InputError` that names the file when it cannot be written, or holds something other than JSON.
  package static func write(text: String, to path: String) throws {
    try checkKind(path)
    try WholeFile.write(Data(text.utf8), to: path)
  }

  /// Checks before the work that JSON can be written to a path, and makes its folder.
  /// - Throws: `InputError` that names the file or its folder.
  package static func prepare(_ path: String) throws {
    guard try checkKind(path) else { return }
    try Folder.create(path.parentPath)
    try Folder.checkWritable(path.parentPath)
  }

  /// Only JSON is replaced: a mistake on the command line must not cost anybody their weights or photos.
  /// - Returns: false for a pipe or a device, which is not replaced.
  @discardableResult private static func checkKind(_ path: String) throws -> Bool {
    func refusal(_ found: String) -> InputError { InputError(path, expected: "a file for JSON", found: found) }
    // Metrics and records of results are JSON lines, to which programs append.
    guard !path.hasSuffix(".jsonl") else { throw refusal("the name of a file of JSON lines (.jsonl)") }
    guard let status = try? FileStatus(path) else { return true }
    guard status.kind == .file || status.kind == .folder else { return false }
    guard status.kind == .file else { throw refusal("a folder") }
    let start: [UInt8]
    do { start = try FileStream.start(of: path, count: 1) } catch { throw refusal("\(error)") }
    guard start.first.map("{[".utf8.contains) ?? (status.size == 0) else {
      throw refusal("a file of another kind, which is left as it is")
    }
    return true
  }
}
