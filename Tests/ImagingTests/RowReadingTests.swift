import Foundation
import RAMiTCZlib
import RAMiTTensorCore
import Testing

@testable import RAMiTImaging

/// Rows of files without the rest, and the PNGs that are read without libpng.
@Suite struct RowReadingTests {
  /// Of every format and kind.
  @Test func rowsAreThoseOfTheWholeImage() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: fixture(""))
    var count = 0
    for name in names.sorted() {
      guard let photo = try? UndecodedImage(fixture(name)), let whole = try? ImageFile.read(fixture(name)) else {
        continue
      }
      #expect(photo.header == ImageHeader(whole) || photo.header.isCMYK, "\(name)")
      let height = whole.height
      for rows in [0..<1, height / 3..<max(height / 2, height / 3 + 1), height - 1..<height, 0..<height] {
        let part = try photo.rows(rows)
        #expect(part == whole.cropped(toRows: rows), "\(name) \(rows)")
      }
      count += 1
    }
    #expect(count > 100)
  }

  /// Pixels, each row stored by a filter of its own, in a PNG.
  private func png(
    _ random: inout RandomNumbers, width: Int, height: Int, channels: Int, bits: Int, level: Int32, strategy: Int32,
    chunk: Int
  ) throws -> [UInt8] {
    let line = width * channels * bits / 8
    var content: [UInt8] = []
    for y in 0..<height {
      content.append(UInt8(y < 5 ? y : random.below(5)))
      // Parts that repeat, near and far, and parts that do not.
      while content.count < (y + 1) * (line + 1) {
        let rest = (y + 1) * (line + 1) - content.count, size = min(rest, 1 + random.below(40))
        let distance = 1 + random.below(random.below(2) == 0 ? 12 : content.count)
        for _ in 0..<size {
          let isNew = random.below(3) == 0 || distance > content.count
          content.append(isNew ? UInt8(random.below(64)) : content[content.count - distance])
        }
      }
    }
    let stream = try deflated(content, level: level, strategy: strategy)
    let type: UInt8 = [0, 0, 4, 2, 6][channels]
    let header = bigEndian(width) + bigEndian(height) + [UInt8(bits), type, 0, 0, 0]
    let pixels = stride(from: 0, to: stream.count, by: chunk).flatMap {
      PNGChunks.chunk("IDAT", Array(stream[$0..<min($0 + chunk, stream.count)]))
    }
    return [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10] + PNGChunks.chunk("IHDR", header) + pixels
      + PNGChunks.chunk("IEND", [])
  }

  private func deflated(_ bytes: [UInt8], level: Int32, strategy: Int32) throws -> [UInt8] {
    var stream = z_stream(), bytes = bytes
    var result = [UInt8](repeating: 0, count: 2 * bytes.count + 1024)
    let size = bytes.withUnsafeMutableBufferPointer { bytes in
      result.withUnsafeMutableBufferPointer { result in
        deflateInit2_(
          &stream, level, Z_DEFLATED, 15, 8, strategy, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        (stream.next_in, stream.avail_in) = (bytes.baseAddress, uInt(bytes.count))
        (stream.next_out, stream.avail_out) = (result.baseAddress, uInt(result.count))
        let status = deflate(&stream, Z_FINISH)
        deflateEnd(&stream)
        return status == Z_STREAM_END ? Int(stream.total_out) : 0
      }
    }
    try #require(size > 0)
    return Array(result.prefix(size))
  }

  /// Stored, fixed and dynamic blocks, long and short codes, all filters, sizes of pixels and ways to cut the stream.
  @Test(arguments: 1...4, [8, 16]) func pixelsAreThoseOfTheLibrary(channels: Int, bits: Int) throws {
    var random = RandomNumbers(seed: 3, UInt64(channels), UInt64(bits))
    for (level, strategy) in [(0, Z_DEFAULT_STRATEGY), (1, Z_FIXED), (6, Z_DEFAULT_STRATEGY), (9, Z_HUFFMAN_ONLY)] {
      for (width, height) in [(1, 1), (3, 9), (200, 90), (7000, 6)] {
        let file = try png(
          &random, width: width, height: height, channels: channels, bits: bits, level: Int32(level),
          strategy: strategy, chunk: [37, 8192, 1 << 20][random.below(3)])
        let decoder = try PNGFile(file)
        var notes: [String] = []
        let whole = try decoder.decodeByLibrary(notes: &notes)
        let pixels = try #require(PNGPixels(decoder.chunks))
        #expect(pixels.image(rows: 0..<height) == whole)
        let top = random.below(height), rows = top..<top + 1 + random.below(height - top)
        #expect(pixels.image(rows: rows) == whole.cropped(toRows: rows))
      }
    }
  }

  /// Whatever is changed, the answer is that of libpng.
  @Test func damagedPixelsAreLeftToTheLibrary() throws {
    var random = RandomNumbers(seed: 4)
    for round in 0..<300 {
      let sound = try png(
        &random, width: 40, height: 20, channels: 3, bits: 8, level: round % 3 == 0 ? 0 : 6,
        strategy: round % 3 == 1 ? Z_FIXED : Z_DEFAULT_STRATEGY, chunk: 1 << 20)
      var file = sound
      // The chunk of the pixels begins behind the header; a right checksum makes the damage the stream's own.
      let data = 41..<file.count - 16
      for _ in 0...random.below(2) { file[data.lowerBound + random.below(data.count)] ^= UInt8(1 << random.below(8)) }
      if random.below(3) > 0 {
        file.replaceSubrange(33..<file.count - 12, with: PNGChunks.chunk("IDAT", Array(file[data])))
      }
      let decoder = try PNGFile(file)
      var notes: [String] = [], expectedNotes: [String] = []
      let expected = try? decoder.decodeByLibrary(notes: &expectedNotes)
      let found = try? decoder.decode(notes: &notes)
      #expect(found == expected && notes == expectedNotes)
    }
  }

  /// Damage counts as far as a file is read.
  @Test func damageBelowTheRowsIsNotSeen() throws {
    var random = RandomNumbers(seed: 5)
    var file = try png(
      &random, width: 300, height: 400, channels: 3, bits: 8, level: 6, strategy: Z_DEFAULT_STRATEGY, chunk: 4096)
    let whole = try PNGFile(file).decode(rows: 0..<400)
    for place in file.count - 3000..<file.count - 2900 { file[place] ^= 0x55 }
    #expect(try PNGFile(file).decode(rows: 10..<90) == whole.cropped(toRows: 10..<90))
    #expect(throws: ImageError.self) { try PNGFile(file).decode(rows: 10..<400) }
  }
}
