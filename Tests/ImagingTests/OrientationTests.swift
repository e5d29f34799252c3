import RAMiTImaging
import RAMiTTestSupport
import Testing

/// All eight values of EXIF's and TIFF's Orientation tag, in both byte orders and at every place where they may stand.
@Suite struct OrientationTests {
  /// How "abc / def" must look when it is stored with orientation 1, 2, ...
  static let upright = [
    ["abc", "def"], ["cba", "fed"], ["fed", "cba"], ["def", "abc"], ["ad", "be", "cf"], ["da", "eb", "fc"],
    ["fc", "eb", "da"], ["cf", "be", "ad"],
  ]
  private func level(_ letter: Character) -> Int { (Int(letter.asciiValue!) - 97) * 45 + 10 }

  /// An image of blocks of `side` pixels, one for each letter.
  private func blocks(_ rows: [String], side: Int) -> Image {
    let letters = rows.map(Array.init)
    return drawn(width: letters[0].count * side, height: letters.count * side, channels: 1) { x, y, _ in
      level(letters[y / side][x / side])
    }
  }

  /// An EXIF block with nothing but the orientation.
  private func exif(_ orientation: Int, isLittle: Bool) -> [UInt8] {
    var block = ByteWriter(bytes: isLittle ? [0x49, 0x49] : [0x4d, 0x4d], isLittle: isLittle)
    block.uint16(42)
    block.uint32(8)
    block.uint16(1, 274, 3)
    block.uint32(1)
    block.uint16(orientation, 0)
    block.uint32(0)
    return block.bytes
  }

  @Test(arguments: 1...8) func tiff(orientation: Int) throws {
    let expected = blocks(Self.upright[orientation - 1], side: 1)
    for isLittle in [false, true] {
      let source = TIFFSource(
        width: 3, height: 2, orientation: orientation, isLittle: isLittle,
        data: "abcdef".map { UInt8(level($0)) })
      #expect(try ImageFile.decode(source.file, from: "a") == expected)
    }
  }

  /// An XMP packet counts where the tag is missing, and only there.
  @Test(arguments: 1...8) func xmpInTIFF(orientation: Int) throws {
    let xmp = (1, MetadataTests.xmp(orientation: orientation).map(Int.init))
    var source = TIFFSource(width: 3, height: 2, more: [700: xmp], data: "abcdef".map { UInt8(level($0)) })
    let loaded = try ImageFile.load(source.file, from: "a")
    #expect(loaded.image == blocks(Self.upright[orientation - 1], side: 1))
    #expect(loaded.metadata.xmp.map { String(decoding: $0, as: UTF8.self).contains("tiff:Orientation=\"1\"") } == true)
    let size = try ImageFile.size(source.file, from: "a")
    #expect(size.width == loaded.image.width && size.height == loaded.image.height)
    source.orientation = 2
    #expect(try ImageFile.decode(source.file, from: "a") == blocks(Self.upright[1], side: 1))
  }

  @Test(arguments: 1...8, [false, true]) func png(orientation: Int, isLittle: Bool) throws {
    var chunk = ByteWriter(isLittle: false)
    chunk.chunk("eXIf", exif(orientation, isLittle: isLittle))
    let plain = try written(blocks(Self.upright[0], side: 1), "a.png")
    let expected = blocks(Self.upright[orientation - 1], side: 1)
    // After the header, and after the pixels.
    for place in [33, plain.count - 12] {
      let file = Array(plain[..<place] + chunk.bytes + plain[place...])
      #expect(try ImageFile.decode(file, from: "a") == expected)
    }
  }

  @Test(arguments: 1...8, [false, true]) func jpeg(orientation: Int, isLittle: Bool) throws {
    let block = Array("Exif".utf8) + [0, 0] + exif(orientation, isLittle: isLittle)
    var segment = ByteWriter(isLittle: false)
    segment.uint16(0xffe1, block.count + 2)
    let plain = try written(blocks(Self.upright[0], side: 8), "a.jpg")
    let file = Array(plain[..<2] + segment.bytes + block + plain[2...])
    let difference = try #require(
      largestDifference(ImageFile.decode(file, from: "a"), blocks(Self.upright[orientation - 1], side: 8)))
    #expect(difference <= 2)
  }

  /// A block whose orientation is written in an unusual way: what turned the picture when it was read does not turn it
  /// again in the file that is written.
  @Test(arguments: [(type: 3, count: 2), (3, 1), (4, 1), (13, 1), (1, 1), (1, 4)])
  func orientationIsToldOnce(type: Int, count: Int) throws {
    for isLittle in [false, true] {
      var block = ByteWriter(bytes: isLittle ? [0x49, 0x49] : [0x4d, 0x4d], isLittle: isLittle)
      block.uint16(42)
      block.uint32(8)
      block.uint16(1, 274, type)
      block.uint32(count)
      switch type {
      case 1: block.uint8(6, 6, 6, 6)
      case 3: block.uint16(6, 6)
      default: block.uint32(6)
      }
      block.uint32(0)
      try expectUpright(afterWriting: block.bytes)
    }
  }

  /// A camera's directory whose width is kept where the orientation is: setting the one would set the other.
  @Test func overlappingFieldsAreLeftOut() throws {
    var block = ByteWriter(bytes: [0x49, 0x49])
    block.uint16(42)
    block.uint32(8)
    for fields in [[(274, 3, 1, 6), (34665, 4, 1, 38)], [(40962, 4, 2, 18)]] {
      block.uint16(fields.count)
      for (tag, type, count, value) in fields {
        block.uint16(tag, type)
        block.uint32(count, value)
      }
      block.uint32(0)
    }
    try expectUpright(afterWriting: block.bytes)
  }

  private func expectUpright(afterWriting exif: [UInt8]) throws {
    var chunk = ByteWriter(isLittle: false)
    chunk.chunk("eXIf", exif)
    let plain = try written(blocks(Self.upright[0], side: 1), "a.png")
    let photo = try ImageFile.load(Array(plain[..<33] + chunk.bytes + plain[33...]), from: "a")
    #expect(photo.image == blocks(Self.upright[5], side: 1))
    var notes: [String] = []
    let again = try ImageFile.encode(photo.image, metadata: photo.metadata, like: "b.png", notes: &notes)
    #expect(try ImageFile.decode(again, from: "b") == photo.image)
  }

  /// The bytes of a file of the image.
  private func written(_ image: Image, _ name: String) throws -> [UInt8] {
    try withTemporaryFolder { folder in
      try ImageFile.write(image, to: "\(folder)/\(name)", quality: 100)
      return try bytes(of: "\(folder)/\(name)")
    }
  }

  /// A tag that says nothing sensible leaves the image as it is.
  @Test(arguments: [0, 9, 60000]) func nonsense(orientation: Int) throws {
    let source = TIFFSource(
      width: 3, height: 2, orientation: orientation, data: "abcdef".map { UInt8(level($0)) })
    #expect(try ImageFile.decode(source.file, from: "a") == blocks(Self.upright[0], side: 1))
  }
}
