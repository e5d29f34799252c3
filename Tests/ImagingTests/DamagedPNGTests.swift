import Testing

@testable import RAMiTImaging

/// PNG files with damage that other readers pass over, and with damage that nobody can.
@Suite struct DamagedPNGTests {
  private let image = Picture.image(channels: 3)

  /// The picture's file, cut at the header's end.
  private func parts() throws -> (start: [UInt8], pixels: [UInt8]) {
    let file = try PNGFile.encode(image, ImageMetadata())
    return (Array(file[..<33]), Array(file[33...]))
  }

  private func load(inserting chunks: [UInt8]) throws -> LoadedImage {
    let (start, pixels) = try parts()
    return try ImageFile.load(start + chunks + pixels, from: "a")
  }

  /// The chunk says 2 GB where twelve bytes are left: its size takes no memory.
  @Test func aChunkLongerThanTheFileIsRefused() throws {
    let (start, _) = try parts()
    let file = start + [0x7f, 0xff, 0xff, 0xf0] + Array("tEXt".utf8) + [0, 0, 0, 0]
    #expect(
      message { try ImageFile.load(file, from: "a") }
        == "a: expected a whole PNG image, found a chunk tEXt of 2147483632 bytes where 4 are left")
  }

  @Test func damagedAncillaryChunksAreLeftOut() throws {
    var chunk = PNGChunks.chunk("gAMA", bigEndian(100_000))
    #expect(try load(inserting: chunk).metadata.colorSpace.gamma == 100_000)
    chunk[chunk.count - 1] ^= 1
    let loaded = try load(inserting: chunk)
    #expect(loaded.image == image && loaded.metadata == ImageMetadata())
    #expect(loaded.notes == ["damaged chunks are left out (gAMA)"])
    let profile = PNGChunks.chunk("iCCP", Array("name".utf8) + [0, 0, 1, 2, 3])
    let text = PNGChunks.chunk("zTXt", Array("Title".utf8) + [0, 0, 1, 2, 3])
    #expect(try load(inserting: profile + text).notes == ["damaged chunks are left out (iCCP, zTXt)"])
    // A critical chunk that nobody knows.
    #expect(throws: (any Error).self) { try load(inserting: PNGChunks.chunk("ABCD", [1])) }
  }

  /// 17 MB in a few KB.
  @Test func blocksAreHeldToTheirLimit() throws {
    let large = try Deflate.deflated([UInt8](repeating: 65, count: 17 << 20))
    for chunk in [
      PNGChunks.chunk("iCCP", Array("name".utf8) + [0, 0] + large),
      PNGChunks.chunk("zTXt", Array("Title".utf8) + [0, 0] + large),
      PNGChunks.chunk("iTXt", Array("Title".utf8) + [0, 1, 0, 0, 0] + large),
    ] {
      let loaded = try load(inserting: chunk)
      #expect(loaded.image == image && loaded.metadata == ImageMetadata() && loaded.notes.count == 1)
    }
  }

  @Test func aMissingEndIsReadWithANote() throws {
    let file = try PNGFile.encode(image, ImageMetadata())
    for missing in [1, 12, 13, 16] {
      let loaded = try ImageFile.load(Array(file.dropLast(missing)), from: "a")
      #expect(loaded.image == image && loaded.notes == ["the end of the file is missing"], "\(missing)")
    }
    #expect(throws: (any Error).self) { try ImageFile.load(Array(file.dropLast(200)), from: "a") }
    #expect(try ImageFile.load(file + [1, 2], from: "a").notes == ["2 bytes after its end are left out"])
  }

  /// The pixels have two checksums; that over all of them counts.
  @Test func aWrongChecksumOfThePixels() throws {
    var file = try PNGFile.encode(image, ImageMetadata())
    let crc = file.count - 12 - 1, adler = file.count - 12 - 5
    file[crc] ^= 1
    let loaded = try ImageFile.load(file, from: "a")
    #expect(loaded.image == image && loaded.notes == ["a checksum of the pixels is wrong"])
    file[adler] ^= 1
    #expect(throws: (any Error).self) { try ImageFile.load(file, from: "a") }
  }

  @Test func emptyPixelChunksAndFrames() throws {
    let (start, pixels) = try parts()
    let empty = PNGChunks.chunk("IDAT", [])
    #expect(try ImageFile.load(start + empty + pixels, from: "a").image == image)
    let animation = PNGChunks.chunk("acTL", bigEndian(3) + bigEndian(0))
    let frame = PNGChunks.chunk("fcTL", [UInt8](repeating: 0, count: 26))
    #expect(try load(inserting: animation + frame).notes == ["2 other frames left out"])
    #expect(try load(inserting: animation).notes == ["3 other frames left out"])
  }
}
