/// Windows and OS/2 bitmaps: 1 to 8 bits with a palette, 16, 24 and 32 bits, uncompressed, with bit fields or in runs,
/// bottom-up or top-down; and the PNG or JPEG files that some of them hold.
struct BMPFile: ImageDecoder {
  static func recognizes(_ bytes: [UInt8]) -> Bool { bytes.starts(with: "BM".utf8) }

  let width, height: Int
  let bitDepth: Int
  let metadata: ImageMetadata
  private let reader: ByteReader
  private let bits, pixels: Int
  private let isTopDown: Bool
  private let coding: Coding

  /// How the bytes become pixels.
  private enum Coding {
    case palette(BMPPalette)
    /// Blue, green, red, a byte each; a fourth byte is not used.
    case bytes
    /// Red, green, blue and, where there is one, alpha.
    case fields([BitField])
    /// Runs of indices, or of colours where there is no palette.
    case runs(BMPPalette?)
    /// A whole PNG or JPEG file.
    case file(any ImageDecoder)
  }

  init(_ bytes: [UInt8]) throws {
    reader = ByteReader(bytes, .little)
    let headerSize = try reader.uint32(14)
    // OS/2's first header has 16-bit sizes, nothing after the depth, and palettes of three bytes a colour. Its second
    // one may end after any field, 64 bytes at the most.
    let isShort = headerSize == 12
    guard isShort || (16...1024).contains(headerSize) else { throw ImageError("a header of \(headerSize) bytes") }
    let reader = reader
    func field(_ place: Int) throws -> Int { place + 4 <= 14 + headerSize ? try reader.uint32(place) : 0 }
    let storedWidth = isShort ? try reader.uint16(18) : try reader.int32(18)
    let rows = isShort ? try reader.uint16(20) : try reader.int32(22)
    isTopDown = rows < 0
    bits = try reader.uint16(isShort ? 24 : 28)
    let compression = isShort ? 0 : try field(30)
    let stored = try reader.uint32(10), headerEnd = 14 + headerSize
    let palette =
      bits <= 8 && bits > 0
      ? BMPPalette(
        bytes, at: headerEnd, before: stored, count: isShort ? 0 : try field(46), bits: bits, size: isShort ? 3 : 4)
      : nil
    // Some writers forget the place of the pixels, or the palette before them.
    pixels = stored <= headerEnd && (stored == 0 || palette != nil) ? headerEnd + (palette?.storedSize ?? 0) : stored
    guard [1, 2, 4, 8, 16, 24, 32].contains(bits) || [4, 5].contains(compression) else {
      throw ImageError("\(bits) bits a pixel")
    }
    let isOS2 = headerSize != 40 && headerSize <= 64 && ![52, 56].contains(headerSize)
    switch (compression, bits) {
    case (0, ...8), (3, 2...8): coding = .palette(palette!)
    case (0, 16): coding = .fields([0x7c00, 0x3e0, 0x1f].map(BitField.init))
    case (0, 24), (0, 32): coding = .bytes
    case (1, 8), (2, 4): coding = .runs(palette)
    case (4, 24) where isOS2: coding = .runs(nil)
    case (4, _), (5, _): coding = .file(try Self.embedded(bytes.dropFirst(pixels)))
    case (3, 16...), (6, 16...):
      coding = try Self.fields(reader, bits: bits, hasAlpha: headerSize >= 56 || compression == 6)
    case (3, 1): throw ImageError("fax compression, which is not read")
    default: throw ImageError("compression \(compression) of \(bits) bits a pixel, which is not read")
    }
    if case .file(let file) = coding {
      (width, height, bitDepth, metadata) = (file.width, file.height, file.bitDepth, file.metadata)
      return
    }
    (width, height, bitDepth) = (storedWidth, abs(rows), 8)
    var metadata = ImageMetadata()
    if !isShort, case let (x, y) = (try field(38), try field(42)), x > 0, y > 0, x < 1 << 31, y < 1 << 31 {
      metadata.density = ImageMetadata.Density(x: Double(x) / 100, y: Double(y) / 100, unit: .centimetre)
    }
    self.metadata = metadata
  }

  private static func embedded(_ bytes: ArraySlice<UInt8>) throws -> any ImageDecoder {
    let bytes = Array(bytes)
    if PNGFile.recognizes(bytes) { return try PNGFile(bytes) }
    if JPEGFile.recognizes(bytes) { return try JPEGFile(bytes) }
    throw ImageError("a bitmap that should hold a PNG or a JPEG, and does not")
  }

