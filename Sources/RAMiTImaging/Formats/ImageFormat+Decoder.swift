extension ImageFormat {
  /// The kind of a file that begins with these bytes; nil for any other kind.
  /// - Parameter bytes: the file, or its first few hundred bytes.
  public init?(startOfFile bytes: [UInt8]) {
    guard let format = Self.allCases.first(where: { $0.recognizes(bytes) }) else { return nil }
    self = format
  }

  /// Whether this build reads it.
  public var isReadable: Bool { decoder != nil }

  /// The kinds that this build reads, for messages: "PNG, JPEG or BMP".
  static var readable: String {
    let names = allCases.filter(\.isReadable).map(\.rawValue)
    return names.dropLast().joined(separator: ", ") + " or " + names.last!
  }

  var decoder: (any ImageDecoder.Type)? {
    switch self {
    case .png: PNGFile.self
    case .jpeg: JPEGFile.self
    case .bmp: BMPFile.self
    case .tiff: TIFFFile.self
    case .webp: WebPFile.self
    case .pnm: PNMFile.self
    #if HEIF
      case .avif, .heic: HEIFFile.self
    #endif
    default: nil
    }
  }

  /// Whether a file that begins like this is of the kind.
  func recognizes(_ bytes: [UInt8]) -> Bool {
    func begins(_ text: String, at place: Int = 0) -> Bool { bytes.dropFirst(place).starts(with: text.utf8) }
    switch self {
    case .png: return PNGFile.recognizes(bytes)
    case .jpeg: return JPEGFile.recognizes(bytes)
    case .bmp: return BMPFile.recognizes(bytes)
    case .tiff: return TIFFFile.recognizes(bytes) && !begins("CR", at: 8)
    case .webp: return WebPFile.recognizes(bytes)
    case .pnm: return PNMFile.recognizes(bytes)
    case .avif: return Self.brands(bytes).contains { ["avif", "avis"].contains($0) }
    case .heic:
      return Self.brands(bytes).contains {
        ["heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1"].contains($0)
      }
    case .gif: return begins("GIF8")
    case .jpeg2000: return begins("jP  ", at: 4) || bytes.starts(with: [0xff, 0x4f, 0xff, 0x51])
    case .jpegXL: return begins("JXL ", at: 4) || bytes.starts(with: [0xff, 0x0a])
    case .tga: return Self.isTGA(bytes)
    case .icon:
      // Icons and cursors: a count of at least one picture follows.
      return [1, 2].contains { bytes.starts(with: [0, 0, $0, 0]) } && bytes.count >= 6 && bytes[4] > 0 && bytes[5] == 0
    case .photoshop: return begins("8BPS")
    case .openEXR: return bytes.starts(with: [0x76, 0x2f, 0x31, 0x01])
    case .radiance: return begins("#?RADIANCE")
    case .qoi: return begins("qoif")
    case .dds: return begins("DDS ")
    case .gimp: return begins("gimp xcf")
    case .raw:
      // Canon, Olympus, Panasonic, Fujifilm, Sigma; those of others are TIFF files.
      return TIFFFile.recognizes(bytes) && begins("CR", at: 8) || Self.brands(bytes).first == "crx "
        || ["IIRO", "IIRS", "MMOR", "IIU\0", "FUJIFILMCCD-RAW", "FOVb"].contains { begins($0) }
    case .svg:
      let start = String(decoding: bytes.prefix(1024), as: UTF8.self)
      return start.contains("<svg") && start.drop { $0.isWhitespace || $0 == "\u{feff}" }.first == "<"
    case .pdf: return begins("%PDF")
    }
  }

  /// The brands of a file of ISO base media (ISO/IEC 14496-12): the major one, then the compatible ones.
  private static func brands(_ bytes: [UInt8]) -> [String] {
    guard bytes.dropFirst(4).starts(with: "ftyp".utf8), let size = try? ByteReader(bytes, .big).uint32(0) else {
      return []
    }
    let end = min(size, bytes.count)
    return stride(from: 8, to: max(end - 3, 8), by: 4).filter { $0 != 12 }
      .map { String(decoding: bytes[$0..<$0 + 4], as: UTF8.self) }
  }

  /// TGA has no signature at its start: every field of its header must hold what is allowed there.
  private static func isTGA(_ bytes: [UInt8]) -> Bool {
    let reader = ByteReader(bytes, .little)
    guard bytes.count >= 18, bytes[1] <= 1, [1, 2, 3, 9, 10, 11].contains(bytes[2]),
      [8, 15, 16, 24, 32].contains(bytes[16]), bytes[17] & 0xc0 == 0, [0, 1, 8].contains(bytes[17] & 15),
      (try? reader.uint16(12)) ?? 0 > 0, (try? reader.uint16(14)) ?? 0 > 0
    else { return false }
    // A palette has entries of a known size; without one, its fields are empty.
    return bytes[1] == 1 ? [15, 16, 24, 32].contains(bytes[7]) : bytes[3...7].allSatisfy { $0 == 0 }
  }
}
