/// TIFF images: strips or tiles, 1 to 16 bits, gray, palette or RGB, with or without alpha; uncompressed, PackBits, LZW
/// or Deflate. Of several pages the first is read.
struct TIFFFile: ImageDecoder {
  static let format = ImageFormat.tiff
  static func recognizes(_ bytes: [UInt8]) -> Bool { TIFFDirectory.recognizes(bytes) }

  let width, height: Int
  let orientation: Orientation
  let reader: ByteReader
  /// 1, 2, 4, 8 or 16; below 8 there is one sample a pixel.
  let storedBits: Int
  /// Of a pixel, as stored.
  let samples: Int
  let photometric: Photometric
  /// All reds, all greens, all blues, of 8 bits.
  let palette: [UInt8]
  let isPlanar, isPredicted: Bool
  let compression: TIFFCompression
  let segments: Segments

  enum Photometric: Int {
    case whiteIsZero = 0, blackIsZero, rgb, palette
  }

  /// How the image is cut: strips are tiles as wide as the image.
  struct Segments {
    let width, height: Int
    let offsets, counts: [Int]
  }

  init(_ bytes: [UInt8]) throws {
    let directory = try TIFFDirectory(bytes)
    reader = directory.reader
    width = try directory.value(.width)
    height = try directory.value(.height)
    orientation = Orientation(rawValue: try directory.value(.orientation, default: 1)) ?? .upright
    samples = try directory.value(.samplesPerPixel, default: 1)
    let bits = try directory.values(.bitsPerSample) ?? [1]
    storedBits = bits.first ?? 0
    guard (1...4).contains(samples), bits.allSatisfy({ $0 == bits[0] }), [1, 2, 4, 8, 16].contains(storedBits),
      storedBits >= 8 || samples == 1
    else { throw ImageFault("\(samples) samples of \(bits.prefix(4).map(String.init).joined(separator: ", ")) bits") }
    guard try directory.values(.sampleFormat)?.allSatisfy({ $0 == 1 }) ?? true else {
      throw ImageFault("samples that are not whole numbers")
    }
    guard try directory.value(.fillOrder, default: 1) == 1 else { throw ImageFault("bits in reverse order") }
    let stored = try directory.value(.photometric, default: 1)
    guard let photometric = Photometric(rawValue: stored) else {
      throw ImageFault("colours of kind \(stored) (not gray, RGB or palette)")
    }
    self.photometric = photometric
    palette = photometric == .palette ? Self.palette(try directory.values(.colorMap) ?? []) : []
    guard photometric != .palette || (samples == 1 && storedBits <= 8 && palette.count == 3 << storedBits),
      photometric != .rgb || samples >= 3, photometric == .rgb || samples <= 2
    else { throw ImageFault("\(samples) samples for this kind of colours") }
    isPlanar = try directory.value(.planar, default: 1) == 2 && samples > 1
    let predictor = try directory.value(.predictor, default: 1)
    guard predictor == 1 || (predictor == 2 && storedBits >= 8) else { throw ImageFault("the predictor \(predictor)") }
    isPredicted = predictor == 2
    let method = try directory.value(.compression, default: 1)
    guard let compression = TIFFCompression(rawValue: method) else {
      throw ImageFault("\(TIFFCompression.name(method)), which is not read")
    }
    self.compression = compression
    segments = try Self.segments(directory, width: width, height: height)
  }

  /// The colour map's 16 bits as 8; some writers store 8.
  private static func palette(_ stored: [Int]) -> [UInt8] {
    let isDeep = stored.contains { $0 > 255 }
    return stored.map { UInt8(truncatingIfNeeded: isDeep ? $0 >> 8 : $0) }
  }

  private static func segments(_ directory: TIFFDirectory, width: Int, height: Int) throws -> Segments {
    let isTiled = try directory.values(.tileWidth) != nil
    let offsets = try directory.values(isTiled ? .tileOffsets : .stripOffsets) ?? []
    var counts = try directory.values(isTiled ? .tileByteCounts : .stripByteCounts) ?? []
    // Without the size of its only piece, the image is all that follows.
    if counts.isEmpty, offsets.count == 1 { counts = [max(directory.reader.bytes.count - offsets[0], 0)] }
    let segments = Segments(
      width: isTiled ? try directory.value(.tileWidth) : width,
      height: isTiled
        ? try directory.value(.tileHeight) : min(height, try directory.value(.rowsPerStrip, default: height)),
      offsets: offsets, counts: counts)
    guard width > 0, height > 0 else { return segments }  // the door refuses it
    guard segments.width > 0, segments.height > 0, offsets.count == counts.count, !offsets.isEmpty else {
      throw ImageFault("an image that is cut into \(offsets.count) pieces of \(segments.width) x \(segments.height)")
    }
    return segments
  }

  var channels: Int { photometric == .palette ? 3 : samples }
  var bitDepth: Int { storedBits == 16 ? 16 : 8 }
}
