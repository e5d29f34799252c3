/// An EXIF block (CIPA DC-008, "Exif 2.32"): a small TIFF file of tags, without the "Exif" that precedes it in JPEG.
///
/// Edits happen in place: maker notes hold offsets from the block's start, so nothing in the block may move.
struct EXIFBlock {
  private(set) var bytes: [UInt8]
  private let order: ByteReader.Order
  /// The main directory, and those that it points to: camera, position, interoperability.
  private var kept: [Directory]
  private let thumbnail: Directory?
  /// A directory cannot be found where the block says that it is.
  private(set) var isDamaged = false

  enum Tag {
    static let width = 256, height = 257, orientation = 274, xResolution = 282, yResolution = 283
    static let resolutionUnit = 296, stripOffsets = 273, stripByteCounts = 279
    static let thumbnail = 513, thumbnailLength = 514
    static let camera = 34665, position = 34853, interoperability = 40965
    static let pixelWidth = 40962, pixelHeight = 40963
  }

  private struct Field {
    /// `place` is where the twelve bytes of the field begin; `value` is nil where the block is too short for it.
    let tag, type, count, place: Int
    let value: Range<Int>?
  }

  private struct Directory {
    let tag: Int
    var fields: [Field] = []
    let place: Range<Int>
    let next: Int

    func field(_ tag: Int) -> Field? { fields.first { $0.tag == tag } }
  }

  /// - Parameter stored: the block, with or without "Exif" and two zeros before it.
  /// - Returns: nil when it has no main directory.
  init?(_ stored: [UInt8]) {
    let isMarked = stored.starts(with: "Exif".utf8) && stored.count > 6
    bytes = isMarked ? Array(stored.dropFirst(6)) : stored
    guard TIFFDirectory.recognizes(bytes) else { return nil }
    order = bytes[0] == 0x49 ? .little : .big
    let reader = ByteReader(bytes, order)
    guard (try? reader.uint16(2)) == 42, let start = try? reader.uint32(4),
      let main = Self.directory(0, at: start, reader), !main.fields.isEmpty
    else { return nil }
    kept = [main]
    thumbnail = main.next == 0 ? nil : Self.directory(1, at: main.next, reader)
    // The camera's directory may point to the one of interoperability: it comes behind it in the list.
    var next = 0
    while next < kept.count {
      let directory = kept[next]
      for tag in [Tag.camera, Tag.position, Tag.interoperability] where !kept.contains(where: { $0.tag == tag }) {
        guard let place = Self.number(directory.field(tag), reader) else { continue }
        guard let found = Self.directory(tag, at: place, reader) else {
          isDamaged = true
          continue
        }
        kept.append(found)
      }
      next += 1
    }
  }

