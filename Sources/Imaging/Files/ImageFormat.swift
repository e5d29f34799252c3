/// The kinds of image files that are told apart by content.
public enum ImageFormat: String, CaseIterable, Sendable {
  case png = "PNG"
  case jpeg = "JPEG"
  case bmp = "BMP"
  case tiff = "TIFF"

  /// The kind of a file that begins with these bytes; nil for any other kind.
  public init?(startOfFile bytes: [UInt8]) {
    guard let format = Self.allCases.first(where: { $0.decoder.recognizes(bytes) }) else { return nil }
    self = format
  }

  var decoder: any ImageDecoder.Type {
    switch self {
    case .png: PNGFile.self
    case .jpeg: JPEGFile.self
    case .bmp: BMPFile.self
    case .tiff: TIFFFile.self
    }
  }
}
