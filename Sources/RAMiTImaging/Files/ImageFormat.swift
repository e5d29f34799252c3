/// The kinds of image files that are told apart by content.
public enum ImageFormat: String, CaseIterable, Sendable {
  case png = "PNG"
  case jpeg = "JPEG"
  case bmp = "BMP"
  case tiff = "TIFF"
  case webp = "WebP"
  case pnm = "Netpbm"
  // Read where the package is built with the trait HEIF.
  case avif = "AVIF"
  case heic = "HEIC"
  // Known, and not read.
  case gif = "GIF"
  case jpeg2000 = "JPEG 2000"
  case jpegXL = "JPEG XL"
  case tga = "TGA"
  case icon = "ICO"
  case photoshop = "Photoshop"
  case openEXR = "OpenEXR"
  case radiance = "Radiance"
  case qoi = "QOI"
  case dds = "DDS"
  case gimp = "GIMP"
  case raw = "camera raw"
  case svg = "SVG"
  case pdf = "PDF"

  /// The kind of a file that begins with these bytes; nil for any other kind.
  /// - Parameter bytes: the file, or its first few hundred bytes.
  public init?(startOfFile bytes: [UInt8]) {
    guard let format = Self.allCases.first(where: { $0.recognizes(bytes) }) else { return nil }
    self = format
  }

  /// Whether this build reads it.
  public var isReadable: Bool { decoder != nil }

  /// The kinds that this build reads, for people: "PNG, JPEG or BMP".
  static var readable: String {
    let names = allCases.filter(\.isReadable).map(\.rawValue)
    return names.dropLast().joined(separator: ", ") + " or " + names.last!
  }

  /// Whether it can hold a photo; documents and drawings cannot.
  var isPicture: Bool { self != .pdf && self != .svg }

  /// What is said of a file of a kind that is not read.
  var refusal: String {
    let name = "\("AIOS".contains(rawValue.first!) ? "an" : "a") \(rawValue)"
    return switch self {
    case .avif, .heic: "\(name) image, which is read after `make build HEIF=1`"
    case .pdf, .svg: "\(name) file, which is not a photo"
    case .raw: "a camera's raw photo, which is not developed here"
    default: "\(name) image, which is not read"
    }
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
}
