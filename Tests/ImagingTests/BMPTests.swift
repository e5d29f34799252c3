import Imaging
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

  /// The picture's corner, with channels that keep so many bits.
  private func corner(bits: [Int]) -> Image {
    drawn(width: 5, height: 3, channels: bits.count) { x, y, c in
      let top = 1 << bits[c] - 1
      return ((Picture.sample(x, y, c) >> (8 - bits[c])) * 255 + top / 2) / top
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

  @Test func whatIsNotReadIsNamed() {
    let runs = file(bits: 8, compression: 1, palette: [[0, 0, 0]]) { _, bmp in bmp.uint8(5, 0) }
    #expect(
      message { try read(runs) } == "a.bmp: expected a whole BMP image, found run-length compression, which is not read"
    )
    let beyond = file(bits: 8, palette: [[0, 0, 0]]) { _, bmp in bmp.uint8(0, 0, 0, 1, 0) }
    #expect(message { try read(beyond) } == "a.bmp: expected a whole BMP image, found colour 1 of a palette of 1")
    let odd = file(bits: 5) { _, bmp in bmp.uint8(0) }
    #expect(message { try read(odd) } == "a.bmp: expected a whole BMP image, found 5 bits a pixel")
  }
}
