extension JPEGFile {
  private static let exifMark = Array("Exif".utf8) + [0, 0]
  private static let xmpMark = Array("http://ns.adobe.com/xap/1.0/".utf8) + [0]
  private static let extendedXMPMark = Array("http://ns.adobe.com/xmp/extension/".utf8) + [0]
  private static let iccMark = Array("ICC_PROFILE".utf8) + [0]
  private static let indexMark = Array("MPF".utf8) + [0]
  /// The most bytes after a segment's own two of length.
  static let maximumSegment = 65533

  private enum Marker {
    static let startOfScan = 0xffda, endOfImage = 0xffd9
    static let app0 = 0xffe0, app1 = 0xffe1, app2 = 0xffe2, app13 = 0xffed, comment = 0xfffe
    /// TEM, RST0 to RST7 and SOI stand alone, without a length.
    static func standsAlone(_ marker: Int) -> Bool { marker == 0xff01 || (0xffd0...0xffd8).contains(marker) }
  }

  /// The segments before the compressed data, each with what follows its length.
  private var segments: [(marker: Int, data: Range<Int>)] {
    let reader = ByteReader(bytes, .big)
    var result: [(marker: Int, data: Range<Int>)] = []
    var place = 2
    while let marker = try? reader.uint16(place), ![Marker.startOfScan, Marker.endOfImage].contains(marker) {
      // Bytes that belong to no segment are passed over up to the next 0xff, and so is one more 0xff that fills.
      if marker <= 0xff00 || marker == 0xffff {
        place += 1
        continue
      }
      if Marker.standsAlone(marker) {
        place += 2
        continue
      }
      guard let size = try? reader.uint16(place + 2), let data = try? reader.range(place + 4, count: size - 2) else {
        break
      }
      result.append((marker, data))
      place = data.upperBound
    }
    return result
  }

  func readMetadata(notes: inout [String]) -> ImageMetadata {
    var metadata = ImageMetadata()
    var profile = ProfileParts()
    var hasExtendedXMP = false, hasPhotoshopBlock = false
    for (marker, data) in segments {
      let content = bytes[data]
      func after(_ mark: [UInt8]) -> [UInt8]? {
        content.starts(with: mark) ? Array(content.dropFirst(mark.count)) : nil
      }
      switch marker {
      case Marker.app0: metadata.density = metadata.density ?? Self.density(content)
      case Marker.app1:
        if let block = after(Self.exifMark) {
          metadata.exif = metadata.exif ?? block
        } else if let packet = after(Self.xmpMark) {
          metadata.xmp = metadata.xmp ?? packet
        } else if content.starts(with: Self.extendedXMPMark) {
          hasExtendedXMP = true
        }
      case Marker.app2:
        if let part = after(Self.iccMark) {
          profile.add(part)
        } else if let index = after(Self.indexMark), let count = EXIFBlock.count(ofPictures: index), count > 1 {
          notes.append("\(count - 1) more picture\(count == 2 ? "" : "s") left out")
        }
      case Marker.app13: hasPhotoshopBlock = hasPhotoshopBlock || content.starts(with: "Photoshop 3.0".utf8)
      case Marker.comment: metadata.text.append(.init(keyword: "Comment", value: Self.text(content)))
      default: break
      }
    }
    if hasPhotoshopBlock { notes.append("the Photoshop block (IPTC) is left out") }
    if hasExtendedXMP { notes.append("the extension of the XMP packet is left out") }
    do {
      metadata.iccProfile = try profile.joined()
    } catch {
      notes.append("the colour profile is left out (\((error as? ImageError)?.found ?? "damaged"))")
    }
    return metadata
  }

  /// A profile in numbered parts, which may come in any order.
  private struct ProfileParts {
    private var parts: [Int: [UInt8]] = [:]
    private var count: Int?
    private var isDamaged = false

