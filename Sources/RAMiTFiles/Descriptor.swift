import Foundation

/// The system's calls on open files. The system may read or write less than it is asked for, and signals interrupt it:
/// these calls go on to the end.
package enum Descriptor {
  /// - Parameter flags: of open(2); a program that this one starts does not inherit the file.
  package static func open(_ path: String, _ flags: Int32) throws(SystemError) -> Int32 {
    let descriptor = try check(path.withPathBytes { Foundation.open($0, flags | O_CLOEXEC, 0o666) })
    // A folder is opened for its names to be made durable.
    if flags & (O_WRONLY | O_RDWR | O_DIRECTORY) != 0 {
      FileChange.tell(.open(descriptor, path: path, flags: flags))
    }
    return descriptor
  }

  /// - Throws: what some file systems report only on closing, such as a full disk.
  package static func close(_ descriptor: Int32) throws(SystemError) {
    // Before the system gives the number to another file.
    FileChange.tell(.close(descriptor))
    try check(Foundation.close(descriptor))
  }

  /// Makes what was written durable; of a folder, its names.
  package static func sync(_ descriptor: Int32) throws(SystemError) {
    try check(fsync(descriptor))
    FileChange.tell(.sync(descriptor))
  }

  package static func truncate(_ descriptor: Int32, to size: Int) throws(SystemError) {
    try check(ftruncate(descriptor, off_t(size)))
    FileChange.tell(.truncate(descriptor, size: size))
  }

  /// Gives a file another name, in place of the file that has it.
  package static func rename(_ path: String, to other: String) throws(SystemError) {
    try check(path.withPathBytes { from in other.withPathBytes { Foundation.rename(from, $0) } })
    FileChange.tell(.rename(from: path, to: other))
  }

  /// Removes a file.
  package static func remove(_ path: String) throws(SystemError) {
    try check(path.withPathBytes { unlink($0) })
    FileChange.tell(.remove(path: path))
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
        FileChange.tell(.write(descriptor, bytes: Array(bytes[written..<written + count])))
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
