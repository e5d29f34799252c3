import Foundation
import RAMiTDiagnostics

/// The start of a file, and streams of unknown size: standard input, pipes.
package enum FileStream {
  /// The first bytes of a file. Reading does not wait for data in a pipe.
  /// - Parameter count: the most that are read.
  package static func start(of path: String, count: Int) throws(SystemError) -> [UInt8] {
    let descriptor = try Descriptor.open(path, O_RDONLY | O_NONBLOCK)
    defer { close(descriptor) }
    return try read(descriptor, maximumSize: count)
  }

  /// Whether a file bears a mark in its first kilobyte, by which what a program has written is known from other files.
  package static func bears(_ mark: String, _ path: String) -> Bool {
    (try? start(of: path, count: 1024))?.contains(mark.utf8) ?? false
  }

  /// Everything that comes from a pipe, up to its end.
  /// - Parameters:
  ///   - path: `-` for the standard input.
  ///   - kind: what it should be, for messages: "an image".
  ///   - maximumSize: in bytes; more is refused.
  /// - Throws: `InputError` that names the stream.
  package static func read(_ path: String, kind: String, maximumSize: Int) throws(InputError) -> [UInt8] {
    let isInput = path == "-", name = isInput ? "standard input" : path
    let bytes = try WholeFile.naming(name, kind) {
      let descriptor = isInput ? STDIN_FILENO : try Descriptor.open(path, O_RDONLY)
      defer { if !isInput { close(descriptor) } }
      if isatty(descriptor) == 1 { throw InputError(name, expected: kind, found: "a terminal") }
      let status = try FileStatus(descriptor: descriptor)
      guard status.kind != .folder, status.kind != .device else {
        throw InputError(name, expected: kind, found: status.kind.rawValue)
      }
      return try read(descriptor, maximumSize: maximumSize + 1)
    }
    guard bytes.count <= maximumSize else {
      throw InputError(name, expected: "\(kind) of at most \(maximumSize >> 30) GiB", found: "more")
    }
    return bytes
  }

  private static func read(_ descriptor: Int32, maximumSize: Int) throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: min(maximumSize, 1 << 20), alignment: 1)
    defer { chunk.deallocate() }
    while bytes.count < maximumSize {
      let part = UnsafeMutableRawBufferPointer(rebasing: chunk.prefix(maximumSize - bytes.count))
      let count = try Descriptor.read(descriptor, into: part)
      bytes += part.prefix(count)
      if count < part.count { break }
    }
    return bytes
  }
}
