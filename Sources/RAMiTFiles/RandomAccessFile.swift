import Foundation
import RAMiTDiagnostics

/// A file that is read in parts, each when it is needed.
///
/// It stays open: a new file of the same name, as `WholeFile.write` makes one, does not change what is read. It is not
/// mapped into memory: the system ends a program that reads mapped bytes after another program has truncated the file.
package final class RandomAccessFile: Sendable {
  package let path: String
  /// Bytes of the file when it was opened.
  package var count: Int { opened.size }

  private let kind: String
  private let descriptor: Int32
  private let opened: FileStatus

  /// - Parameters:
  ///   - kind: what it should be, for messages: "an image".
  ///   - maximumSize: in bytes; a larger file is refused.
  /// - Throws: `InputError` that names the path.
  package init(_ path: String, kind: String, maximumSize: Int) throws(InputError) {
    self.path = path
    self.kind = kind
    (descriptor, opened) = try WholeFile.open(path, kind: kind, maximumSize: maximumSize)
  }

  deinit { close(descriptor) }

  /// Fills a buffer with the bytes from `offset` on.
  /// - Precondition: they lie in the file.
  /// - Throws: `InputError` when they cannot be read, or another program has changed the file since it was opened.
  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(InputError) {
    precondition(0 <= offset && buffer.count <= count - offset, "\(buffer.count) bytes at \(offset) of \(count)")
    try WholeFile.naming(path, kind) {
      let filled = try Descriptor.read(descriptor, into: buffer, at: offset)
      let now = try FileStatus(descriptor: descriptor)
      guard now.size == count else {
        throw InputError(path, expected: "\(count) bytes, as when it was opened", found: "\(now.size) bytes")
      }
      guard filled == buffer.count, now.contentTime == opened.contentTime else {
        throw InputError(path, expected: "the content of when it was opened", found: "a later change")
      }
    }
  }
}
