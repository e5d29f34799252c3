import RAMiTCTIFF

extension ImageMetadata {
  /// What a directory of a TIFF file says beside the pixels.
  /// - Parameter directory: the same one, read apart from the library; nil where it is too damaged for that.
  init(tiff file: TIFFLibrary, directory: TIFFDirectory?) {
    self.init()
    iccProfile = file.block(TIFFTAG_ICCPROFILE)
    xmp = file.block(TIFFTAG_XMLPACKET)
    if let x = file.float(TIFFTAG_XRESOLUTION), let y = file.float(TIFFTAG_YRESOLUTION), x > 0, y > 0, x.isFinite,
      y.isFinite
    {
      let unit = file.uint16(TIFFTAG_RESOLUTIONUNIT).map(Int32.init)
      // Square pixels without a unit say nothing.
      if unit != RESUNIT_NONE || x != y {
        density = Density(
          x: x, y: y, unit: unit == RESUNIT_CENTIMETER ? .centimetre : unit == RESUNIT_NONE ? .none : .inch)
      }
    }
    exif = directory.flatMap { TIFFExif($0)?.block }
  }
}

/// The EXIF block of a TIFF file: a TIFF file of its own that holds only what tells of the photo, in the same byte
/// order.
private struct TIFFExif {
  /// What EXIF's first directory has beside the picture's form: names, dates, maker, orientation, resolution, what
  /// Windows adds.
  private static let kept: Set<Int> = [
    270, 271, 272, 274, 282, 283, 296, 305, 306, 315, 316, 18246, 18249, 33432, 40091, 40092, 40093, 40094, 40095,
  ]
  /// These alone are no reason for a block: the form of the picture, not its story.
  private static let form: Set<Int> = [274, 282, 283, 296]
  /// Larger blocks do not fit into a JPEG's segment, and hold no more of interest.
  private static let mostBytes = 64_000

  private(set) var block: [UInt8]
  private let order: ByteReader.Order
  private let bytes: [UInt8]

  /// Nil when the file tells nothing of the photo.
  init?(_ directory: TIFFDirectory) {
    (order, bytes) = (directory.reader.order, directory.reader.bytes)
    block = order == .little ? [0x49, 0x49, 42, 0] : [0x4d, 0x4d, 0, 42]
    put(8, size: 4)
    func part(_ tag: TIFFDirectory.Tag, of directory: TIFFDirectory) -> TIFFDirectory? {
      (try? directory.values(tag)?.first).flatMap { try? TIFFDirectory(bytes, at: $0) }
    }
    let exif = part(.exif, of: directory), gps = part(.gps, of: directory)
    let fields = directory.fields.filter { Self.kept.contains($0.key) }
    guard exif != nil || gps != nil || fields.keys.contains(where: { !Self.form.contains($0) }) else { return nil }
    var parts: [Int: [Int: TIFFDirectory.Field]] = [:]
    if let exif { parts[TIFFDirectory.Tag.exif.rawValue] = exif.fields }
    if let gps { parts[TIFFDirectory.Tag.gps.rawValue] = gps.fields }
    append(fields, parts: parts)
    guard block.count <= Self.mostBytes else { return nil }
  }

  private mutating func put(_ value: Int, size: Int) {
    let little = (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    block += order == .little ? little : little.reversed()
  }

  private mutating func replace(at place: Int, _ value: Int) {
    let little = (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    block.replaceSubrange(place..<place + 4, with: order == .little ? little : little.reversed())
  }

  /// Appends a directory, then what does not fit into its entries, then the directories that it points to.
  private mutating func append(_ fields: [Int: TIFFDirectory.Field], parts: [Int: [Int: TIFFDirectory.Field]] = [:]) {
    // BigTIFF's numbers of 8 bytes have no form here, and pointers that are not followed would mislead.
    let pointers = [TIFFDirectory.Tag.exif, .gps, .interoperability].map(\.rawValue)
    let plain = fields.filter { !pointers.contains($0.key) && ![16, 17, 18].contains($0.value.type) }
    let tags = (Array(plain.keys) + Array(parts.keys)).sorted()
    put(tags.count, size: 2)
    var places: [Int: Int] = [:]
    for tag in tags {
      put(tag, size: 2)
      put(plain[tag]?.type ?? 4, size: 2)
      put(plain[tag]?.count ?? 1, size: 4)
      places[tag] = block.count
      put(0, size: 4)
    }
    put(0, size: 4)
    for tag in tags {
      guard let place = places[tag] else { continue }
      if let part = parts[tag] {
        if block.count % 2 == 1 { block.append(0) }
        replace(at: place, block.count)
        append(part)
      } else if let values = plain[tag]?.bytes {
        guard values.count > 4 else {
          block.replaceSubrange(place..<place + values.count, with: bytes[values])
          continue
        }
        if block.count % 2 == 1 { block.append(0) }
        replace(at: place, block.count)
        guard block.count + values.count <= Self.mostBytes else {
          block.append(contentsOf: repeatElement(0, count: Self.mostBytes))  // too large: the block is given up
          return
        }
        block += bytes[values]
      }
    }
  }
}
