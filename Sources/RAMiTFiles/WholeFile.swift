import Foundation
import RAMiTDiagnostics

/// Whole files: read into memory, and written so that they are either whole or not there, also after a crash or a power
/// cut.
package enum WholeFile {
  /// A file's bytes.
  /// - Parameters:
  ///   - kind: what it should be, for messages: "an image".
  ///   - maximumSize: a larger file would be killed for its memory rather than refused.
  /// - Throws: `InputError` that names the path.
  package static func read(_ path: String, kind: String, maximumSize: Int) throws -> [UInt8] {
    try opening(path, kind: kind, maximumSize: maximumSize) { try read($0, size: $1, path, kind: kind) }
  }

  /// Opens a file and closes it when `body` is done, which gets its descriptor and its size.
  /// - Throws: `InputError` for what is no file, and for a larger one.
  static func opening<Result>(
    _ path: String, kind: String, maximumSize: Int, _ body: (_ descriptor: Int32, _ size: Int) throws -> Result
  ) throws -> Result {
    func refusal(_ found: String) -> InputError { InputError(path, expected: kind, found: found) }
    // A pipe must not keep us waiting for someone to write.
    let descriptor = path.withPathBytes { open($0, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
    guard descriptor >= 0 else { throw refusal("\(SystemError.last)") }
    defer { close(descriptor) }
    let status: FileStatus
    do { status = try FileStatus(descriptor: descriptor) } catch { throw refusal("\(error)") }
    guard status.kind == .file else { throw refusal(status.kind == .folder ? "a folder" : "a device or pipe") }
    let size = status.size
    guard size <= maximumSize else {
      throw InputError(path, expected: "\(kind) of at most \(maximumSize >> 30) GiB", found: "\(size >> 30) GiB")
    }
    return try body(descriptor, size)
  }

  static func read(_ descriptor: Int32, size: Int, _ path: String, kind: String) throws -> [UInt8] {
    var failure: String?
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      while filled < size {
        let count = Foundation.read(descriptor, buffer.baseAddress! + filled, size - filled)
        if count < 0, errno == EINTR { continue }
        if count < 0 { failure = "\(SystemError.last)" }
        if count <= 0 { return }
        filled += count
      }
    }
    if let failure { throw InputError(path, expected: kind, found: failure) }
    return bytes
  }

  /// Writes the bytes beside `path`, makes them durable, and puts them in place by one rename.
  ///
  /// What was at `path` stays until then, and stays when anything fails; a failure leaves no other file behind. A
  /// device or a pipe is not replaced, but written to.
  /// - Throws: `InputError` that names the path and the system's reason.
  package static func write(_ bytes: some ContiguousBytes, to path: String) throws {
    try write(to: path) { try $0.append(bytes) }
  }

  /// Writes a file in the same way, whose bytes `body` gives piece by piece.
  package static func write(to path: String, _ body: (Writer) throws -> Void) throws {
    if isStream(path) {
      return try withDescriptor(path.withPathBytes { open($0, O_WRONLY | O_CLOEXEC) }, path) {
        try body(Writer(descriptor: $0, path: path))
      }
    }
    let folder = path.parentPath
    let temporary = folder.appendingPath(temporaryName())
    do {
      let descriptor = temporary.withPathBytes { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
      try withDescriptor(descriptor, path) { descriptor in
        try body(Writer(descriptor: descriptor, path: path))
        try check(fsync(descriptor), path)
      }
      try check(temporary.withPathBytes { from in path.withPathBytes { rename(from, $0) } }, path)
    } catch {
      temporary.withPathBytes { _ = unlink($0) }
      throw error
    }
    // The rename itself has to reach the disk before the new file can be relied on.
    try withDescriptor(folder.withPathBytes { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }, path) {
      try check(fsync($0), path)
    }
  }

  /// Takes the bytes of a file that is being written.
  package struct Writer {
    fileprivate let descriptor: Int32
    fileprivate let path: String

    /// - Throws: `InputError` that names the path and the system's reason.
    package func append(_ bytes: some ContiguousBytes) throws {
      try bytes.withUnsafeBytes { try WholeFile.write($0, to: descriptor, path) }
    }

    /// Goes back to the beginning, so that the next bytes replace the first ones.
    /// - Throws: `InputError` for a device or a pipe that has no beginning.
    package func rewind() throws { try WholeFile.check(lseek(descriptor, 0, SEEK_SET) < 0 ? -1 : 0, path) }
  }

  /// Adds bytes to the end of a file, which is made, and makes them durable. Several processes may do so at a time.
  /// - Throws: `InputError` that names the path and the system's reason.
  package static func append(_ bytes: some ContiguousBytes, to path: String) throws {
    let descriptor = path.withPathBytes { open($0, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC, 0o666) }
    try withDescriptor(descriptor, path) { descriptor in
      try bytes.withUnsafeBytes { try write($0, to: descriptor, path) }
      // A device has nothing to flush.
      guard fsync(descriptor) == 0 || errno == EINVAL else { return try check(-1, path) }
    }
  }

  /// The name of a file that is not there yet; hidden, so that a crash leaves nothing that looks like a result.
  static func temporaryName() -> String { "." + UUID().uuidString + ".tmp" }

  private static func isStream(_ path: String) -> Bool {
    guard let status = try? FileStatus(path) else { return false }
    return ![.file, .folder].contains(status.kind)
  }

  private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress!, rest.count)
      if count < 0, errno == EINTR { continue }
      try check(Int32(clamping: count), path)
      rest = rest.dropFirst(count)
    }
  }

  /// Some file systems tell only on closing that there was no room.
  private static func withDescriptor(_ descriptor: Int32, _ path: String, _ body: (Int32) throws -> Void) throws {
    try check(descriptor, path)
    do {
      try body(descriptor)
    } catch {
      close(descriptor)
      throw error
    }
    try check(close(descriptor), path)
  }

  private static func check(_ status: Int32, _ path: String) throws {
    if status < 0 {
      let found = errno == ENOENT ? "no such file or directory" : "\(SystemError.last)"
      throw InputError(path, expected: "a file that can be written", found: found)
    }
  }
}
