import RAMiTFiles

/// The chunks of a PNG file, found without reading what they hold. libpng gets only those that make the picture: damage
/// in the others cannot stop it, and they take no memory.
struct PNGChunks {
  struct Chunk {
    let name: String
    let data: Range<Int>

    /// Readers may leave it out (the first letter is small).
    var isAncillary: Bool { name.utf8.first! & 0x20 != 0 }
  }

  let bytes: [UInt8]
  private(set) var chunks: [Chunk] = []
  /// The file ends before its IEND chunk.
  private(set) var endsEarly = false
  /// How many bytes follow the IEND chunk.
  private(set) var excess = 0

  /// - Throws: `ImageError` when the file ends before the pixels begin.
  init(_ bytes: [UInt8]) throws {
    self.bytes = bytes
    let reader = ByteReader(bytes, .big)
    var place = 8
    var hasPixels = false
    while true {
      guard let size = try? reader.uint32(place), let name = try? reader.range(place + 4, count: 4) else { break }
      let start = place + 8
      let letters = bytes[name]
      let isSound = letters.allSatisfy { (0x41...0x5a).contains($0 & 0xdf) }
      let text = isSound ? String(decoding: letters, as: UTF8.self) : ""
      // The checksum follows; without it the chunk is not whole.
      if isSound, bytes.count - start >= 4, size <= bytes.count - start - 4 {
        chunks.append(Chunk(name: text, data: start..<start + size))
        place = start + size + 4
        if text == "IDAT" { hasPixels = true }
        guard text == "IEND" else { continue }
        excess = bytes.count - place
        return
      }
      if text == "IDAT" {
        chunks.append(Chunk(name: text, data: start..<min(bytes.count, start + size)))
        hasPixels = true
      }
      guard hasPixels else {
        throw ImageError(
          isSound ? "a chunk \(text) of \(size) bytes where \(bytes.count - start) are left" : "a damaged chunk")
      }
      break
    }
    guard hasPixels else { throw ImageError("the file ends early") }
    endsEarly = true
  }

  func isIntact(_ chunk: Chunk) -> Bool {
    guard let stored = try? ByteReader(bytes, .big).uint32(chunk.data.upperBound) else { return false }
    return stored == Int(Self.checksum(bytes[chunk.data.lowerBound - 4..<chunk.data.upperBound]))
  }

  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBytes { CRC32.checksum($0) }
  }

  /// A whole chunk.
  static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    return bigEndian(data.count) + body + bigEndian(Int(checksum(body[...])))
  }

  /// The chunks before the pixels that libpng needs: critical ones, and transparency.
  private var heads: [Chunk] {
    chunks.prefix { $0.name != "IDAT" }.filter { !$0.isAncillary || $0.name == "tRNS" && isIntact($0) }
  }

  /// The chunks of the pixels, which follow one another.
  private var pixels: ArraySlice<Chunk> {
    let first = chunks.firstIndex { $0.name == "IDAT" }!
    return chunks[first...].prefix { $0.name == "IDAT" }
  }

  /// Rows come in several passes over the image. (By the last byte of the header, which libpng has accepted.)
  var isInterlaced: Bool { bytes[heads[0].data].last != 0 }

  /// A file of the header alone, as far as libpng reads for it.
  var header: [UInt8] { Array(bytes[..<8]) + heads.flatMap(stored) + bigEndian(0) + Array("IDAT".utf8) }

  /// A file of the picture alone, and whether all checksums of its pixels were right.
  var picture: (file: [UInt8], isIntact: Bool) {
    var file = Array(bytes[..<8])
    file.reserveCapacity(bytes.count + 64)
    var isIntact = true
    for chunk in heads { file += stored(chunk) }
    for chunk in pixels {
      if self.isIntact(chunk) {
        file += stored(chunk)
      } else {
        // zlib has a checksum of its own over all pixels, which the caller checks. A truncated chunk has none.
        if chunk.data.upperBound <= bytes.count - 4 { isIntact = false }
        file += Self.chunk("IDAT", Array(bytes[chunk.data]))
      }
    }
    file += Self.chunk("IEND", [])
    return (file, isIntact)
  }

  private func stored(_ chunk: Chunk) -> ArraySlice<UInt8> {
    bytes[chunk.data.lowerBound - 8..<min(bytes.count, chunk.data.upperBound + 4)]
  }
}
