import RAMiTCTIFF

/// TIFF and BigTIFF images, through libtiff: every compression that it decodes but JBIG; gray, RGB, palette, CMYK,
/// YCbCr, CIE L*a*b* and LogLuv; whole numbers of 1 to 32 bits and floating-point ones.
///
/// Of several pages the first that is not a thumbnail is read.
struct TIFFFile: ImageDecoder {
  static func recognizes(_ bytes: [UInt8]) -> Bool { TIFFDirectory.recognizes(bytes) }

  let bytes: [UInt8]
  let page: TIFFPage
  let colors: TIFFColors
  let metadata: ImageMetadata
  /// What was skipped when the page was chosen.
  private let pageNotes: [String]
  /// By its own tag.
  private let tellsOrientation: Bool

  /// Of a pixel, of which at most four are read; the others cost memory and time all the same.
  private static let maximumSamples = 64

  init(_ bytes: [UInt8]) throws {
    self.bytes = bytes
    let choice = try TIFFLibrary.withFile(bytes) { try TIFFPageChoice($0, bytes) }
    let page = choice.page
    (self.page, pageNotes) = (page, choice.notes)
    guard ctiff_decodes(UInt16(page.compression)) != 0 else { throw Self.unknown(page.compression) }
    guard page.samples <= Self.maximumSamples else { throw ImageError("\(page.samples) samples a pixel") }
    let directory = try? TIFFDirectory(bytes, at: Int(exactly: page.offset))
    let declaresExtras = directory?.fields[TIFFDirectory.Tag.extraSamples.rawValue] != nil
    tellsOrientation = directory?.fields[TIFFDirectory.Tag.orientation.rawValue] != nil
    (colors, metadata) = try TIFFLibrary.withFile(bytes, at: page.offset) { file in
      (
        try TIFFColors(page, declaresExtras: declaresExtras, file),
        ImageMetadata(tiff: file, directory: directory)
      )
    }
  }

  var width: Int { page.width }
  var height: Int { page.height }
  /// By the XMP packet where the file has no tag of its own.
  var orientation: Symmetry { tellsOrientation ? page.orientation : Symmetry(exif: nil, xmp: metadata.xmp) }
  var channels: Int { colors.channels }
  var bitDepth: Int { colors.bitDepth }

  func decode(notes: inout [String]) throws -> Image {
    try checkSizes()
    notes += pageNotes
    return try TIFFLibrary.withFile(bytes, at: page.offset) { file in
      if page.isConvertedByLibrary { return try convertedByLibrary(file) }
      if page.isConvertedByJPEG { file.set(TIFFTAG_JPEGCOLORMODE, to: JPEGCOLORMODE_RGB) }
      let samples = try TIFFSamples(page, file, scaled: colors.areScaled, notes: &notes)
      return colors.image(samples, width: width, height: height, notes: &notes)
    }
  }

  /// The way that libtiff itself shows an image: red, green and blue of 8 bits.
  private func convertedByLibrary(_ file: TIFFLibrary) throws -> Image {
    var reason = [CChar](repeating: 0, count: 1024)
    guard TIFFRGBAImageOK(file.tiff, &reason) != 0 else {
      let text = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      throw ImageError(text.isEmpty ? "colours of kind \(page.photometric), which are not read" : text)
    }
    let count = width * height
    var pixels = [UInt32](repeating: 0, count: count)
    // The order of rows is that of the file: what turns the image comes later, for every format.
    guard
      TIFFReadRGBAImageOriented(
        file.tiff, UInt32(width), UInt32(height), &pixels, Int32(page.orientation.rawValue), 1) != 0
    else { throw file.lastError() }
    let values = [UInt8](unsafeUninitializedCapacity: 3 * count) { values, initialized in
      for (pixel, packed) in pixels.enumerated() {
        for c in 0..<3 { values.initializeElement(at: 3 * pixel + c, to: UInt8(truncatingIfNeeded: packed >> (8 * c))) }
      }
      initialized = 3 * count
    }
    return Image(width: width, height: height, channels: 3, samples: .uint8(values))
  }

  /// An image that promises more than its bytes can pack is damaged or an attack, and so are tiles that reach far
  /// beyond the image: they are refused before they take memory and time.
  private func checkSizes() throws {
    let pixels = width * height, perPixel = page.samples * page.bits
    if let tile = page.tile {
      guard tile.width > 0, tile.height > 0, tile.width <= max(width, 1 << 12), tile.height <= max(height, 1 << 12),
        tile.width <= max(4 * width, (1 << 26) / height), tile.height <= max(4 * height, (1 << 26) / width)
      else { throw ImageError("tiles of \(tile.width) x \(tile.height) pixels for \(width) x \(height)") }
    }
    // Subsampled colours may be stored with as little as one sample a pixel.
    let stored = page.photometric == PHOTOMETRIC_YCBCR ? page.bits : perPixel
    let most = Self.mostExpansion(page.compression)
    let piece = page.tile.map { $0.width * $0.height } ?? width * page.stripHeight
    // The samples as they are stored, the piece that is being decoded, and what they are converted to, once or twice.
    let converted =
      (page.bits > 16 || page.numbers == .float ? 6 * page.samples : 0)
      + (colors.keepsSamples ? 0 : channels * bitDepth / 8)
    try refuseBomb(
      perPixel: page.isConvertedByLibrary ? 8 : (perPixel + 7) / 8 + converted, more: piece * ((perPixel + 7) / 8),
      of: bytes.count)
    guard pixels.multipliedReportingOverflow(by: stored).partialValue / 8 / most <= bytes.count else {
      throw ImageError("\(bytes.count) bytes for \(width) x \(height) pixels")
    }
  }

  private static func unknown(_ compression: Int32) -> ImageError {
    let names: [Int32: String] = [
      34661: "JBIG", 34712: "JPEG 2000", 34887: "LERC", 34925: "LZMA", 34933: "PNG", 34934: "JPEG XR",
      50000: "Zstandard", 50001: "WebP", 50002: "JPEG XL",
    ]
    return ImageError(
      (names[compression].map { $0 + " compression" } ?? "compression \(compression)") + ", which is not read")
  }

  /// The most bytes that one byte can stand for, or a little more.
  private static func mostExpansion(_ compression: Int32) -> Int {
    switch compression {
    case COMPRESSION_NONE: 1
    case COMPRESSION_PACKBITS: 64
    case COMPRESSION_LZW: 4096
    case COMPRESSION_DEFLATE, COMPRESSION_ADOBE_DEFLATE: 1032
    default: 1 << 40
    }
  }
}
