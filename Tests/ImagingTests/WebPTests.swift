import RAMiTTestSupport
import Testing

@testable import RAMiTImaging

@Suite struct WebPTests {
  @Test func whatOthersWrite() throws {
    #expect(try ImageFile.read(fixture("lossless.webp")) == Picture.image(channels: 4))
    let lossy = try bytes(of: fixture("lossy.raw"))
    #expect(try ImageFile.read(fixture("lossy.webp")).samples == .uint8(lossy))
    let size = try ImageFile.size(fixture("05-unread-formats-w.webp"))
    #expect(size == (48, 36, 3))
  }

  @Test func whatTheFileSaysIsRead() throws {
    let loaded = try ImageFile.load(fixture("turned.webp"))
    // Orientation 6: a quarter turn clockwise.
    let (w, h) = (Picture.width, Picture.height)
    let turned = drawn(width: h, height: w, channels: 3) { x, y, c in Picture.sample(y, h - 1 - x, c) }
    #expect(loaded.image == turned)
    #expect(loaded.format == .webp)
    let stored = try WebPFile(bytes(of: fixture("turned.webp"))).metadata
    #expect(stored.iccProfile == Array("a profile".utf8) && stored.xmp == Array("<x:xmpmeta/>".utf8))
    // Which is neither a profile nor a packet.
    #expect(
      loaded.notes == ["the colour profile is left out (damaged)", "the XMP packet is left out (damaged)"])
    #expect(
      loaded.metadata.exif?.starts(with: "II".utf8) == true || loaded.metadata.exif?.starts(with: "MM".utf8) == true)
  }

  @Test func ofAnAnimationTheFirstFrame() throws {
    let loaded = try ImageFile.load(fixture("frames.webp"))
    #expect(loaded.image.rgb() == Picture.image(channels: 3))
    #expect(loaded.notes == ["2 other frames left out"])
  }

  /// Lossless files keep every pixel, those that cannot be seen too; gray becomes RGB, and 16 bits become 8.
  @Test(arguments: 1...4) func lossless(channels: Int) throws {
    let image = Picture.image(channels: channels)
    let deepImage = deep(width: image.width, height: image.height, channels: channels) {
      Picture.sample($0, $1, $2) * 257
    }
    let rgb = image.opaque.rgb()
    let expected = image.alpha.map { rgb.with(alpha: $0) } ?? rgb
    try withTemporaryFolder { folder in
      for source in [image, deepImage] {
        try ImageFile.write(source, to: folder + "/a.webp", isLossless: true)
        #expect(try ImageFile.read(folder + "/a.webp") == expected)
      }
    }
  }

  @Test func qualityIsPaidInBytes() throws {
    let image = drawn(width: 64, height: 48, channels: 3) { x, y, c in 40 + 2 * x + y + 20 * c }
    try withTemporaryFolder { folder in
      var sizes: [Int] = []
      for (quality, tolerance) in [(100, 6), (80, 16), (10, 60)] {
        try ImageFile.write(image, to: folder + "/a.webp", quality: quality)
        let difference = try #require(largestDifference(ImageFile.read(folder + "/a.webp"), image))
        #expect(difference <= tolerance)
        sizes.append(try bytes(of: folder + "/a.webp").count)
      }
      #expect(sizes[0] > sizes[1] && sizes[1] > sizes[2])
      for quality in [-5, 0, 101] { try ImageFile.write(image, to: folder + "/a.webp", quality: quality) }
    }
  }

  @Test(arguments: [3, 4], [false, true]) func metadataIsCarried(channels: Int, isLossless: Bool) throws {
    var metadata = ImageMetadata()
    metadata.iccProfile = try MetadataTests.profile()
    metadata.exif = MetadataTests.exif(orientation: 1)
    metadata.xmp = MetadataTests.xmp(orientation: 1)
    var notes: [String] = []
    metadata = metadata.checked(for: Picture.image(channels: channels), notes: &notes)
    try withTemporaryFolder { folder in
      let image = Picture.image(channels: channels)
      #expect(try ImageFile.write(image, metadata: metadata, to: folder + "/a.webp", isLossless: isLossless) == [])
      let loaded = try ImageFile.load(folder + "/a.webp")
      #expect(loaded.metadata == metadata)
      #expect(loaded.image.channels == channels)
      if isLossless { #expect(loaded.image == image) }
    }
  }

  @Test func whatWebPCannotHoldIsRefused() throws {
    try withTemporaryFolder { folder in
      let wide = Image(width: 16384, height: 1, channels: 1, samples: .uint8([UInt8](repeating: 0, count: 16384)))
      #expect(
        message { try ImageFile.write(wide, to: folder + "/a.webp") }?.hasSuffix(
          "found 16384 x 1 pixels, and a WebP has at most 16383 a side") == true)
    }
  }
}
