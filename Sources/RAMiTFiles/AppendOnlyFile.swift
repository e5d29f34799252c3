import Foundation
import RAMiTDiagnostics

/// A file to which lines are appended. Resuming truncates it to its size at a checkpoint.
package final class AppendOnlyFile: Sendable {
  package let path: String
  private let descriptor: Int32

  /// - Throws: `InputError` when the file cannot be written.
  package init(_ path: String) throws {
    self.path = path
    // With O_APPEND each write goes to the end of the file, also after a truncation.
    descriptor = try WholeFile.naming(path) { try Descriptor.open(path, O_RDWR | O_CREAT | O_APPEND) }
  }

  deinit { try? Descriptor.close(descriptor) }

  /// Removes what follows the first `bytes`.
  package func truncate(to bytes: UInt64) throws {
    try WholeFile.naming(path) {
      if try fileSize() > bytes { try Descriptor.truncate(descriptor, to: Int(bytes)) }
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

  /// The size in bytes.
  package func size() throws -> UInt64 { try WholeFile.naming(path) { try fileSize() } }

  /// Makes what was written durable. Other threads may append meanwhile.
  package func flush() throws { try WholeFile.naming(path) { try Descriptor.sync(descriptor) } }

  private func fileSize() throws(SystemError) -> UInt64 { UInt64(try FileStatus(descriptor: descriptor).size) }
}
