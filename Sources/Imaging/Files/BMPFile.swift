/// Windows bitmaps: 1, 4 and 8 bits with a palette, 16, 24 and 32 bits, uncompressed or with bit fields, bottom-up or top-down.
struct BMPFile: ImageDecoder {
  static let format = "BMP"
  static func recognizes(_ bytes: [UInt8]) -> Bool { bytes.starts(with: "BM".utf8) }

  let width, height: Int
  let bitDepth = 8
  let orientation = Orientation.upright
  private let reader: ByteReader
  private let bits, pixels: Int
  private let isTopDown, isGray: Bool
  /// Red, green, blue.
  private let palette: [[UInt8]]
  /// Red, green, blue and alpha; none where a pixel's bytes are its channels.
  private let fields: [BitField]

  /// Where a channel's bits lie in a pixel.
  private struct BitField {
    let shift, maximum: Int

    init(mask: Int) {
      shift = mask == 0 ? 0 : mask.trailingZeroBitCount
      maximum = mask >> shift
    }

    /// The channel in 0 ... 255; opaque where there are no bits.
    func value(_ pixel: Int) -> UInt8 {
      maximum == 0 ? 255 : UInt8(truncatingIfNeeded: ((pixel >> shift & maximum) * 255 + maximum / 2) / maximum)
    }
  }

  init(_ bytes: [UInt8]) throws {
    reader = ByteReader(bytes, .little)
    pixels = try reader.uint32(10)
    let headerSize = try reader.uint32(14)
    guard headerSize >= 40, headerSize <= 1024 else { throw ImageFault("a header of \(headerSize) bytes") }
    width = try reader.int32(18)
    let rows = try reader.int32(22)
    (isTopDown, height) = (rows < 0, abs(rows))
    bits = try reader.uint16(28)
    let compression = try reader.uint32(30)
    guard [1, 4, 8, 16, 24, 32].contains(bits) else { throw ImageFault("\(bits) bits a pixel") }
    guard compression == 0 || ([3, 6].contains(compression) && [16, 32].contains(bits)) else {
      throw ImageFault("the compression \(compression)")
    }
    fields = try Self.fields(reader, bits: bits, compression: compression, headerSize: headerSize)
    palette = try bits <= 8 ? Self.palette(reader, bits: bits, start: 14 + headerSize) : []
    isGray = bits <= 8 && palette.allSatisfy { $0[0] == $0[1] && $0[1] == $0[2] }
  }

  private static func fields(_ reader: ByteReader, bits: Int, compression: Int, headerSize: Int) throws -> [BitField] {
    switch (bits, compression) {
    case (16, 0): return [0x7c00, 0x3e0, 0x1f, 0].map(BitField.init)
    case (16, _), (32, 3...):
      // From the third version of the header on there is an alpha mask.
      let hasAlpha = headerSize >= 56 || compression == 6
      return try (0..<4).map { BitField(mask: $0 < 3 || hasAlpha ? try reader.uint32(54 + 4 * $0) : 0) }
    default: return []
    }
  }

  private static func palette(_ reader: ByteReader, bits: Int, start: Int) throws -> [[UInt8]] {
    let stored = try reader.uint32(46)
    let count = stored == 0 ? 1 << bits : stored
    guard count <= 1 << bits else { throw ImageFault("a palette of \(count) colours for \(bits) bits") }
    let range = try reader.range(start, count: 4 * count)
    return stride(from: range.lowerBound, to: range.upperBound, by: 4).map { place in
      [reader.bytes[place + 2], reader.bytes[place + 1], reader.bytes[place]]
    }
  }

  var channels: Int {
    if isGray { return 1 }
    return fields.count == 4 && fields[3].maximum > 0 ? 4 : 3
  }

  func decode() throws -> Image {
    // Rows are padded to four bytes.
    let line = (width * bits + 31) / 32 * 4
    let range = try reader.range(pixels, count: line * height)
    let bytes = reader.bytes[range]
    var values: [UInt8] = []
    values.reserveCapacity(width * height * channels)
    for y in 0..<height {
      let row = range.lowerBound + (isTopDown ? y : height - 1 - y) * line
      for x in 0..<width {
        switch bits {
        case 24,
          32 where fields.isEmpty:
          let place = row + x * (bits / 8)
          values.append(contentsOf: [bytes[place + 2], bytes[place + 1], bytes[place]])
        case 16, 32:
          let pixel = bits == 16 ? try reader.uint16(row + 2 * x) : try reader.uint32(row + 4 * x)
          for field in fields.prefix(channels) { values.append(field.value(pixel)) }
        default:
          let bit = x * bits
          let index = Int(bytes[row + bit / 8]) >> (8 - bits - bit % 8) & (1 << bits - 1)
          guard index < palette.count else { throw ImageFault("colour \(index) of a palette of \(palette.count)") }
          values.append(contentsOf: palette[index].prefix(channels))
        }
      }
    }
    return Image(width: width, height: height, channels: channels, samples: .uint8(values))
  }
}
