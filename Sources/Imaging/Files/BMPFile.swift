/// Windows bitmaps: 1, 4 and 8 bits with a palette, 16, 24 and 32 bits, uncompressed or with bit fields, bottom-up or
/// top-down.
struct BMPFile: ImageDecoder {
  static let format = ImageFormat.bmp
  static func recognizes(_ bytes: [UInt8]) -> Bool { bytes.starts(with: "BM".utf8) }

  let width, height: Int
  let bitDepth = 8
  let orientation = Orientation.upright
  private let reader: ByteReader
  private let bits, pixels: Int
  private let isTopDown: Bool
  private let coding: Coding

  /// How a pixel's bits become channels.
  private enum Coding {
    /// An index; the colours are red, green, blue after one another.
    case palette([UInt8], isGray: Bool)
    /// Blue, green, red, a byte each; a fourth byte is not used.
    case bytes
    /// Red, green, blue and, where there is one, alpha.
    case fields([BitField])
  }

  init(_ bytes: [UInt8]) throws {
    reader = ByteReader(bytes, .little)
    pixels = try reader.uint32(10)
    let headerSize = try reader.uint32(14)
    // OS/2's header of 12 bytes has 16-bit sizes, nothing after the depth, and palettes of three bytes a colour.
    let isShort = headerSize == 12
    guard isShort || (40...1024).contains(headerSize) else { throw ImageFault("a header of \(headerSize) bytes") }
    width = isShort ? try reader.uint16(18) : try reader.int32(18)
    let rows = isShort ? try reader.uint16(20) : try reader.int32(22)
    (isTopDown, height) = (rows < 0, abs(rows))
    bits = try reader.uint16(isShort ? 24 : 28)
    guard [1, 4, 8, 16, 24, 32].contains(bits) else { throw ImageFault("\(bits) bits a pixel") }
    let compression = isShort ? 0 : try reader.uint32(30)
    switch (compression, bits) {
    case (0, ...8):
      coding = try Self.palette(reader, bits: bits, start: 14 + headerSize, isShort: isShort)
    case (0, 16): coding = .fields([0x7c00, 0x3e0, 0x1f].map(BitField.init))
    case (0, _): coding = .bytes
    case (3, 16), (3, 32), (6, 16), (6, 32):
      coding = try Self.fields(reader, hasAlpha: headerSize >= 56 || compression == 6)
    case (1, _), (2, _): throw ImageFault("run-length compression, which is not read")
    default: throw ImageFault("compression \(compression) of \(bits) bits a pixel, which is not read")
    }
  }

  /// The masks follow the first header's fields; from the third version of the header on there is one for alpha.
  private static func fields(_ reader: ByteReader, hasAlpha: Bool) throws -> Coding {
    let masks = try (0..<(hasAlpha ? 4 : 3)).map { try reader.uint32(54 + 4 * $0) }
    guard !masks.prefix(3).contains(0) else { throw ImageFault("a channel without bits") }
    return .fields(masks.filter { $0 != 0 }.map(BitField.init))
  }

  private static func palette(_ reader: ByteReader, bits: Int, start: Int, isShort: Bool) throws -> Coding {
    let stored = isShort ? 0 : try reader.uint32(46)
    let count = stored == 0 ? 1 << bits : stored
    guard count <= 1 << bits else { throw ImageFault("a palette of \(count) colours for \(bits) bits") }
    let size = isShort ? 3 : 4
    let range = try reader.range(start, count: size * count)
    var colors: [UInt8] = []
    var isGray = true
    for place in stride(from: range.lowerBound, to: range.upperBound, by: size) {
      let (blue, green, red) = (reader.bytes[place], reader.bytes[place + 1], reader.bytes[place + 2])
      colors += [red, green, blue]
      isGray = isGray && red == green && green == blue
    }
    return .palette(colors, isGray: isGray)
  }

  var channels: Int {
    switch coding {
    case .palette(_, let isGray): isGray ? 1 : 3
    case .bytes: 3
    case .fields(let fields): fields.count
    }
  }

  func decode(notes: inout [String]) throws -> Image {
    // Rows are padded to four bytes.
    let line = (width * bits + 31) / 32 * 4
    let (size, overflow) = line.multipliedReportingOverflow(by: height)
    let range = try reader.range(pixels, count: overflow ? .max : size)
    let count = width * height * channels
    var values = [UInt8](repeating: 0, count: count)
    try reader.bytes.withUnsafeBytes { bytes in
      for y in 0..<height {
        let row = range.lowerBound + (isTopDown ? y : height - 1 - y) * line
        try values.withUnsafeMutableBufferPointer { values in
          let target = values.extracting(y * width * channels..<(y + 1) * width * channels)
          try decode(UnsafeRawBufferPointer(rebasing: bytes[row..<row + line]), into: target)
        }
      }
    }
    return Image(width: width, height: height, channels: channels, samples: .uint8(values))
  }

  /// One row, from as many bytes as it takes.
  private func decode(_ row: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<UInt8>) throws {
    switch coding {
    case .bytes:
      let size = bits / 8
      for x in 0..<width {
        for c in 0..<3 { target[3 * x + c] = row[x * size + 2 - c] }
      }
    case .fields(let fields):
      for x in 0..<width {
        let pixel =
          bits == 16
          ? Int(UInt16(littleEndian: row.loadUnaligned(fromByteOffset: 2 * x, as: UInt16.self)))
          : Int(UInt32(littleEndian: row.loadUnaligned(fromByteOffset: 4 * x, as: UInt32.self)))
        for c in fields.indices { target[x * fields.count + c] = fields[c].value(pixel) }
      }
    case .palette(let colors, let isGray):
      let channels = isGray ? 1 : 3
      for x in 0..<width {
        let bit = x * bits
        let index = Int(row[bit / 8]) >> (8 - bits - bit % 8) & (1 << bits - 1)
        guard 3 * index < colors.count else {
          throw ImageFault("colour \(index) of a palette of \(colors.count / 3)")
        }
        for c in 0..<channels { target[x * channels + c] = colors[3 * index + c] }
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

  /// The channel in 0 ... 255, rounded.
  func value(_ pixel: Int) -> UInt8 {
    let stored = pixel >> shift & maximum
    return maximum == 255
      ? UInt8(truncatingIfNeeded: stored) : UInt8(truncatingIfNeeded: (stored * 255 + maximum / 2) / maximum)
  }
}
