import Foundation
import RAMiTTensorCore
import Testing

@testable import RAMiTImaging

/// Rows of files without the rest.
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

  /// Damage below the rows of a PNG is not seen, unless a checksum tells of it: then no row is read.
  @Test func damageBelowTheRows() throws {
    var random = RandomNumbers(seed: 5)
    let values = (0..<90 * 100 * 3).map { _ in UInt8(random.below(256)) }
    let image = Image(width: 90, height: 100, channels: 3, samples: .uint8(values))
    let file = try PNGFile.encode(image, ImageMetadata()), sound = try PNGFile(file)
    #expect(try sound.decode(rows: 10..<30) == image.cropped(toRows: 10..<30))
    let last = try #require(sound.chunks.chunks.last { $0.name == "IDAT" }), middle = last.data.count / 2
    #expect(last.data.lowerBound > file.count / 2)

    var damaged = file
    damaged[last.data.lowerBound + middle] ^= 0x55
    #expect(throws: ImageError.self) { try PNGFile(damaged).decode(rows: 10..<30) }

    damaged.replaceSubrange(
      last.data.lowerBound - 8..<last.data.upperBound + 4, with: PNGChunks.chunk("IDAT", Array(damaged[last.data])))
    #expect(try PNGFile(damaged).decode(rows: 10..<30) == image.cropped(toRows: 10..<30))
    #expect(throws: ImageError.self) { try PNGFile(damaged).decode(rows: 10..<100) }
  }
}
