import Foundation
import RAMiTImaging
import RAMiTTestSupport
import Testing

/// Every kind of file that is read gives the picture that was put into it.
@Suite struct FormatTests {
  @Test(arguments: [1, 2, 4, 8, 16], ["", "_interlaced"])
  func grayPNG(bits: Int, interlaced: String) throws {
    let top = bits == 16 ? 1 : 255 / (1 << bits - 1)
    let expected = Picture.image(channels: 1, bits: bits) { $0 * top }
    #expect(try ImageFile.read(fixture("gray\(bits)\(interlaced).png")) == expected)
  }

  @Test(arguments: [("ga", 2), ("rgb", 3), ("rgba", 4)], [8, 16])
  func colorPNG(kind: (name: String, channels: Int), bits: Int) throws {
    let expected = Picture.image(channels: kind.channels, bits: bits)
    for interlaced in ["", "_interlaced"] {
      #expect(try ImageFile.read(fixture("\(kind.name)\(bits)\(interlaced).png")) == expected)
    }
  }

  @Test(arguments: [1, 2, 4, 8]) func palettePNG(bits: Int) throws {
    let image = try ImageFile.read(fixture("palette\(bits).png"))
    #expect(image == palettePicture(bits: bits, channels: 3))
  }

  @Test func transparentPNG() throws {
    #expect(try ImageFile.read(fixture("palette4_alpha.png")) == palettePicture(bits: 4, channels: 4))
    let image = try ImageFile.read(fixture("gray8_transparent.png"))
    #expect(image.channels == 2)
    let opaque = Picture.image(channels: 1)
    #expect(image.opaque == opaque)
    guard case .uint8(let alpha)? = image.alpha?.samples, case .uint8(let gray) = opaque.samples else {
      Issue.record("8 bits were expected")
      return
    }
    #expect(zip(alpha, gray).allSatisfy { $0 == ($1 == 13 ? 0 : 255) })
  }

  private func palettePicture(bits: Int, channels: Int) -> Image {
    var bytes: [UInt8] = []
    for y in 0..<Picture.height {
      for x in 0..<Picture.width {
        let index = Picture.sample(x, y, 0, bits: bits)
        let color = [7 * index % 256, 11 * index % 256, 255 - index, (3 * index + 5) % 256]
        bytes += color.prefix(channels).map(UInt8.init)
      }
    }
    return Image(width: Picture.width, height: Picture.height, channels: channels, samples: .uint8(bytes))
  }

  @Test(arguments: ["little", "big"], [1, 3, 4])
  func uncompressedTIFF(order: String, channels: Int) throws {
    for bits in [8, 16] {
      let image = try ImageFile.read(fixture("\(order)\(channels)x\(bits).tif"))
      #expect(image == Picture.image(channels: channels, bits: bits), "\(bits) bits")
    }
  }

  @Test(arguments: [
    "packbits", "lzw", "lzw_predictor", "deflate", "deflate_predictor", "strips", "planar", "tiles", "tiles_lzw",
  ])
  func packedTIFF(kind: String) throws {
    for bits in [8, 16] {
      let image = try ImageFile.read(fixture("\(kind)\(bits).tif"))
      #expect(image == Picture.image(channels: 3, bits: bits), "\(bits) bits")
    }
  }

  @Test func otherTIFF() throws {
    #expect(try ImageFile.read(fixture("white_is_zero.tif")) == Picture.image(channels: 1))
    #expect(try ImageFile.read(fixture("bilevel.tif")) == Picture.image(channels: 1, bits: 1) { $0 * 255 })
    // A NumPy array of bytes after a header of 128.
    let noise = [UInt8](try Data(contentsOf: URL(fileURLWithPath: fixture("lzw_long.npy")))).dropFirst(128)
    let image = try ImageFile.read(fixture("lzw_long.tif"))
    #expect(image.samples == .uint8(Array(noise)))
  }

  @Test func bitmaps() throws {
    #expect(try ImageFile.read(fixture("rgb.bmp")) == Picture.image(channels: 3))
    #expect(try ImageFile.read(fixture("gray.bmp")) == Picture.image(channels: 1))
    #expect(try ImageFile.read(fixture("bilevel.bmp")) == Picture.image(channels: 1, bits: 1) { $0 * 255 })
  }

  /// Bitmaps that no common writer makes: 16 bits, bit fields, rows from the top.
  @Test(arguments: [false, true]) func bitmapFields(isTopDown: Bool) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/image.bmp"
      // 2 x 2 pixels: red, green / blue, half-transparent white.
      let rows: [[UInt32]] = [[0xff00_00ff, 0xff00_ff00], [0xffff_0000, 0x80ff_ffff]]
      let fields: [UInt32] = [0xff, 0xff00, 0xff_0000, 0xff00_0000]
      let wide = bitmap(bits: 32, header: 56, compression: 3, isTopDown, fields: fields, rows: rows)
      try Data(wide).write(to: URL(fileURLWithPath: path))
      let expected: [UInt8] = [255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255, 255, 255, 128]
      #expect(try ImageFile.read(path).samples == .uint8(expected))

