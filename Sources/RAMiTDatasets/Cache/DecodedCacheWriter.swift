import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging
import RAMiTParallel

extension DecodedCache {
  /// Decodes files into a cache, on all threads; it is put in place when it is whole. The same files give the same
  /// bytes.
  /// - Parameters:
  ///   - base: the folder of the set.
  ///   - progress: called with the number of files that are done.
  /// - Throws: `InputError` that names a file that cannot be decoded or written.
  package static func write(
    _ files: [String], of base: String, to path: String,
    progress: (_ done: Int, _ count: Int) -> Void = { _, _ in }
  ) throws {
    try checkKind(path)
    let names = CacheNames(in: base)
    try WholeFile.write(to: path) { writer in
      // Where the index lies is known at the end.
      try writer.append([UInt8](repeating: 0, count: DecodedCacheHeader.size))
      var end = DecodedCacheHeader.size, images: [DecodedImage] = []
      for start in stride(from: 0, to: files.count, by: portion) {
        let part = Array(files[start..<min(start + portion, files.count)])
        for (file, decoded) in zip(part, parallelMap(part, Decoded.init)) {
          let image = DecodedImage(
            try decoded.image.get(), file: names.name(of: file), offset: end, source: try decoded.source.get())
          try writer.append(decoded.image.get().bytes)
          images.append(image)
          end += image.byteCount
        }
        progress(start + part.count, files.count)
      }
      let index = try Data(JSON.encode(images).utf8)
      try writer.append(index)
      try writer.rewind()
      try writer.append(DecodedCacheHeader(indexOffset: UInt64(end), index: index).bytes)
    }
  }

  private static let portion = 8

  /// Only a cache is replaced: a slip on the command line must not destroy photos.
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

extension DecodedImage {
  fileprivate init(_ image: Image, file: String, offset: Int, source: SourceState) {
    self.init(
      file: file, width: image.width, height: image.height, channels: image.channels, bits: image.bitDepth,
      offset: offset, sourceBytes: source.bytes, sourceModified: source.modified)
  }
}

extension Image {
  /// The samples as a cache has them: 16 bits little-endian.
  fileprivate var bytes: [UInt8] {
    switch samples {
    case .uint8(let values): values
    case .uint16(let values): values.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    }
  }
}