    mutating func add(_ part: [UInt8]) {
      guard part.count >= 2, part[0] > 0, part[0] <= part[1], count == nil || count == Int(part[1]),
        parts.updateValue(Array(part.dropFirst(2)), forKey: Int(part[0])) == nil
      else {
        isDamaged = true
        return
      }
      count = Int(part[1])
    }

    func joined() throws -> [UInt8]? {
      guard !isDamaged else { throw ImageError("damaged") }
      guard let count else { return nil }
      let missing = (1...count).filter { parts[$0] == nil }
      guard missing.isEmpty else { throw ImageError("part \(missing[0]) of \(count) is missing") }
      return (1...count).flatMap { parts[$0]! }
    }
  }

  /// From a JFIF segment.
  private static func density(_ content: ArraySlice<UInt8>) -> ImageMetadata.Density? {
    guard content.starts(with: Array("JFIF".utf8) + [0]), content.count >= 12 else { return nil }
    let bytes = Array(content)
    let (x, y) = (Int(bytes[8]) << 8 | Int(bytes[9]), Int(bytes[10]) << 8 | Int(bytes[11]))
    let density = ImageMetadata.Density(
      x: Double(x), y: Double(y), unit: bytes[7] == 1 ? .inch : bytes[7] == 2 ? .centimetre : .none)
    return density.isSensible ? density : nil
  }

  /// Comments have no encoding of their own: UTF-8 where it can be that, else Latin-1.
  private static func text(_ content: ArraySlice<UInt8>) -> String {
    let bytes = content.prefix { $0 != 0 }
    return String(validating: bytes, as: UTF8.self)
      ?? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }

  /// The file with segments for the metadata, after the one of JFIF.
  /// - Precondition: the blocks fit into segments; see `ImageMetadata.fitting`.
  static func adding(_ metadata: ImageMetadata, to file: [UInt8]) -> [UInt8] {
    // SOI, and a JFIF segment of 18 bytes.
    guard file.count > 20, file[2...3].elementsEqual([0xff, 0xe0]) else { return file }
    var start = Array(file[..<20])
    if let (unit, x, y) = metadata.density?.jfif {
      start.replaceSubrange(13..<18, with: [UInt8(unit)] + bigEndian16(x) + bigEndian16(y))
    }
    func add(_ marker: Int, _ content: [UInt8]) {
      start += bigEndian16(marker) + bigEndian16(content.count + 2) + content
    }
    if let exif = metadata.exif { add(Marker.app1, exifMark + exif) }
    if let xmp = metadata.xmp { add(Marker.app1, xmpMark + xmp) }
    if let profile = metadata.iccProfile {
      let length = maximumSegment - iccMark.count - 2
      let parts = stride(from: 0, to: profile.count, by: length).map { profile[$0..<min($0 + length, profile.count)] }
      for (index, part) in parts.enumerated() {
        add(Marker.app2, iccMark + [UInt8(index + 1), UInt8(parts.count)] + part)
      }
    }
    for text in metadata.text { add(Marker.comment, Array(text.value.utf8.prefix(maximumSegment))) }
    return start + file[20...]
  }

  /// What of an EXIF block and an XMP packet goes into one segment.
  static var maximumEXIF: Int { maximumSegment - exifMark.count }
  static var maximumXMP: Int { maximumSegment - xmpMark.count }
  static var maximumProfile: Int { 255 * (maximumSegment - iccMark.count - 2) }
}

extension ImageMetadata.Density {
  /// JFIF's unit, x and y: whole numbers of 16 bits. Pixels for a centimetre that are not whole are given for an inch.
  fileprivate var jfif: (unit: Int, x: Int, y: Int)? {
    let isWhole = x == x.rounded() && y == y.rounded()
    let (code, x, y) =
      switch unit {
      case .none: (0, x, y)
      case .centimetre where isWhole: (2, x, y)
      default: (1, per(inches: 1)!.x, per(inches: 1)!.y)
      }
    guard (0.5..<65535.5).contains(x), (0.5..<65535.5).contains(y) else { return nil }
    return (code, Int(x.rounded()), Int(y.rounded()))
  }
}
