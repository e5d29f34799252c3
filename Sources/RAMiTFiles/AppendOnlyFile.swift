import Foundation
import RAMiTDiagnostics

/// A file to which lines are appended, and which can be truncated to where a checkpoint was.
package final class AppendOnlyFile {
  package let path: String
  private let descriptor: Int32

  /// - Throws: `InputError` when the file cannot be written.
  package init(_ path: String) throws {
    self.path = path
    // Every write goes to the end, wherever that is after a truncation.
    descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    try check(descriptor)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Drops what comes after the first `bytes`.
  package func truncate(to bytes: UInt64) throws {
    if try size() > bytes { try check(ftruncate(descriptor, off_t(bytes))) }
  }

  /// - Throws: `InputError` when the line, or its end, cannot be written; the next `truncate` removes what was.
  package func append(line: String) throws { try append(Array((line + "\n").utf8)) }

  /// - Throws: `InputError` when the bytes, or the last of them, cannot be written; the next `truncate` removes what
  ///   was.
  package func append(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress!, $0.count) }
      if count < 0, errno == EINTR { continue }
      try check(Int32(clamping: count))
      rest = rest.dropFirst(count)
    }
  }

  /// All of it.
  /// - Throws: `InputError` when it cannot be read.
  package func read() throws -> Data {
    Data(try WholeFile.read(path, kind: "a file that can be read", maximumSize: 4 << 30))
  }

  /// Makes what was written durable; returns the size.
  package func flush() throws -> UInt64 {
    try check(fsync(descriptor))
    return try size()
  }

  private func size() throws -> UInt64 {
    var status = stat()
    try check(fstat(descriptor, &status))
    return UInt64(status.st_size)
  }

  private func check(_ status: Int32) throws {
    if status < 0 { throw InputError(path, expected: "a file that can be written", found: "\(SystemError.last)") }
  }
}
