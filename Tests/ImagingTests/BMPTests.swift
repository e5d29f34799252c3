import RAMiTImaging
import Testing

@Suite struct BMPTests {
  /// A file of the picture's first 5 x 3 pixels; `row` gives the bytes of row y, which are padded here.
  private func file(
    bits: Int, compression: Int = 0, headerSize: Int = 40, isTopDown: Bool = false, masks: [Int] = [],
    palette: [[Int]] = [], _ row: (_ y: Int, inout ByteWriter) -> Void
  ) -> [UInt8] {
    let (width, height) = (5, 3)
    var bmp = ByteWriter()
    bmp.uint8(0x42, 0x4d)
    bmp.uint32(0, 0, 0, headerSize)
    if headerSize == 12 {
      bmp.uint16(width, height, 1, bits)
    } else {
      bmp.uint32(width, isTopDown ? -height : height)
      bmp.uint16(1, bits)
      bmp.uint32(compression, 0, 2835, 2835, palette.count, 0)
      for mask in masks { bmp.uint32(mask) }
      while bmp.bytes.count < 14 + headerSize { bmp.uint8(0) }
    }
    for color in palette {
      bmp.uint8(color[2], color[1], color[0])
      if headerSize > 12 { bmp.uint8(0) }
    }
    let start = bmp.bytes.count
    for y in isTopDown ? Array(0..<height) : (0..<height).reversed() {
      row(y, &bmp)
      while (bmp.bytes.count - start) % 4 != 0 { bmp.uint8(0) }
    }
    var pixels = ByteWriter()
    pixels.uint32(start)
    bmp.bytes.replaceSubrange(10..<14, with: pixels.bytes)
    return bmp.bytes
  }

  private func read(_ file: [UInt8]) throws -> Image { try ImageFile.decode(file, from: "a.bmp") }

  /// The picture's corner, with channels that keep so many bits; spread over 0 to 255 as Pillow does, downwards.
  private func corner(bits: [Int]) -> Image {
    drawn(width: 5, height: 3, channels: bits.count) { x, y, c in
      (Picture.sample(x, y, c) >> (8 - bits[c])) * 255 / (1 << bits[c] - 1)
    }
  }

  private func packed(_ x: Int, _ y: Int, _ bits: [Int], _ shifts: [Int]) -> Int {
    bits.indices.reduce(0) { $0 | (Picture.sample(x, y, $1) >> (8 - bits[$1])) << shifts[$1] }
  }

  @Test(arguments: [false, true], [40, 108, 124]) func bytes(isTopDown: Bool, headerSize: Int) throws {
    for bits in [24, 32] {
      let file = file(bits: bits, headerSize: headerSize, isTopDown: isTopDown) { y, bmp in
        for x in 0..<5 {
          bmp.uint8(Picture.sample(x, y, 2), Picture.sample(x, y, 1), Picture.sample(x, y, 0))
          if bits == 32 { bmp.uint8(77) }
        }
      }
      #expect(try read(file) == corner(bits: [8, 8, 8]))
    }
  }

  @Test(arguments: [
    (16, 0, [5, 5, 5], [10, 5, 0]), (16, 3, [5, 5, 5], [10, 5, 0]), (16, 3, [5, 6, 5], [11, 5, 0]),
    (16, 3, [4, 4, 4, 4], [8, 4, 0, 12]), (32, 3, [8, 8, 8], [0, 8, 16]), (32, 3, [8, 8, 8, 8], [16, 8, 0, 24]),
    (32, 3, [8, 8, 8, 8], [24, 16, 8, 0]),
  ])
  func bitFields(_ bits: Int, _ compression: Int, _ widths: [Int], _ shifts: [Int]) throws {
    let masks = compression == 0 ? [] : widths.indices.map { (1 << widths[$0] - 1) << shifts[$0] }
    for headerSize in [40, 56, 108, 124] where masks.count < 4 || headerSize >= 56 {
      // The masks follow a header of 40 bytes, and are part of longer ones.
      let file = file(bits: bits, compression: compression, headerSize: headerSize, masks: masks) { y, bmp in
        for x in 0..<5 {
          let pixel = packed(x, y, widths, shifts)
          if bits == 16 { bmp.uint16(pixel) } else { bmp.uint32(pixel) }
        }
      }
      #expect(try read(file) == corner(bits: widths))
    }
  }

