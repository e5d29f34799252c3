/// What a file says about its picture beside the pixels: how the colours are meant, how large it is printed, who took
/// it and when.
///
/// Blocks are kept as bytes, checked only as far as carrying them over needs.
public struct ImageMetadata: Equatable, Sendable {
  /// An ICC profile: PNG's iCCP (inflated), JPEG's APP2 segments (joined), TIFF's tag 34675, WebP's ICCP.
  public var iccProfile: [UInt8]?
  /// PNG's colour chunks. They hold for a picture without a profile.
  public var colorSpace = ColorSpace()
  /// An EXIF block: a small TIFF file, without the "Exif" that precedes it in JPEG.
  public var exif: [UInt8]?
  /// An XMP packet: XML.
  public var xmp: [UInt8]?
  /// Nil where the file does not tell how large it is printed.
  public var density: Density?
  /// Comments: PNG's text chunks, JPEG's COM segments (keyword "Comment").
  public var text: [Text] = []

  /// Says nothing: a file without metadata.
  public init() {}

  /// The most bytes that a block is carried over with.
  static let maximumBlock = 16 << 20

  /// What PNG says of colours in chunks of its own (PNG specification, third edition, section 11.3.2), as the chunks
  /// hold it.
  public struct ColorSpace: Equatable, Sendable {
    /// gAMA: 100,000 times the exponent that encoded the samples.
    public var gamma: UInt32?
    /// cHRM: 100,000 times x and y of white, red, green and blue.
    public var chromaticities: [UInt32]?
    /// sRGB: the rendering intent, 0 to 3.
    public var sRGBIntent: UInt8?
    /// cICP: primaries, transfer function, matrix and full range (ITU-T H.273).
    public var codePoints: [UInt8]?
    /// mDCV: the mastering display, 24 bytes.
    public var masteringDisplay: [UInt8]?
    /// cLLI: the light level of the content, 8 bytes.
    public var contentLight: [UInt8]?

    package init() {}
  }

  /// Pixels for a unit of length.
  public struct Density: Equatable, Sendable {
    /// The length that `x` and `y` count pixels in.
    public enum Unit: Sendable { case inch, centimetre, none }
    public var x, y: Double
    /// With none, x and y only give the shape of a pixel.
    public var unit: Unit

    package init(x: Double, y: Double, unit: Unit) {
      (self.x, self.y, self.unit) = (x, y, unit)
    }
  }

  /// A comment of a picture.
  public struct Text: Equatable, Sendable {
    /// "Author", "Description", "Copyright" and so on (PNG specification, section 11.3.3.1).
    public var keyword, value: String
    /// A language tag (RFC 3066); empty where there is none.
    public var language: String

    package init(keyword: String, value: String, language: String = "") {
      (self.keyword, self.value, self.language) = (keyword, value, language)
    }
  }
}
