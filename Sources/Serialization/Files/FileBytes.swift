import Diagnostics
import Foundation

/// A file's bytes; every look at them is checked, because the offsets come from the file itself.
struct FileBytes {
  /// No weights come near; a larger file would be killed for its memory rather than refused.
  static let maximumSize = 8 << 30

  let path: String
  let bytes: [UInt8]

  init(_ bytes: [UInt8], path: String) {
    self.path = path
    self.bytes = bytes
  }

  init(reading path: String) throws {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw InputError(path, expected: "a readable file", found: systemMessage()) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw InputError(path, expected: "a readable file", found: systemMessage())
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw InputError(
        path, expected: "a file", found: status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "a device or pipe")
    }
    let size = Int(status.st_size)
    guard size <= Self.maximumSize else {
      throw InputError(path, expected: "at most \(Self.maximumSize >> 30) GiB", found: "\(size >> 30) GiB")
    }
    var failure: String?
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      while filled < size {
        let count = Foundation.read(descriptor, buffer.baseAddress! + filled, size - filled)
        if count < 0, errno == EINTR { continue }
        if count < 0 { failure = systemMessage() }
        if count <= 0 { return }
        filled += count
      }
    }
    if let failure { throw InputError(path, expected: "a readable file", found: failure) }
    self.init(bytes, path: path)
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

/// What the system says about its last error.
func systemMessage() -> String { String(cString: strerror(errno)).lowercased() }
