import Foundation

/// The system's calls on open files. The system may read or write less than it is asked for, and signals interrupt it:
/// these calls go on to the end.
package enum Descriptor {
  /// - Parameter flags: of open(2); a program that this one starts does not inherit the file.
  package static func open(_ path: String, _ flags: Int32) throws(SystemError) -> Int32 {
    try check(path.withPathBytes { Foundation.open($0, flags | O_CLOEXEC, 0o666) })
  }

  /// - Returns: the status, which is not negative.
  @discardableResult static func check(_ status: Int32) throws(SystemError) -> Int32 {
    if status < 0 { throw .last }
    return status
  }

  /// Fills a buffer.
  /// - Parameter offset: in bytes from the start of the file; nil for where the last read ended.
  /// - Returns: the bytes that were read, fewer than the buffer has where the file ends.
  package static func read(
    _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int? = nil
  ) throws(SystemError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let start = buffer.baseAddress! + filled, room = buffer.count - filled
      let count =
        offset.map { pread(descriptor, start, room, off_t($0 + filled)) } ?? Foundation.read(descriptor, start, room)
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw .last }
      if count == 0 { break }
      filled += count
    }
    return filled
  }

  /// Writes all bytes where the last write ended.
  package static func write(_ bytes: some ContiguousBytes, to descriptor: Int32) throws {
    try bytes.withUnsafeBytes { bytes in
      var written = 0
      while written < bytes.count {
        let count = Foundation.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
        if count < 0, errno == EINTR { continue }
        if count < 0 { throw SystemError.last }
        written += count
      }
    }
  }
}

/// Why the system refused a call.
package struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
  package let code: Int32

  package init(code: Int32) { self.code = code }

  /// The last error of this thread.
  package static var last: SystemError { SystemError(code: errno) }

  /// In the system's own words, which people know from other programs.
  package var description: String {
    code == ENOENT ? "no such file" : String(cString: strerror(code)).lowercased()
  }
}
