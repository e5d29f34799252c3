import Foundation
import RAMiTDiagnostics
import RAMiTFiles

/// JSON for other programs: indented, keys sorted, a new line at the end. Infinity, which JSON has no number for, is
/// the text `Infinity` in every file of the program.
package enum JSONFile {
  /// - Throws: `InputError` that names the file when it cannot be written, or is of another kind.
  static func write(_ value: some Encodable, to path: String) throws {
    try write(encode(value, pretty: true), to: path)
  }

  /// - Parameter data: JSON.
  /// - Throws: `InputError` that names the file when it cannot be written, or is of another kind.
  package static func write(_ data: Data, to path: String) throws {
    try checkKind(path)
    try WholeFile.write(data, to: path)
  }

  /// Finds out before the work whether JSON can be written to a path, and makes the folder that it lies in.
  /// - Throws: `InputError` that names the file or its folder.
  package static func prepare(_ path: String) throws {
    guard try checkKind(path) else { return }
    try Folder.create(path.parentPath)
    try Folder.checkWritable(path.parentPath)
  }

  /// Only JSON is replaced: a slip on the command line must not cost anybody their weights or photos.
  /// - Returns: false for a pipe or a device, which is written to and not replaced.
  @discardableResult private static func checkKind(_ path: String) throws -> Bool {
    func refusal(_ found: String) -> InputError { InputError(path, expected: "a file for JSON", found: found) }
    guard path.lastPathPart != RestorationRecord.fileName else { throw refusal("the name of a record of results") }
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

  static func encode(_ value: some Encodable, pretty: Bool) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    var data = try encoder.encode(value)
    if pretty { data.append(UInt8(ascii: "\n")) }
    return data
  }
}
