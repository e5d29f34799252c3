import Foundation
import RAMiTDiagnostics

/// Files of which only a part is read, and streams whose end nobody knows: standard input, pipes.
package enum FileStream {
  /// The first bytes of a file; a pipe, which would wait, and a device are not opened.
  /// - Parameter count: the most that are read.
  package static func start(of path: String, count: Int) throws(SystemError) -> [UInt8] {
    let descriptor = path.withPathBytes { open($0, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
    guard descriptor >= 0 else { throw .last }
    defer { close(descriptor) }
    return try read(descriptor, maximumSize: count)
  }

  /// Everything that comes from a pipe, up to its end.
  /// - Parameters:
  ///   - path: `-` for the standard input.
  ///   - kind: what it should be, for messages: "an image".
  ///   - maximumSize: more is refused.
  /// - Throws: `InputError` that names the stream.
  package static func read(_ path: String, kind: String, maximumSize: Int) throws(InputError) -> [UInt8] {
    let name = path == "-" ? "standard input" : path
    let descriptor = path == "-" ? STDIN_FILENO : path.withPathBytes { open($0, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw InputError(name, expected: kind, found: "\(SystemError.last)") }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    if isatty(descriptor) == 1 { throw InputError(name, expected: kind, found: "a terminal") }
    let bytes: [UInt8]
    do {
      let status = try FileStatus(descriptor: descriptor)
      guard status.kind != .folder, status.kind != .device else {
        throw InputError(name, expected: kind, found: status.kind.rawValue)
      }
      bytes = try read(descriptor, maximumSize: maximumSize + 1)
    } catch let error as SystemError {
      throw InputError(name, expected: kind, found: "\(error)")
    } catch {
      throw error as? InputError ?? InputError(name, expected: kind, found: "\(error)")
    }
    guard bytes.count <= maximumSize else {
      throw InputError(name, expected: "\(kind) of at most \(maximumSize >> 30) GiB", found: "more")
    }
    return bytes
  }

  private static func read(_ descriptor: Int32, maximumSize: Int) throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: min(maximumSize, 1 << 20))
    while bytes.count < maximumSize {
      let count = Foundation.read(descriptor, &chunk, min(chunk.count, maximumSize - bytes.count))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .last }
      if count == 0 { break }
      bytes += chunk.prefix(count)
    }
    return bytes
  }
}
