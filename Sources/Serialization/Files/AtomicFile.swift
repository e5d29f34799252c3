import Diagnostics
import Foundation

/// Files that are either whole or not there, also after a crash or a power cut.
public enum AtomicFile {
  /// Writes `data` beside `path`, makes it durable, and puts it in place by one rename.
  ///
  /// What was at `path` stays until then, and stays when anything fails; a failure leaves no other file behind.
  /// - Throws: `InputError` that names the path and the system's reason.
  public static func write(_ data: Data, to path: String) throws {
    let target = URL(fileURLWithPath: path)
    let folder = target.deletingLastPathComponent().path
    let temporary = folder + "/." + UUID().uuidString + ".tmp"
    do {
      try withDescriptor(open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666), path) { descriptor in
        try write(data, to: descriptor, path)
        try check(fsync(descriptor), path)
      }
      try check(rename(temporary, target.path), path)
    } catch {
      unlink(temporary)
      throw error
    }
    // The rename itself has to reach the disk before the new file can be relied on.
    try withDescriptor(open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), path) { try check(fsync($0), path) }
  }

  private static func write(_ data: Data, to descriptor: Int32, _ path: String) throws {
    var rest = data[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress!, $0.count) }
      if count < 0, errno == EINTR { continue }
      try check(Int32(clamping: count), path)
      rest = rest.dropFirst(count)
    }
  }

  private static func withDescriptor(_ descriptor: Int32, _ path: String, _ body: (Int32) throws -> Void) throws {
    try check(descriptor, path)
    defer { close(descriptor) }
    try body(descriptor)
  }

  private static func check(_ status: Int32, _ path: String) throws {
    if status < 0 { throw InputError(path, expected: "a file that can be written", found: systemMessage()) }
  }
}
