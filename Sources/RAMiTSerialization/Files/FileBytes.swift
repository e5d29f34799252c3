import RAMiTDiagnostics
import RAMiTFiles

/// A file's bytes; every look at them is checked, because the offsets come from the file itself.
struct FileBytes {
  /// No weights come near; a larger file would be killed for its memory rather than refused.
  static let maximumSize = 8 << 30

  let path: String
  let bytes: FileContent

  init(_ bytes: [UInt8], path: String) {
    self.path = path
    self.bytes = FileContent(.read(bytes))
  }

  init(reading path: String) throws {
    self.path = path
    bytes = FileContent(try MappedFile.open(path, kind: "a readable file", maximumSize: Self.maximumSize))
  }

  var count: Int { bytes.count }

  /// What is wrong with the file, as one line; names that come from the file may be of any length, and are cut.
  func error(expected: String, found: String) -> InputError {
    func cut(_ text: String) -> String {
      text.unicodeScalars.count <= 300 ? text : String(text.unicodeScalars.prefix(300)) + "..."
    }
    return InputError(path, expected: cut(expected), found: cut(found))
  }

  /// The range of `count` bytes from `offset`.
  /// - Throws: `InputError` naming `what` when it is not inside the file.
  func range(at offset: UInt64, count: UInt64, of what: String) throws -> Range<Int> {
    let (end, overflow) = offset.addingReportingOverflow(count)
    guard !overflow, end <= UInt64(bytes.count) else {
      throw error(
        expected: "\(what): \(count) bytes at offset \(offset)", found: "a file of \(bytes.count) bytes")
    }
    return Int(offset)..<Int(end)
  }

  /// A little-endian integer.
  func integer<Value: FixedWidthInteger>(_ type: Value.Type, at offset: Int, of what: String) throws -> Value {
    let range = try range(at: UInt64(offset), count: UInt64(MemoryLayout<Value>.size), of: what)
    return bytes.withUnsafeBytes { Value(littleEndian: $0.loadUnaligned(fromByteOffset: range.lowerBound, as: type)) }
  }

  /// - Throws: `InputError` naming `what` when the bytes are not UTF-8.
  func text(_ range: Range<Int>, of what: String) throws -> String {
    guard let text = String(validating: bytes[range], as: UTF8.self) else {
      throw error(expected: "\(what) in UTF-8", found: "other bytes at offset \(range.lowerBound)")
    }
    return text
  }

  func starts(with prefix: some Sequence<UInt8>) -> Bool { bytes.starts(with: prefix) }
}
