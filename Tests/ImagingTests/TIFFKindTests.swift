import RAMiTImaging
import RAMiTTestSupport
import Testing

/// The many kinds of TIFF that libtiff decodes, and the picture that each holds.
@Suite struct TIFFKindTests {
  @Test(arguments: ["lzma", "zstd", "lerc", "tiles_zstd", "bigtiff", "planar_tiles"])
  func lossless(kind: String) throws {
    #expect(try ImageFile.read(fixture("kind_\(kind).tif")) == Picture.image(channels: 3, bits: 16))
  }

  @Test(arguments: ["tiff_ccitt", "group3", "group4"]) func fax(kind: String) throws {
    let expected = Picture.image(channels: 1, bits: 1) { $0 * 255 }
    #expect(try ImageFile.read(fixture("kind_\(kind).tif")) == expected)
  }

  /// Decoded as Pillow does: within 1 where a JPEG or a table of colours is between.
  @Test(arguments: [("cmyk", 0), ("cmyk_jpeg", 1), ("jpeg", 1), ("ycbcr", 1)])
  func colours(kind: String, tolerance: Int) throws {
    let raw = try bytes(of: fixture("kind_\(kind).raw"))
    let expected = Image(width: Picture.width, height: Picture.height, channels: 3, samples: .uint8(raw))
    let difference = try #require(largestDifference(ImageFile.read(fixture("kind_\(kind).tif")), expected))
    #expect(difference <= tolerance)
  }

  @Test func depthsOf12BitsReachAsFarAs16() throws {
    let expected = deep(width: Picture.width, height: Picture.height, channels: 1) { x, y, _ in
      ((Picture.sample(x, y, 0, bits: 16) >> 4) * 65535 + 2047) / 4095
    }
    #expect(try ImageFile.read(fixture("kind_bits12.tif")) == expected)
  }

  @Test func fractions() throws {
    #expect(try ImageFile.read(fixture("kind_float.tif")) == Picture.image(channels: 3, bits: 16))
    for name in ["kind_doublele.tif", "kind_doublebe.tif"] {
      #expect(try ImageFile.read(fixture(name)) == Picture.image(channels: 1, bits: 16))
    }
  }

  private func floats(_ values: [Float]) throws -> (levels: [Int], notes: [String]) {
    var data = ByteWriter()
    for value in values { data.uint32(Int(value.bitPattern)) }
    let source = TIFFSource(
      width: values.count, height: 1, bits: 32, more: [339: (3, [3])], data: data.bytes)
    let loaded = try ImageFile.load(source.file, from: "a")
    return (levels(loaded.image), loaded.notes)
  }

  @Test func floatingPointNumbersReachFromBlackToWhite() throws {
    #expect(try floats([0, 0.5, 1]) == ([0, 32768, 65535], []))
    // Highlights above white.
    #expect(try floats([-0.5, 0.25, 0.5, 7.5]) == ([0, 16384, 32768, 65535], ["2 samples outside 0 to 1 clamped"]))
    // Levels, as Pillow and NumPy write them.
    #expect(try floats([0, 1, 128, 255]) == ([0, 257, 32896, 65535], []))
    #expect(try floats([0, 1000, 65535]) == ([0, 1000, 65535], []))
    #expect(try floats([20.5, 100.25, 127.5]).levels == [5269, 25764, 32768])
    #expect(try floats([.nan, .infinity, 1]) == ([0, 0, 65535], ["2 samples that are not finite made 0"]))
  }