      let thin: [[UInt32]] = [[0xf800, 0x07e0], [0x001f, 0x8410]]
      let narrow = bitmap(bits: 16, header: 40, compression: 3, isTopDown, fields: [0xf800, 0x7e0, 0x1f], rows: thin)
      try Data(narrow).write(to: URL(fileURLWithPath: path))
      #expect(try ImageFile.read(path).samples == .uint8([255, 0, 0, 0, 255, 0, 0, 0, 255, 131, 129, 131]))

      let plain = bitmap(
        bits: 16, header: 40, compression: 0, isTopDown, fields: [], rows: [[0x7c00, 0x3e0], [0x1f, 0]])
      try Data(plain).write(to: URL(fileURLWithPath: path))
      #expect(try ImageFile.read(path).samples == .uint8([255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0]))
    }
  }

  /// A bitmap of 2 x 2 pixels.
  private func bitmap(
    bits: Int, header: Int, compression: UInt32, _ isTopDown: Bool, fields: [UInt32], rows: [[UInt32]]
  ) -> [UInt8] {
    func bytes(_ value: UInt32, _ count: Int = 4) -> [UInt8] { (0..<count).map { UInt8(value >> (8 * $0) & 0xff) } }
    let extra = header == 40 ? fields.count * 4 : 0
    var file: [UInt8] =
      Array("BM".utf8) + bytes(0) + bytes(0) + bytes(UInt32(14 + header + extra)) + bytes(UInt32(header))
    file += bytes(2) + bytes(isTopDown ? UInt32(bitPattern: -2) : 2) + bytes(1, 2) + bytes(UInt32(bits), 2)
    file += bytes(compression) + bytes(0) + bytes(0) + bytes(0) + bytes(0) + bytes(0) + fields.flatMap { bytes($0) }
    for row in isTopDown ? rows : rows.reversed() {
      let pixels = row.flatMap { bytes($0, bits / 8) }
      file += pixels + [UInt8](repeating: 0, count: (4 - pixels.count % 4) % 4)
    }
    return file
  }

  @Test(arguments: ["jpg", "png", "tif"], 1...8)
  func orientation(format: String, value: Int) throws {
    let path = fixture("orientation\(value).\(format)")
    let image = try ImageFile.read(path)
    #expect(image.width == 24 && image.height == 16 && image.channels == 3)
    let size = try ImageFile.size(path)
    #expect(size.width == 24 && size.height == 16)
    let colors: [[Int]] = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [0, 0, 0], [255, 255, 255], [128, 128, 128]]
    guard case .uint8(let bytes) = image.samples else {
      Issue.record("8 bits were expected")
      return
    }
    for (index, color) in colors.enumerated() {
      let pixel = ((index / 3 * 8 + 4) * 24 + index % 3 * 8 + 4) * 3
      for c in 0..<3 { #expect(abs(Int(bytes[pixel + c]) - color[c]) <= 3, "field \(index)") }
    }
  }

  @Test(arguments: 1...4, [8, 16]) func pngRoundTrip(channels: Int, bits: Int) throws {
    try withTemporaryFolder { folder in
      let image = Picture.image(channels: channels, bits: bits)
      try ImageFile.write(image, to: folder + "/a.png")
      #expect(try ImageFile.read(folder + "/a.png") == image)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.png"])
    }
  }

  @Test func jpegKeepsSmoothImages() throws {
    try withTemporaryFolder { folder in
      let values = (0..<64 * 48).flatMap { pixel -> [UInt8] in
        let (x, y) = (pixel % 64, pixel / 64)
        return [UInt8(4 * x), UInt8(5 * y), UInt8(2 * x + 2 * y)]
      }
      let image = Image(width: 64, height: 48, channels: 3, samples: .uint8(values))
      for (file, expected) in [("rgb.jpg", image), ("gray.jpg", image.grayscale())] {
        try ImageFile.write(expected, to: "\(folder)/\(file)")
        let read = try ImageFile.read("\(folder)/\(file)")
        guard case .uint8(let a) = read.samples, case .uint8(let b) = expected.samples, a.count == b.count else {
          Issue.record("\(file) has another size")
          continue
        }
        #expect(zip(a, b).map { abs(Int($0) - Int($1)) }.max()! <= 6)
      }
    }
  }

  /// A file's name says nothing of what it holds.
  @Test func contentDecides() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.copyItem(atPath: fixture("rgb.bmp"), toPath: folder + "/image.png")
      #expect(try ImageFile.read(folder + "/image.png") == Picture.image(channels: 3))
    }
  }
}