  /// The masks follow the first header's fields; from the third version of the header on there is one for alpha.
  private static func fields(_ reader: ByteReader, bits: Int, hasAlpha: Bool) throws -> Coding {
    let masks = try (0..<(hasAlpha ? 4 : 3)).map { try reader.uint32(54 + 4 * $0) }
    // Masks that are all empty: blue, green, red and alpha, a byte each, as Pillow has it.
    if bits == 32, masks == [0, 0, 0, 0] {
      return .fields([0xff0000, 0xff00, 0xff, 0xff00_0000].map(BitField.init))
    }
    guard !masks.prefix(3).contains(0) else { throw ImageError("a channel without bits") }
    return .fields(masks.filter { $0 != 0 }.map(BitField.init))
  }

  var orientation: Symmetry { if case .file(let file) = coding { file.orientation } else { .identity } }

  var channels: Int {
    switch coding {
    case .palette(let palette), .runs(let palette?): palette.isGray ? 1 : 3
    case .bytes, .runs(nil): 3
    case .fields(let fields): fields.count
    case .file(let file): file.channels
    }
  }

  func decode(notes: inout [String]) throws -> Image {
    switch coding {
    case .file(let file): return try file.decode(notes: &notes)
    case .runs(let palette):
      try refuseBomb(perPixel: 1 + channels, of: reader.bytes.count)
      let runs = BMPRuns(width: width, height: height, bits: bits, size: palette == nil ? 3 : 1)
      return try image(rows: runs.expand(reader.bytes, from: pixels), line: runs.line, bits: palette == nil ? 24 : 8)
    default:
      // Rows are padded to four bytes; the last one need not be.
      let line = (width * bits + 31) / 32 * 4
      let (size, overflow) = line.multipliedReportingOverflow(by: height - 1)
      let (end, overflows) = size.addingReportingOverflow((width * bits + 7) / 8)
      let range = try reader.range(pixels, count: overflow || overflows ? .max : end)
      return try image(rows: reader.bytes[range], line: line, bits: bits)
    }
  }

  /// The image of rows of so many bytes and bits a pixel.
  private func image(rows: ArraySlice<UInt8>, line: Int, bits: Int) throws -> Image {
    let samples = width * channels
    var values = [UInt8](repeating: 0, count: samples * height)
    rows.withUnsafeBytes { rows in
      values.withUnsafeMutableBufferPointer { values in
        for y in 0..<height {
          let start = (isTopDown ? y : height - 1 - y) * line
          let row = UnsafeRawBufferPointer(rebasing: rows[start..<min(start + line, rows.count)])
          decode(row, bits: bits, into: values.extracting(y * samples..<(y + 1) * samples))
        }
      }
    }
    return Image(width: width, height: height, channels: channels, samples: .uint8(values))
  }

  /// One row, from as many bytes as it takes.
  private func decode(_ row: UnsafeRawBufferPointer, bits: Int, into target: UnsafeMutableBufferPointer<UInt8>) {
    switch coding {
    case .file: break
    case .bytes, .runs(nil):
      let size = bits / 8
      for x in 0..<width {
        for c in 0..<3 { target[3 * x + c] = row[x * size + 2 - c] }
      }
    case .fields(let fields):
      let size = bits / 8
      for x in 0..<width {
        let pixel = (0..<size).reduce(0) { $0 | Int(row[x * size + $1]) << (8 * $1) }
        for c in fields.indices { target[x * fields.count + c] = fields[c].value(pixel) }
      }
    case .palette(let palette), .runs(let palette?):
      let channels = channels
      for x in 0..<width {
        let bit = x * bits
        let index = Int(row[bit / 8]) >> (8 - bits - bit % 8) & (1 << bits - 1)
        for c in 0..<channels { target[x * channels + c] = palette.colors[3 * index + c] }
      }
    }
  }
}

/// Where a channel's bits lie in a pixel.
private struct BitField {
  let shift, maximum: Int

  /// - Parameter mask: of 32 bits, not 0.
  init(mask: Int) {
    shift = mask.trailingZeroBitCount
    maximum = mask >> shift
  }

  /// The channel in 0 ... 255, rounded down as Pillow does.
  func value(_ pixel: Int) -> UInt8 {
    let stored = pixel >> shift & maximum
    return maximum == 255 ? UInt8(truncatingIfNeeded: stored) : UInt8(truncatingIfNeeded: stored * 255 / maximum)
  }
}