  private static let sizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4]

  private static func directory(_ tag: Int, at start: Int, _ reader: ByteReader) -> Directory? {
    guard start >= 8, let count = try? reader.uint16(start), (try? reader.range(start + 2, count: 12 * count)) != nil
    else { return nil }
    let end = start + 2 + 12 * count
    let next = try? reader.uint32(end)
    var directory = Directory(tag: tag, place: start..<(next == nil ? end : end + 4), next: next ?? 0)
    for place in stride(from: start + 2, to: end, by: 12) {
      guard let tag = try? reader.uint16(place), let type = try? reader.uint16(place + 2),
        let count = try? reader.uint32(place + 4)
      else { return nil }
      let size = (sizes.indices.contains(type) ? sizes[type] : 0) * count
      let start = size <= 4 ? place + 8 : (try? reader.uint32(place + 8)) ?? .max
      directory.fields.append(
        Field(tag: tag, type: type, count: count, place: place, value: try? reader.range(start, count: size)))
    }
    return directory
  }

  /// The first number of a field that holds whole numbers.
  private static func number(_ field: Field?, _ reader: ByteReader) -> Int? {
    guard let field, field.count > 0, let start = field.value?.lowerBound else { return nil }
    switch field.type {
    case 1: return try? reader.uint8(start)
    case 3: return try? reader.uint16(start)
    case 4, 13: return try? reader.uint32(start)
    default: return nil
    }
  }

  private func main(_ tag: Int) -> Field? { kept[0].field(tag) }

  /// The first whole number of a tag of the main directory.
  private func firstNumber(_ tag: Int) -> Int? { Self.number(main(tag), ByteReader(bytes, order)) }

  /// As the main directory has it; nil when it has none, or no sensible one.
  var orientation: Symmetry? {
    firstNumber(Tag.orientation).flatMap { Symmetry(rawValue: $0) }
  }

  /// Pixels for a unit of length, by the main directory.
  var density: ImageMetadata.Density? {
    let reader = ByteReader(bytes, order)
    func ratio(_ tag: Int) -> Double? {
      guard let field = main(tag), field.type == 5, field.count > 0, let place = field.value?.lowerBound,
        let above = try? reader.uint32(place), let below = try? reader.uint32(place + 4), above > 0, below > 0
      else { return nil }
      return Double(above) / Double(below)
    }
    guard let x = ratio(Tag.xResolution) else { return nil }
    let unit = firstNumber(Tag.resolutionUnit) ?? 2
    return ImageMetadata.Density(
      x: x, y: ratio(Tag.yResolution) ?? x, unit: unit == 2 ? .inch : unit == 3 ? .centimetre : .none)
  }

  /// Makes it say what holds for an upright picture of this size, without a thumbnail.
  mutating func describe(width: Int, height: Int) {
    for directory in kept where [0, Tag.camera].contains(directory.tag) {
      for field in directory.fields {
        switch (directory.tag, field.tag) {
        case (0, Tag.orientation): set(field, to: 1)
        case (0, Tag.width), (Tag.camera, Tag.pixelWidth): set(field, to: width)
        case (0, Tag.height), (Tag.camera, Tag.pixelHeight): set(field, to: height)
        default: break
        }
      }
    }
    removeThumbnail()
  }

  /// Sets the number that `number` reads. One that does not fit into 16 bits makes the field one of 32.
  private mutating func set(_ field: Field, to value: Int) {
    guard field.count > 0, let place = field.value?.lowerBound else { return }
    let type = field.type == 3 && field.count == 1 && value > 0xffff ? 4 : field.type
    switch type {
    case 1: bytes[place] = UInt8(truncatingIfNeeded: value)
    case 3: put(value, at: place, size: 2)
    case 4, 13: put(value, at: place, size: 4)
    default: return
    }
    if type != field.type { put(type, at: field.place + 2, size: 2) }
  }

  private mutating func put(_ value: Int, at place: Int, size: Int) {
    for i in 0..<size {
      bytes[place + i] = UInt8(truncatingIfNeeded: value >> (8 * (order == .little ? i : size - 1 - i)))
    }
  }

  /// The thumbnail shows the picture as it was: its bytes become zeros, or the block's end moves before them. Bytes
  /// that another field holds too stay.
  private mutating func removeThumbnail() {
    let link = kept[0].place.upperBound - 4
    if kept[0].next != 0 { put(0, at: link, size: 4) }
    guard let thumbnail else { return }
    let reader = ByteReader(bytes, order)
    var ranges = [thumbnail.place] + thumbnail.fields.compactMap(\.value)
    for (start, length) in [
      (Tag.thumbnail, Tag.thumbnailLength), (Tag.stripOffsets, Tag.stripByteCounts),
    ] {
      if let start = Self.number(thumbnail.field(start), reader),
        let count = Self.number(thumbnail.field(length), reader),
        let range = try? reader.range(start, count: count)
      {
        ranges.append(range)
      }
    }
    let isThumbnail = covered(by: ranges)
    let isKept = covered(by: [0..<8] + kept.flatMap { [$0.place] + $0.fields.compactMap(\.value) })
    let isFree = zip(isThumbnail, isKept).map { $0 && !$1 }
    for place in bytes.indices where isFree[place] { bytes[place] = 0 }
    bytes.removeLast(isFree.reversed().prefix { $0 }.count)
  }

  /// For each byte whether one of the ranges holds it.
  private func covered(by ranges: [Range<Int>]) -> [Bool] {
    // Directories of a damaged block may name the same bytes thousands of times: begins and ends are counted.
    var changes = [Int32](repeating: 0, count: bytes.count + 1)
    for range in ranges {
      changes[range.lowerBound] += 1
      changes[range.upperBound] -= 1
    }
    var depth: Int32 = 0
    return bytes.indices.map { place in
      depth += changes[place]
      return depth > 0
    }
  }
}

extension EXIFBlock {
  /// How many pictures a file holds, by its index (CIPA DC-007, "Multi-Picture Format"), a block of the same form.
  static func count(ofPictures index: [UInt8]) -> Int? {
    EXIFBlock(index)?.firstNumber(0xb001)
  }
}
