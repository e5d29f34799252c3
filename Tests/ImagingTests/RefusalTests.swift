import Foundation
import RAMiTImaging
import RAMiTTestSupport
import Testing

/// What is refused, and in which words.
@Suite struct RefusalTests {
  @Test func whatIsNoFileIsRefused() throws {
    try withTemporaryFolder { folder in
      #expect(message { try ImageFile.read(folder) } == "\(folder): expected an image, found a folder")
      let missing = folder + "/missing.png"
      #expect(message { try ImageFile.size(missing) } == "\(missing): expected an image, found no such file")
      #expect(message { try ImageFile.list(missing) } != nil)
      let pipe = folder + "/pipe.png"
      #expect(mkfifo(pipe, 0o600) == 0)
      #expect(message { try ImageFile.read(pipe) } == "\(pipe): expected an image, found a device or pipe")
    }
  }

  /// Headers that promise more than their files can hold are refused before memory is taken.
  @Test func bombsAreRefused() throws {
    func png(_ side: Int) -> [UInt8] {
      var png = ByteWriter(bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], isLittle: false)
      var header = ByteWriter(isLittle: false)
      header.uint32(side, side)
      header.uint8(16, 6, 0, 0, 0)
      png.chunk("IHDR", header.bytes)
      png.chunk("IDAT", deflated([0]))
      return png.bytes
    }
    #expect(
      message { try ImageFile.decode(png(100_000), from: "a") }
        == "a: expected an image of at most 89478485 pixels, found 100000 x 100000")
    #expect(message { try ImageFile.decode(png(9000), from: "a") }?.contains("bytes for 9000 x 9000 pixels") == true)
    #expect(message { try ImageFile.decode(png(2_000_000), from: "a") } != nil)
    #expect(
      message { try ImageFile.decode(png(30), from: "a", maximumPixels: 899) }
        == "a: expected an image of at most 899 pixels, found 30 x 30")
    let largest = Array("P6 4294967296 4294967296 255\n".utf8)
    #expect(
      message { try ImageFile.size(largest, from: "a") }
        == "a: expected an image of at most 68719476736 pixels, found 4294967296 x 4294967296")
    for (width, height) in [(9000, 9000), (1 << 31, 1 << 31), (0, 5), (1, 1 << 32 - 1)] {
      let tiff = TIFFSource(width: width, height: height, compression: 8, data: [1, 2, 3]).file
      #expect(message { try ImageFile.decode(tiff, from: "a") }?.hasPrefix("a: expected ") == true)
    }
    // A small image in a tile that is not.
    var tiled = TIFFSource(width: 4, height: 4, compression: 8, data: deflated([UInt8](repeating: 0, count: 1 << 20)))
    tiled.tile = (1 << 18, 4)
    #expect(message { try ImageFile.decode(tiled.file, from: "a") }?.contains("262144 x 4 pixels") == true)
    // Samples that nobody reads: a picture of 16 pixels would take megabytes, one of a million gigabytes.
    let deep = TIFFSource(compression: 5, samples: 65, more: [258: (3, [8])], data: [1, 2, 3]).file
    #expect(
      message { try ImageFile.size(deep, from: "a") } == "a: expected a whole TIFF image, found 65 samples a pixel")
    var jpeg = try bytes(of: fixture("gray.jpg"))
    let frame = try #require(jpeg.indices.first { jpeg[$0] == 0xff && jpeg[$0 + 1] == 0xc0 })
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0x23, 0x28, 0x23, 0x28])
    #expect(
      message { try ImageFile.decode(jpeg, from: "a") } == "a: expected a whole JPEG image, found the file ends early")
    var bmp = ByteWriter(bytes: Array("BM".utf8))
    bmp.uint32(0, 0, 54, 40, 9000, 9000)
    bmp.uint16(1, 24)
    bmp.uint32(0, 0, 0, 0, 0, 0)
    #expect(message { try ImageFile.decode(bmp.bytes, from: "a") }?.contains("a file that ends at byte 54") == true)
  }

  @Test func whatIsNotReadIsNamed() {
    func found(_ tiff: TIFFSource) -> String? {
      message { try ImageFile.decode(tiff.file, from: "a") }?.replacing(
        "a: expected a whole TIFF image, found ", with: "")
    }
    let data = [UInt8](repeating: 1, count: 48)
    #expect(found(TIFFSource(compression: 34712, data: data)) == "JPEG 2000 compression, which is not read")
    // Its library ends the process where it cannot allocate what a stream of a few bytes asks for.
    #expect(found(TIFFSource(compression: 34661, data: data)) == "JBIG compression, which is not read")
    #expect(found(TIFFSource(compression: 999, data: data)) == "compression 999, which is not read")
    #expect(found(TIFFSource(photometric: 32803, data: data)) == "a raw photo, which is not developed here")
    #expect(found(TIFFSource(photometric: 2, data: data)) == "1 samples a pixel for 3 colours")
    #expect(found(TIFFSource(photometric: 77, data: data)) == "colours of kind 77, which are not read")
    #expect(found(TIFFSource(bits: 40, data: data))?.contains("40 bits") == true)
  }

  /// Files of other kinds are called by their names, whatever they end in.
  @Test(arguments: [
    ("GIF89a", "a GIF image, which is not read"), ("%PDF-1.4", "a PDF file, which is not a photo"),
    ("8BPS", "a Photoshop image, which is not read"),
    ("<?xml version='1.0'?><svg>", "an SVG file, which is not a photo"),
    ("\u{0}\u{0}\u{0}\u{c}jP  ", "a JPEG 2000 image, which is not read"),
    ("\u{0}\u{0}\u{0}\u{c}JXL ", "a JPEG XL image, which is not read"),
    ("\u{0}\u{0}\u{0}\u{18}ftypcrx \u{0}\u{0}", "a camera's raw photo, which is not developed here"),
    ("II*\u{0}\u{10}\u{0}\u{0}\u{0}CR\u{2}", "a camera's raw photo, which is not developed here"),
    ("hello", "another kind of file"),
  ])
  func otherKindsAreNamed(start: String, found: String) {
    let file = Array(start.utf8) + [UInt8](repeating: 0, count: 40)
    #expect(message { try ImageFile.decode(file, from: "a.png") }?.hasSuffix(", found " + found) == true)
  }

  @Test func avifAndHEICSayHow() throws {
    for (name, format, found) in [("a.avif", ImageFormat.avif, "an AVIF"), ("h.heic", .heic, "a HEIC")] {
      let file = try bytes(of: fixture("05-unread-formats-" + name))
      #expect(ImageFormat(startOfFile: file) == format && ImageFormat(startOfFile: Array(file.prefix(64))) == format)
      if format.isReadable { continue }
      let text = message { try ImageFile.decode(file, from: name) }
      #expect(text?.hasSuffix("found \(found) image, which is read after `make build HEIF=1`") == true)
    }
  }
}