  @Test(arguments: [12, 40], [1, 4, 8]) func palettes(headerSize: Int, bits: Int) throws {
    let colors = (0..<1 << bits).map { [$0 * 3 & 255, 255 - $0, $0 * 7 & 255] }
    for palette in [colors, colors.map { [$0[1], $0[1], $0[1]] }] {
      func index(_ x: Int, _ y: Int) -> Int { (x * 31 + y * 57) & (1 << bits - 1) }
      let file = file(bits: bits, headerSize: headerSize, palette: palette) { y, bmp in
        for first in stride(from: 0, to: 5, by: 8 / bits) {
          bmp.uint8((0..<8 / bits).reduce(0) { $0 << bits | (first + $1 < 5 ? index(first + $1, y) : 0) })
        }
      }
      let isGray = palette[0][0] == palette[0][1]
      #expect(
        try read(file)
          == drawn(width: 5, height: 3, channels: isGray ? 1 : 3) { x, y, c in palette[index(x, y)][c] })
    }
  }

  @Test func paletteOfAnotherProgram() throws {
    #expect(try ImageFile.read(fixture("palette.bmp")) == Picture.indexed)
  }

  /// RLE8: runs, pixels as they are, the ends of line and bitmap; and a step over pixels, which keep colour 0.
  @Test func runsOfBytes() throws {
    let palette = (0..<256).map { [$0, 255 - $0, $0 / 2] }
    func decoded(_ codes: [UInt8]) throws -> [Int] {
      var bmp = file(bits: 8, compression: 1, palette: palette) { y, bmp in if y == 2 { bmp.bytes += codes } }
      bmp += [0, 0, 0, 0]
      return levels(try read(bmp)).enumerated().filter { $0.offset % 3 == 0 }.map(\.element)
    }
    #expect(
      try decoded([5, 7, 0, 0, 0, 3, 1, 2, 3, 0, 2, 9, 0, 0, 1, 4, 4, 8, 0, 1])
        == [4, 8, 8, 8, 8, 1, 2, 3, 9, 9, 7, 7, 7, 7, 7])
    // Two to the right and one up; then a run that would reach beyond the row.
    #expect(try decoded([1, 5, 0, 2, 2, 1, 200, 6, 0, 1]) == [0, 0, 0, 0, 0, 0, 0, 0, 6, 6, 5, 0, 0, 0, 0])
  }

  @Test func runsOfNibbles() throws {
    let palette = (0..<16).map { [$0, $0 * 3, $0 * 5] }
    let codes: [UInt8] = [5, 0x12, 0, 0, 0, 5, 0x34, 0x56, 0x70, 0, 0, 0, 2, 0xab, 0, 1]
    let bmp = file(bits: 4, compression: 2, palette: palette) { y, bmp in if y == 2 { bmp.bytes += codes } }
    let reds = levels(try read(bmp)).enumerated().filter { $0.offset % 3 == 0 }.map(\.element)
    #expect(reds == [10, 11, 0, 0, 0, 3, 4, 5, 6, 7, 1, 2, 1, 2, 1])
  }

  /// OS/2's second header may end after the depth.
  @Test func headersOf16Bytes() throws {
    let image = try ImageFile.read(fixture("os2-16-byte-header.bmp"))
    #expect((image.width, image.height, image.channels) == (127, 64, 3))
    func pixel(_ x: Int, _ y: Int) -> [Int] { Array(levels(image)[(y * 127 + x) * 3..<(y * 127 + x) * 3 + 3]) }
    #expect(pixel(0, 0) == [255, 0, 0] && pixel(60, 30) == [0, 0, 0] && pixel(126, 63) == [102, 85, 102])
  }

  @Test func coloursBeyondThePaletteAreBlack() throws {
    let bmp = file(bits: 8, palette: [[9, 8, 7]]) { _, bmp in bmp.uint8(0, 0, 0, 1, 0) }
    #expect(Array(levels(try read(bmp)).suffix(9)) == [9, 8, 7, 0, 0, 0, 9, 8, 7])
    // And a palette of more colours than the bits can number.
    let long = file(bits: 1, palette: (0..<300).map { [$0 % 256, 0, 0] }) { _, bmp in bmp.uint8(0b0101_0000) }
    #expect(Array(levels(try read(long)).prefix(6)) == [0, 0, 0, 1, 0, 0])
  }

  /// A whole PNG or JPEG in the place of pixels.
  @Test(arguments: [(4, "gray.jpg"), (5, "rgb8.png")]) func filesInside(compression: Int, name: String) throws {
    let inner = try ImagingTests.bytes(of: fixture(name))
    let bmp = file(bits: 0, compression: compression) { y, bmp in if y == 2 { bmp.bytes += inner } }
    #expect(try read(bmp) == ImageFile.read(fixture(name)))
  }

  @Test func whatIsNotReadIsNamed() {
    let cut = file(bits: 8, compression: 1, palette: [[0, 0, 0]]) { y, bmp in if y == 2 { bmp.uint8(5, 0, 0, 0) } }
    #expect(message { try read(cut) } == "a.bmp: expected a whole BMP image, found runs that end in row 2 of 3")
    let odd = file(bits: 5) { _, bmp in bmp.uint8(0) }
    #expect(message { try read(odd) } == "a.bmp: expected a whole BMP image, found 5 bits a pixel")
    let fax = file(bits: 1, compression: 3, headerSize: 64, palette: [[0, 0, 0]]) { _, bmp in bmp.uint8(0) }
    #expect(message { try read(fax) } == "a.bmp: expected a whole BMP image, found fax compression, which is not read")
  }
}
