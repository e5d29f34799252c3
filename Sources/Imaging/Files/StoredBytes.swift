import Diagnostics
import Foundation

/// Whole files: read into memory, and written so that they are either whole or not there.
enum StoredBytes {
  /// TIFF's offsets reach no further, and no other image comes near.
  static let maximumSize = 4 << 30

  /// - Throws: `InputError` that names the path.
  static func read(_ path: String) throws -> [UInt8] {
    // A pipe must not keep us waiting for someone to write.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw InputError(path, expected: "an image", found: errno == ENOENT ? "no such file" : systemMessage())
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw InputError(path, expected: "an image", found: systemMessage()) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw InputError(
        path, expected: "an image", found: status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "a device or pipe")
    }
    let size = Int(status.st_size)
    guard size > 0 else { throw InputError(path, expected: "an image", found: "an empty file") }
    guard size <= maximumSize else {
      throw InputError(path, expected: "an image of at most \(maximumSize >> 30) GiB", found: "\(size >> 30) GiB")
    }
    var failure: String?
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      while filled < size {
        let count = Foundation.read(descriptor, buffer.baseAddress! + filled, size - filled)
        if count < 0, errno == EINTR { continue }
        if count < 0 { failure = systemMessage() }
        if count <= 0 { return }
        filled += count
      }
    }
    if let failure { throw InputError(path, expected: "an image", found: failure) }
    return bytes
  }

  /// Writes beside the path, then renames; what was at the path stays until then, and a failure leaves no other file
  /// behind.
  /// - Throws: `InputError` that names the path and the system's reason.
  static func write(_ bytes: [UInt8], to path: String) throws {
    let target = URL(fileURLWithPath: path)
    let temporary = target.deletingLastPathComponent().path + "/.\(UUID().uuidString).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    func failure() -> InputError { InputError(path, expected: "a file that can be written", found: systemMessage()) }
    guard descriptor >= 0 else { throw failure() }
    var error: InputError?
    bytes.withUnsafeBytes { bytes in
      var written = 0
      while error == nil, written < bytes.count {
        let count = Foundation.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
        if count < 0, errno == EINTR { continue }
        if count < 0 { error = failure() } else { written += count }
      }
    }
    // Renamed before its bytes are on the disk, a power cut could leave an empty file where there was a whole one.
    if error == nil, fsync(descriptor) != 0 { error = failure() }
    // Some file systems tell only now that there was no room.
    if close(descriptor) != 0, error == nil { error = failure() }
    if error == nil, rename(temporary, target.path) != 0 { error = failure() }
    if let error {
      unlink(temporary)
      throw error
    }
  }

  private static func systemMessage() -> String { String(cString: strerror(errno)).lowercased() }
}
