/// One directory of a TIFF file (TIFF 6.0, 1992, and BigTIFF): tags with their numbers. EXIF blocks have the same form.
struct TIFFDirectory {
  enum Tag: Int {
    case orientation = 274
    case extraSamples = 338
    case exif = 34665, gps = 34853, interoperability = 40965
    case dngVersion = 50706
  }

  /// Where a tag's values are, and of which type (TIFF 6.0, page 15).
  struct Field {
    let type, count: Int
    /// The bytes of all values, inside the file.
    let bytes: Range<Int>
  }

  let reader: ByteReader
  private(set) var fields: [Int: Field] = [:]

  /// TIFF in either byte order, and BigTIFF.
  static func recognizes(_ bytes: [UInt8]) -> Bool {
    [42, 43].contains { bytes.starts(with: [0x49, 0x49, $0, 0]) || bytes.starts(with: [0x4d, 0x4d, 0, $0]) }
  }

  /// The first directory of a file.
  /// - Throws: `ImageError`.
  init(_ bytes: [UInt8]) throws {
    try self.init(bytes, at: nil)
  }

  /// The directory at an offset; without one, the first. Fields whose values end beyond the file are left out.
  /// - Throws: `ImageError`.
  init(_ bytes: [UInt8], at offset: Int?) throws {
    guard Self.recognizes(bytes) else { throw ImageError("another kind of header") }
    let reader = ByteReader(bytes, bytes[0] == 0x49 ? .little : .big)
    self.reader = reader
    let isBig = try reader.uint16(2) == 43
    func number(_ place: Int) throws -> Int { try isBig ? reader.uint64(place) : reader.uint32(place) }
    let start = try offset ?? number(isBig ? 8 : 4)
    let count = try isBig ? reader.uint64(start) : reader.uint16(start)
    let word = isBig ? 8 : 4, entry = 4 + 2 * word
    let (size, overflow) = count.multipliedReportingOverflow(by: entry)
    let entries = try reader.range(start + (isBig ? 8 : 2), count: overflow ? .max : size)
    for place in stride(from: entries.lowerBound, to: entries.upperBound, by: entry) {
      let type = try reader.uint16(place + 2)
      guard let unit = Self.sizes[type], let values = try? number(place + 4) else { continue }
      let (size, overflow) = values.multipliedReportingOverflow(by: unit)
      // Few values stand in the entry itself.
      guard !overflow, let first = size <= word ? place + 4 + word : try? number(place + 4 + word),
        let bytes = try? reader.range(first, count: size)
      else { continue }
      fields[try reader.uint16(place)] = Field(type: type, count: values, bytes: bytes)
    }
  }

  /// Bytes of a value, by type.
  private static let sizes = [
    1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8,
  ]

  /// The numbers of a tag; nil when the directory has no such tag.
  /// - Throws: `ImageError` when the tag holds something else than whole numbers.
  func values(_ tag: Tag) throws -> [Int]? {
    guard let field = fields[tag.rawValue] else { return nil }
    guard [1, 3, 4, 13, 16, 18].contains(field.type) else { throw ImageError("the tag \(tag) of type \(field.type)") }
    let size = field.count == 0 ? 1 : field.bytes.count / field.count
    return try stride(from: field.bytes.lowerBound, to: field.bytes.upperBound, by: size).map { place in
      switch size {
      case 1: try reader.uint8(place)
      case 2: try reader.uint16(place)
      case 4: try reader.uint32(place)
      default: try reader.uint64(place)
      }
    }
  }
}
