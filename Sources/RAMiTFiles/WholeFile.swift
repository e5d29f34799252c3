import Foundation
import RAMiTDiagnostics

/// Whole files: read into memory, and written so that they are complete or absent, also after a crash or a power cut.
package enum WholeFile {
  /// A file's bytes.
  /// - Parameters:
  ///   - kind: what it should be, for messages: "an image".
  ///   - maximumSize: in bytes. A larger file is refused; it could use up the memory, and the system would end the
  ///     program.
  /// - Throws: `InputError` that names the path.
  package static func read(_ path: String, kind: String, maximumSize: Int) throws(InputError) -> [UInt8] {
    let (descriptor, status) = try open(path, kind: kind, maximumSize: maximumSize)
    defer { close(descriptor) }
    return try naming(path, kind) {
      try [UInt8](unsafeUninitializedCapacity: status.size) { buffer, filled in
        filled = try Descriptor.read(descriptor, into: UnsafeMutableRawBufferPointer(buffer))
      }
    }
  }

  /// Opens a file for reading; the caller closes it.
  /// - Throws: `InputError` for what is no file, and for a file larger than `maximumSize`.
  static func open(
    _ path: String, kind: String, maximumSize: Int
  ) throws(InputError) -> (descriptor: Int32, status: FileStatus) {
    try naming(path, kind) {
      // Without O_NONBLOCK, the call waits until somebody writes into a pipe.
      let descriptor = try Descriptor.open(path, O_RDONLY | O_NONBLOCK)
      do {
        let status = try FileStatus(descriptor: descriptor)
        guard status.kind == .file else {
          throw InputError(path, expected: kind, found: status.kind == .folder ? "a folder" : "a device or pipe")
        }
        guard status.size <= maximumSize else {
          throw InputError(
            path, expected: "\(kind) of at most \(maximumSize >> 30) GiB", found: "\(status.size >> 30) GiB")
        }
        return (descriptor, status)
      } catch {
        close(descriptor)
        throw error
      }
    }
  }

  /// Writes the bytes into a new file in the same folder, makes them durable, and renames the file to `path`.
  ///
  /// The file that was at `path` stays until then. When anything fails it stays too, and the new file is removed; where
  /// the process is killed, `TemporaryFile.removeAbandoned` removes it later. A device or a pipe is not replaced; the
  /// bytes are written into it.
  /// - Throws: `InputError` that names the path and the system's reason.
  package static func write(_ bytes: some ContiguousBytes, to path: String) throws {
    try write(to: path) { try $0.append(bytes) }
  }

  /// Writes a file in the same way; `body` gives the bytes piece by piece. An error that it throws passes unchanged.
  package static func write(to path: String, _ body: (Writer) throws -> Void) throws {
    var refusal: (any Error)?
    func fill(_ descriptor: Int32) throws {
      do { try body(Writer(descriptor: descriptor)) } catch {
        if !(error is SystemError) { refusal = error }
        throw error
      }
    }
    do {
      try naming(path) {
        if let kind = try? FileStatus(path).kind, ![.file, .folder].contains(kind) {
          return try withDescriptor(path, O_WRONLY, fill)
        }
        let folder = path.parentPath
        let temporary = try TemporaryFile(in: folder)
        do {
          try closing(temporary.descriptor) {
            try fill($0)
            try Descriptor.sync($0)
          }
          try Descriptor.rename(temporary.path, to: path)
        } catch {
          try? Descriptor.remove(temporary.path)
          temporary.unlock()
          throw error
        }
        temporary.unlock()
        // The new name is durable only when the folder is.
        try withDescriptor(folder, O_RDONLY | O_DIRECTORY) { try Descriptor.sync($0) }
      }
    } catch {
      throw refusal ?? error
    }
  }

  /// Takes the bytes of a file that is being written.
  package struct Writer {
    fileprivate let descriptor: Int32

    package func append(_ bytes: some ContiguousBytes) throws { try Descriptor.write(bytes, to: descriptor) }

    /// Returns to the beginning, so that the next bytes replace the first ones. A device or a pipe has no beginning.
    package func rewind() throws { try Descriptor.check(lseek(descriptor, 0, SEEK_SET) < 0 ? -1 : 0) }
  }

  /// Adds bytes to the end of a file, which is created where there is none, and makes them durable. Several processes
  /// may append at the same time.
  /// - Throws: `InputError` that names the path and the system's reason.
  package static func append(_ bytes: some ContiguousBytes, to path: String) throws {
    try naming(path) {
      try withDescriptor(path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK) {
        try Descriptor.write(bytes, to: $0)
        // A device has nothing to flush.
        do { try Descriptor.sync($0) } catch let error as SystemError where error.code == EINVAL {}
      }
    }
  }

  private static func withDescriptor(_ path: String, _ flags: Int32, _ body: (Int32) throws -> Void) throws {
    try closing(Descriptor.open(path, flags), body)
  }

  /// Some file systems report only on closing that the disk is full.
  private static func closing(_ descriptor: Int32, _ body: (Int32) throws -> Void) throws {
    do {
      try body(descriptor)
    } catch {
      try? Descriptor.close(descriptor)
      throw error
    }
    try Descriptor.close(descriptor)
  }

  /// Turns an error of the system into an `InputError` that names the file.
  /// - Parameter kind: what was expected; nil for a file that can be written.
  static func naming<Result>(
    _ path: String, _ kind: String? = nil, _ body: () throws -> Result
  ) throws(InputError) -> Result {
    do { return try body() } catch {
      if let error = error as? InputError { throw error }
      let isFolderMissing = kind == nil && (error as? SystemError)?.code == ENOENT
      throw InputError(
        path, expected: kind ?? "a file that can be written",
        found: isFolderMissing ? "no such file or directory" : "\(error)")
    }
  }
}
