import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging
import RAMiTParallel

extension DecodedCache {
  /// Decodes files into a cache, on all threads; it is put in place when it is whole.
  /// - Parameters:
  ///   - base: the folder of the set.
  ///   - progress: is told how many files are done.
  /// - Throws: `InputError` that names a file that cannot be decoded or written.
  package static func write(
    _ files: [String], of base: String, to path: String,
    progress: (_ done: Int, _ count: Int) -> Void = { _, _ in }
  ) throws {
    try checkKind(path)
    let writer = try CacheWriter(path), names = CacheNames(in: base)
    do {
      for start in stride(from: 0, to: files.count, by: portion) {
        let part = Array(files[start..<min(start + portion, files.count)])
        for (file, decoded) in zip(part, parallelMap(part, Decoded.init)) {
          try writer.append(decoded.image.get(), file: names.name(of: file), source: decoded.source.get())
        }
        progress(start + part.count, files.count)
      }
      try writer.finish()
    } catch {
      writer.abandon()
      throw error
    }
  }

  private static let portion = 8

  /// Only a cache is replaced: a slip on the command line must not cost anybody their photos.
  private static func checkKind(_ path: String) throws {
    func refusal(_ found: String) -> InputError { InputError(path, expected: "a new file, or a cache", found: found) }
    guard let status = try? FileStatus(path) else { return }
    guard status.kind == .file else { throw refusal(status.kind.rawValue) }
    guard status.size > 0 else { return }
    let magic = DecodedCacheHeader.magic
    let start = try? FileStream.start(of: path, count: magic.count)
    guard start == magic else { throw refusal("a file of another kind, which is left as it is") }
  }
}

private struct Decoded {
  let source: Result<SourceState, any Error>
  let image: Result<Image, any Error>

  /// The state is taken first: a file that changes while it is read must look changed.
  init(_ file: String) {
    source = Result { try SourceState(file) }
    image = Result { try ImageFile.read(file) }
  }
}

/// Writes beside the target, and renames once everything is on the disk.
private final class CacheWriter {
  private let path, temporary: String
  private let descriptor: Int32
  private var end = DecodedCacheHeader.size
  private var images: [DecodedImage] = []

  init(_ path: String) throws {
    self.path = path
    let target = URL(fileURLWithPath: path)
    temporary = target.deletingLastPathComponent().path + "/.\(target.lastPathComponent).\(UUID().uuidString).tmp"
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Self.failure(path) }
    do {
      try write([UInt8](repeating: 0, count: DecodedCacheHeader.size), at: 0)
    } catch {
      abandon()
      throw error
    }
  }

  func append(_ image: Image, file: String, source: SourceState) throws {
    let bytes: [UInt8]
    switch image.samples {
    case .uint8(let values): bytes = values
    case .uint16(let values): bytes = values.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    }
    images.append(
      DecodedImage(
        file: file, width: image.width, height: image.height, channels: image.channels, bits: image.bitDepth,
        offset: end, sourceBytes: source.bytes, sourceModified: source.modified))
    try write(bytes, at: end)
    end += bytes.count
  }

  func finish() throws {
    let index = try JSONEncoder().encode(images)
    try write([UInt8](index), at: end)
    try write(DecodedCacheHeader(indexOffset: UInt64(end), index: index).bytes, at: 0)
    guard fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw Self.failure(path) }
    close(descriptor)
    let folder = open(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }

  func abandon() {
    close(descriptor)
    unlink(temporary)
  }

  private func write(_ bytes: [UInt8], at offset: Int) throws {
    var done = 0
    try bytes.withUnsafeBytes { bytes in
      while done < bytes.count {
        let count = pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(offset + done))
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw Self.failure(path) }
        done += count
      }
    }
  }

  private static func failure(_ path: String) -> InputError {
    InputError(path, expected: "a file that can be written", found: String(cString: strerror(errno)).lowercased())
  }
}
