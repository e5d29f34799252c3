import Foundation
import RAMiTDiagnostics
import RAMiTFiles

/// The first bytes of a decoded cache, and where its index is.
///
/// The file: this header, then the pixels of all images (interleaved rows from the top, 16 bits little-endian), then
/// the index as JSON. Integers are little-endian.
struct DecodedCacheHeader {
  static let magic = Array("RAMiTDC1".utf8)
  static let size = 32
  let indexOffset, indexSize: UInt64
  let indexChecksum: UInt32

  init(indexOffset: UInt64, index: Data) {
    self.indexOffset = indexOffset
    indexSize = UInt64(index.count)
    indexChecksum = index.withUnsafeBytes { CRC32.checksum($0) }
  }

  /// Nil for the beginning of another kind of file.
  init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.size, bytes.starts(with: Self.magic) else { return nil }
    func integer(_ range: Range<Int>) -> UInt64 { bytes[range].reversed().reduce(0) { $0 << 8 | UInt64($1) } }
    indexOffset = integer(8..<16)
    indexSize = integer(16..<24)
    indexChecksum = UInt32(integer(24..<28))
  }

  var bytes: [UInt8] {
    func little(_ value: UInt64, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }
    return Self.magic + little(indexOffset, 8) + little(indexSize, 8) + little(UInt64(indexChecksum), 4) + [0, 0, 0, 0]
  }
}

/// One image of a decoded cache.
struct DecodedImage: Codable, Equatable, Sendable {
  /// The source: relative to the set's folder where it lies in it.
  let file: String
  let width, height, channels, bits: Int
  /// Where its pixels begin.
  let offset: Int
  /// The source's size and time of change when it was decoded: another file by now makes the cache stale.
  let sourceBytes: Int
  let sourceModified: Int

  var pixelBytes: Int { channels * bits / 8 }
  var byteCount: Int { width * height * pixelBytes }

  /// True when all sizes are possible and the pixels lie before `end`; nothing overflows then.
  func fits(before end: Int) -> Bool {
    guard 1...(1 << 24) ~= width, 1...(1 << 24) ~= height, 1...4 ~= channels, bits == 8 || bits == 16 else {
      return false
    }
    return offset >= DecodedCacheHeader.size && offset <= end && byteCount <= end - offset
  }
}

/// A source file as the file system has it.
struct SourceState: Equatable {
  let bytes, modified: Int

  /// - Throws: `InputError` when there is no such file.
  init(_ path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0 else { throw InputError(path, expected: "an image", found: "no such file") }
    bytes = Int(status.st_size)
    modified = Int(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int(status.st_mtim.tv_nsec)
  }
}

/// How a cache names a source: by its path in the folder of the set.
struct CacheNames {
  private let folder: String

  init(in base: String) { folder = base.absolutePath.appendingPath("") }

  func name(of file: String) -> String {
    let path = file.absolutePath
    return path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : path
  }
}
