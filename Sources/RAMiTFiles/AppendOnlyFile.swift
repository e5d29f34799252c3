import Foundation
import RAMiTDiagnostics

/// A file to which lines are appended. Resuming truncates it to its size at a checkpoint.
package final class AppendOnlyFile {
  package let path: String
  private let descriptor: Int32

  /// - Throws: `InputError` when the file cannot be written.
  package init(_ path: String) throws {
    self.path = path
    // With O_APPEND each write goes to the end of the file, also after a truncation.
    descriptor = try WholeFile.naming(path) { try Descriptor.open(path, O_RDWR | O_CREAT | O_APPEND) }
  }

  deinit { close(descriptor) }

  /// Removes what follows the first `bytes`.
  package func truncate(to bytes: UInt64) throws {
    try WholeFile.naming(path) {
      if try size() > bytes { try Descriptor.check(ftruncate(descriptor, off_t(bytes))) }
    }
  }

  /// - Throws: `InputError` when not all of the line can be written; the next `truncate` removes the part that was.
  package func append(line: String) throws { try append(Array((line + "\n").utf8)) }

  /// - Throws: `InputError` when not all bytes can be written; the next `truncate` removes those that were.
  package func append(_ bytes: [UInt8]) throws {
    try WholeFile.naming(path) { try Descriptor.write(bytes, to: descriptor) }
  }

  /// The whole content.
  /// - Throws: `InputError` when it cannot be read.
  package func read() throws -> Data {
    Data(try WholeFile.read(path, kind: "a file that can be read", maximumSize: 4 << 30))
  }

  /// Makes what was written durable.
  /// - Returns: the size in bytes.
  package func flush() throws -> UInt64 {
    try WholeFile.naming(path) {
      try Descriptor.check(fsync(descriptor))
      return try size()
    }
  }

  private func size() throws(SystemError) -> UInt64 { UInt64(try FileStatus(descriptor: descriptor).size) }
}
