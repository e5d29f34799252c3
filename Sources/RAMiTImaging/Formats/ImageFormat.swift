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
}
