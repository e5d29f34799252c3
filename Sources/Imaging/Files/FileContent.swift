import Files

/// What a file is, told by its first bytes; its name decides only where bytes cannot.
public enum FileContent: Equatable, Sendable {
  case image(ImageFormat)
  /// A picture of a kind that is not read.
  case otherPicture(String)
  /// Called an image by its name alone: damaged, empty, or something else.
  case imageByName
  case other

  /// So many bytes are enough.
  public static let startLength = 512

  /// Names of files that are read end like this, in lower case.
  public static let imageEndings: Set<String> = [
    "png", "apng", "jpg", "jpeg", "jpe", "jfif", "jif", "bmp", "dib", "tif", "tiff",
  ]

  /// - Parameters:
  ///   - start: the file's first bytes, `startLength` where it has as many.
  ///   - name: of the file.
  public init(_ start: [UInt8], name: String) {
    let ending = name.pathEnding
    if let format = ImageFormat(startOfFile: start) {
      // A camera's raw file is a TIFF whose first picture is a thumbnail.
      let isRaw = format == .tiff && Self.rawEndings.contains(ending)
      self = isRaw ? .otherPicture("a camera's raw file") : .image(format)
    } else if let kind = Self.kind(start) ?? Self.kindsByName[ending] {
      self = .otherPicture(kind)
    } else if Self.rawEndings.contains(ending) {
      self = .otherPicture("a camera's raw file")
    } else {
      self = Self.imageEndings.contains(ending) ? .imageByName : .other
    }
  }

  /// Whether a name's ending says that it is a picture: such an ending is replaced by that of another kind, any other is part of the
  /// name ("IMG.2024").
  public static func isPictureEnding(_ ending: String) -> Bool {
    imageEndings.contains(ending) || rawEndings.contains(ending) || kindsByName[ending] != nil
      || ["gif", "avif", "heic", "heif", "hif", "jp2", "jpx", "jxl", "ppm", "pgm", "pbm", "pnm", "psd", "exr", "qoi"]
        .contains(ending)
  }

  private static let rawEndings: Set<String> = [
    "3fr", "arw", "cr2", "cr3", "crw", "dng", "erf", "iiq", "kdc", "mef", "mrw", "nef", "nrw", "orf", "pef", "raf",
    "rw2", "rwl", "srf", "srw", "x3f",
  ]

  /// Kinds without a signature that would do.
  private static let kindsByName = ["tga": "a TGA image", "pcx": "a PCX image", "ico": "an ICO image"]

  private static let signatures: [(bytes: [UInt8], offset: Int, kind: String)] = [
    (Array("GIF8".utf8), 0, "a GIF image"),
    (Array("WEBP".utf8), 8, "a WebP image"),
    ([0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20, 13, 10, 0x87, 10], 0, "a JPEG 2000 image"),
    ([0xff, 0x4f, 0xff, 0x51], 0, "a JPEG 2000 image"),
    ([0, 0, 0, 12, 0x4a, 0x58, 0x4c, 0x20, 13, 10, 0x87, 10], 0, "a JPEG XL image"),
    ([0xff, 0x0a], 0, "a JPEG XL image"),
    (Array("8BPS".utf8), 0, "a Photoshop image"),
    ([0x76, 0x2f, 0x31, 0x01], 0, "an OpenEXR image"),
    (Array("#?RADIANCE".utf8), 0, "a Radiance image"),
    (Array("qoif".utf8), 0, "a QOI image"),
    (Array("DDS ".utf8), 0, "a DDS image"),
    (Array("gimp xcf".utf8), 0, "a GIMP image"),
  ]

  private static func kind(_ start: [UInt8]) -> String? {
    if start.count >= 12, start[4..<8].elementsEqual("ftyp".utf8) { return baseMediaKind(start) }
    // P1 to P7 and white space.
    if start.count >= 3, start[0] == UInt8(ascii: "P"), (UInt8(ascii: "1")...UInt8(ascii: "7")).contains(start[1]),
      [9, 10, 13, 32].contains(start[2])
    {
      return "a PNM image"
    }
    return signatures.first { $0.bytes.elementsEqual(start.dropFirst($0.offset).prefix($0.bytes.count)) }?.kind
  }

  /// Of the ISO base media formats some are pictures and some are films: the brands tell.
  private static func baseMediaKind(_ start: [UInt8]) -> String? {
    let size = start[..<4].reduce(0) { $0 << 8 | Int($1) }
    let end = min(start.count, max(12, size))
    var brands = [String(decoding: start[8..<12], as: UTF8.self)]
    for place in stride(from: 16, through: end - 4, by: 4) {
      brands.append(String(decoding: start[place..<place + 4], as: UTF8.self))
    }
    if brands.contains(where: ["avif", "avis"].contains) { return "an AVIF image" }
    let heif = ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"]
    return brands.contains(where: heif.contains) ? "a HEIF image" : nil
  }
}