  @Test func wholeNumbersOf32Bits() throws {
    func read(_ values: [Int], format: Int) throws -> (levels: [Int], notes: [String]) {
      var data = ByteWriter(isLittle: false)
      data.bytes = []
      for value in values { data.uint32(value) }
      let source = TIFFSource(
        width: values.count, height: 1, bits: 32, isLittle: false, more: [339: (3, [format])], data: data.bytes)
      let loaded = try ImageFile.load(source.file, from: "a")
      return (levels(loaded.image), loaded.notes)
    }
    #expect(try read([0, 1 << 31, 1 << 32 - 1], format: 1) == ([0, 32768, 65535], []))
    #expect(
      try read([0, 1234, 65535], format: 2) == (
        [0, 1234, 65535], ["numbers of 32 bits read as 16, which hold them all"]
      ))
    #expect(try read([-5, 1 << 30, 1 << 31 - 1], format: 2) == ([0, 32768, 65535], ["a sample negative clamped"]))
  }

  @Test func signedNumbersOf16Bits() throws {
    var data = ByteWriter()
    data.uint16(-3, 0, 77, 32767)
    let source = TIFFSource(width: 4, height: 1, bits: 16, more: [339: (3, [2])], data: data.bytes)
    #expect(levels(try ImageFile.decode(source.file, from: "a")) == [0, 0, 77, 32767])
  }

  /// ExtraSamples: 0 is no transparency, 1 is multiplied into the colours, 2 is not. Without the tag, one more is
  /// alpha.
  @Test func extraSamples() throws {
    func read(_ kinds: [Int]?, samples: Int = 4, _ data: [UInt8]) throws -> (channels: Int, levels: [Int], notes: Int) {
      let more: [Int: (type: Int, values: [Int])] = kinds.map { [338: (3, $0)] } ?? [:]
      let source = TIFFSource(
        width: data.count / samples, height: 1, photometric: samples > 2 ? 2 : 1, samples: samples, more: more,
        data: data)
      let loaded = try ImageFile.load(source.file, from: "a")
      return (loaded.image.channels, levels(loaded.image), loaded.notes.count)
    }
    let pixels: [UInt8] = [45, 67, 90, 115, 9, 9, 9, 0]
    #expect(try read([0], pixels) == (3, [45, 67, 90, 9, 9, 9], 1))
    #expect(try read([1], pixels) == (4, [99, 148, 199, 115, 0, 0, 0, 0], 0))
    #expect(try read([2], pixels) == (4, pixels.map(Int.init), 0))
    #expect(try read(nil, pixels) == (4, pixels.map(Int.init), 0))
    #expect(try read([0, 2], samples: 5, [1, 2, 3, 4, 5]) == (4, [1, 2, 3, 5], 1))
    #expect(try read([0, 0], samples: 5, [1, 2, 3, 4, 5]) == (3, [1, 2, 3], 1))
    #expect(try read([0], samples: 2, [7, 8]) == (1, [7], 1))
    #expect(try read([1], samples: 2, [50, 100]) == (2, [127, 100], 0))
    #expect(try read([2], samples: 2, [7, 8]) == (2, [7, 8], 0))
    #expect(try ImageFile.read(fixture("extra-sample.tif")).channels == 3)
  }

  @Test func palettesWithAlpha() throws {
    let map = (0..<3).flatMap { c in (0..<256).map { ($0 * (c + 1) % 256) * 257 } }
    let source = TIFFSource(
      width: 2, height: 1, photometric: 3, samples: 2, more: [320: (3, map), 338: (3, [2])], data: [10, 200, 100, 7])
    #expect(levels(try ImageFile.decode(source.file, from: "a")) == [10, 20, 30, 200, 100, 200, 44, 7])
  }

  @Test(arguments: [false, true]) func bitsInReverseOrder(isLittle: Bool) throws {
    let source = TIFFSource(width: 3, height: 1, isLittle: isLittle, more: [266: (3, [2])], data: [0x80, 0x0f, 0x01])
    #expect(levels(try ImageFile.decode(source.file, from: "a")) == [0x01, 0xf0, 0x80])
  }

  @Test func inksBecomeLight() throws {
    let source = TIFFSource(
      width: 2, height: 1, photometric: 5, samples: 4, data: [0, 0, 0, 0, 255, 128, 0, 51])
    #expect(levels(try ImageFile.decode(source.file, from: "a")) == [255, 255, 255, 0, 102, 204])
  }

  /// CIE L*a*b* under D50, signed and as ICC profiles store it: black, white, and sRGB's red.
  @Test func lab() throws {
    let pixels: [UInt8] = [0, 0, 0, 255, 0, 0, 138, 81, 70]
    for (photometric, shift) in [(8, UInt8(0)), (9, 128)] {
      let data = pixels.enumerated().map { $0.offset % 3 == 0 ? $0.element : $0.element &+ shift }
      let source = TIFFSource(width: 3, height: 1, photometric: photometric, samples: 3, data: data)
      let found = levels(try ImageFile.decode(source.file, from: "a"))
      let expected = [0, 0, 0, 255, 255, 255, 255, 0, 0]
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 3 }, "\(found)")
    }
    let image = try ImageFile.read(fixture("20-tiff-kinds-lab.tif"))
    #expect(image.channels == 3 && image.bitDepth == 8)
  }

  /// Compression 6: a whole JPEG file of which the tags tell the place.
  @Test func jpegAsBefore1995() throws {
    let image = drawn(width: 48, height: 32, channels: 3) { x, y, c in 30 + 3 * x + y + 20 * c }
    let jpeg = try withTemporaryFolder { folder in
      try ImageFile.write(image, to: folder + "/a.jpg", quality: 95)
      return try bytes(of: folder + "/a.jpg")
    }
    let source = TIFFSource(
      width: 48, height: 32, compression: 6, photometric: 6, samples: 3,
      more: [513: (4, [8]), 514: (4, [jpeg.count]), 530: (3, [1, 1])], data: jpeg)
    let difference = try #require(
      largestDifference(ImageFile.decode(source.file, from: "a"), ImageFile.decode(jpeg, from: "b")))
    #expect(difference <= 2)
  }

  /// Some writers give tiles the tags of strips.
  @Test func tilesInStripOffsets() throws {
    let tile = (0..<256).map { UInt8($0) }
    let source = TIFFSource(
      width: 9, height: 5, more: [273: (4, []), 279: (4, [256]), 322: (4, [16]), 323: (4, [16])], data: tile)
    let expected = drawn(width: 9, height: 5, channels: 1) { x, y, _ in 16 * y + x }
    #expect(try ImageFile.decode(source.file, from: "a") == expected)
  }

  @Test func casesThatScannersAndEditorsWrite() throws {
    for name in ["g4", "ycbcr-jpeg"] {
      let image = try ImageFile.read(fixture("20-tiff-kinds-\(name).tif"))
      #expect((image.width, image.height, image.channels) == (48, 36, name == "g4" ? 1 : 3))
    }
  }
}
