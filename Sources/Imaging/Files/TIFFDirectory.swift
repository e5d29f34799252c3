/// The first directory of a TIFF file (TIFF 6.0, 1992): tags with their numbers. EXIF blocks have the same form.
struct TIFFDirectory {
  enum Tag: Int {
    case width = 256, height = 257, bitsPerSample = 258, compression = 259, photometric = 262, fillOrder = 266
    case stripOffsets = 273, orientation = 274, samplesPerPixel = 277, rowsPerStrip = 278, stripByteCounts = 279
    case planar = 284, predictor = 317, colorMap = 320
    case tileWidth = 322, tileHeight = 323, tileOffsets = 324, tileByteCounts = 325
    case sampleFormat = 339
  }

  private struct Field {
    let type, count, place: Int
  }

  let reader: ByteReader
  private var fields: [Int: Field] = [:]

  /// TIFF in either byte order, and BigTIFF, which is refused later by name.
  static func recognizes(_ bytes: [UInt8]) -> Bool {
    [42, 43].contains { bytes.starts(with: [0x49, 0x49, $0, 0]) || bytes.starts(with: [0x4d, 0x4d, 0, $0]) }
  }

  /// - Throws: `ImageFault`.
  init(_ bytes: [UInt8]) throws {
    guard Self.recognizes(bytes) else { throw ImageFault("another kind of header") }
    reader = ByteReader(bytes, bytes[0] == 0x49 ? .little : .big)
    guard try reader.uint16(2) == 42 else { throw ImageFault("BigTIFF, which is not read") }
    let start = try reader.uint32(4), count = try reader.uint16(start)
    for index in 0..<count {
      let place = start + 2 + 12 * index
      let field = Field(type: try reader.uint16(place + 2), count: try reader.uint32(place + 4), place: place + 8)
      fields[try reader.uint16(place)] = field
    }
  }

  /// The numbers of a tag; nil when the directory has no such tag.
  /// - Throws: `ImageFault` when the tag holds something else than whole numbers, or ends beyond the file.
  func values(_ tag: Tag) throws -> [Int]? {
    guard let field = fields[tag.rawValue] else { return nil }
    let size: Int
    switch field.type {
    case 1: size = 1
    case 3: size = 2
    case 4: size = 4
    default: throw ImageFault("the tag \(tag) of type \(field.type)")
    }
    // Up to four bytes stand in the field itself.
    let start = field.count * size <= 4 ? field.place : try reader.uint32(field.place)
    let range = try reader.range(start, count: field.count * size)
    return try stride(from: range.lowerBound, to: range.upperBound, by: size).map { place in
      switch size {
      case 1: try reader.uint8(place)
      case 2: try reader.uint16(place)
      default: try reader.uint32(place)
      }
    }
  }

  /// The one number of a tag.
  func value(_ tag: Tag, default standard: Int? = nil) throws -> Int {
    guard let value = try values(tag)?.first ?? standard else { throw ImageFault("no tag \(tag)") }
    return value
  }
}
