import RAMiTDiagnostics
import RAMiTFiles

/// Image files, told apart by their content (see `ImageFormat`); what is read is upright.
public enum ImageFile {
  /// What messages say a file should be.
  static let expectedKinds = "a \(ImageFormat.readable) image"

  /// The largest file that is read: TIFF's offsets reach no further, and other images are much smaller.
  public static let maximumSize = 4 << 30

  /// The most pixels that are read unless a caller asks for more.
  public static let maximumPixels = 89_478_485

  /// Reads an image.
  /// - Parameter maximumPixels: larger images are refused before memory is allocated for them.
  /// - Throws: `InputError` that names the file.
  public static func read(_ path: String, maximumPixels: Int = Self.maximumPixels) throws -> Image {
    try decode(bytes(path), from: path, maximumPixels: maximumPixels)
  }

  /// Reads an image from a file's bytes.
  /// - Parameters:
  ///   - name: what messages call it; the path, where there is one.
  ///   - maximumPixels: larger images are refused before memory is allocated for them.
  /// - Throws: `InputError` that begins with the name.
  public static func decode(
    _ bytes: [UInt8], from name: String, maximumPixels: Int = Self.maximumPixels
  ) throws -> Image {
    try load(bytes, from: name, maximumPixels: maximumPixels).image
  }

  /// Reads an image with what its file says about it.
  /// - Parameter maximumPixels: larger images are refused before memory is allocated for them.
  /// - Throws: `InputError` that names the file.
  public static func load(_ path: String, maximumPixels: Int = Self.maximumPixels) throws -> LoadedImage {
    try load(bytes(path), from: path, maximumPixels: maximumPixels)
  }

  /// Reads an image with what its file says about it, from the file's bytes.
  /// - Parameters:
  ///   - name: what messages call it; the path, where there is one.
  ///   - maximumPixels: larger images are refused before memory is allocated for them.
  /// - Throws: `InputError` that begins with the name.
  public static func load(
    _ bytes: [UInt8], from name: String, maximumPixels: Int = Self.maximumPixels
  ) throws -> LoadedImage {
    let (file, format) = try header(of: bytes, name, maximumPixels: maximumPixels)
    return try naming(name, format) {
      var notes: [String] = []
      let image = try file.decode(notes: &notes).turned(file.orientation)
      let metadata = file.readMetadata(notes: &notes).checked(for: image, notes: &notes)
      return LoadedImage(image: image, metadata: metadata, format: format, notes: notes)
    }
  }

  /// The size of an image as it is read, upright, from its header.
  /// - Throws: `InputError` that names the file.
  public static func size(_ path: String) throws -> (width: Int, height: Int, channels: Int) {
    try size(bytes(path), from: path)
  }

  /// The size of an image as it is read, upright, from the header in a file's bytes.
  /// - Parameter name: what messages call it.
  /// - Throws: `InputError` that begins with the name.
  public static func size(_ bytes: [UInt8], from name: String) throws -> (width: Int, height: Int, channels: Int) {
    let header = ImageHeader(try header(of: bytes, name).file)
    return (header.width, header.height, header.channels)
  }

  /// What an image's header says, from the file's beginning where that is enough: data sets have gigabytes of files.
  /// - Throws: `InputError` that names the file.
  package static func header(_ path: String) throws -> ImageHeader {
    // Other formats may have what turns the image at the end.
    if let start = try? FileStream.start(of: path, count: longestHeader),
      [.png, .jpeg, .bmp].contains(ImageFormat(startOfFile: start)), let file = try? header(of: start, path).file
    {
      return ImageHeader(file)
    }
    return ImageHeader(try header(of: bytes(path), path).file)
  }

  /// Metadata before a JPEG's frame header or a PNG's pixels is rarely longer.
  private static let longestHeader = 1 << 17

  /// The image files in a folder, without those of the folders in it, in the order of their names' bytes; hidden ones
  /// are left out.
  public static func list(_ folder: String) throws -> [String] {
    try ImageTree(folder, isDeep: false).images.map { folder.appendingPath($0.path) }
  }

  /// Writes a PNG, JPEG or WebP, by the path's ending: first beside the target, then renamed.
  /// - Parameters: see `encode`.
  /// - Returns: what the file could not hold, each a clause for a message; see `LoadedImage.notes`.
  /// - Throws: `InputError` that names the path.
  @discardableResult
  public static func write(
    _ image: Image, metadata: ImageMetadata = ImageMetadata(), to path: String, quality: Int = 95,
    isLossless: Bool = false, background: Color = .white
  ) throws -> [String] {
    var notes: [String] = []
    let bytes = try encode(
      image, metadata: metadata, like: path, quality: quality, isLossless: isLossless, background: background,
      notes: &notes)
    try WholeFile.write(bytes, to: path)
    return notes
  }

  /// The bytes of a PNG, JPEG or WebP.
  /// - Parameters:
  ///   - path: its ending tells the kind; messages begin with it.
  ///   - metadata: goes into the file as far as its kind can hold it and it fits the image; what it says of orientation
  ///     and sizes is made to fit.
  ///   - quality: of a JPEG or WebP, 1 to 100; from 90 on a JPEG's chroma keeps its resolution.
  ///   - isLossless: of a WebP, whose quality is ignored then.
  ///   - background: what shows through a transparent image in a JPEG.
  ///   - notes: gets what the file cannot hold, each a clause for a message; see `LoadedImage.notes`.
  /// - Throws: `InputError` that begins with the path.
  public static func encode(
    _ image: Image, metadata: ImageMetadata = ImageMetadata(), like path: String, quality: Int = 95,
    isLossless: Bool = false, background: Color = .white, notes: inout [String]
  ) throws -> [UInt8] {
    let ending = path.pathEnding
    if image.bitDepth > 8, ending != "png" { notes.append("its 16 bits are rounded to 8") }
    do {
      switch ending {
      case "png": return try PNGFile.encode(image, metadata.checked(for: image, notes: &notes))
      case "jpg", "jpeg":
        if image.isTransparent { notes.append("its transparent parts are laid on \(background)") }
        let flat = image.flattened(onto: background)
        let fitting = metadata.checked(for: flat, notes: &notes)
          .fitting(.jpeg, isGray: flat.channels == 1, notes: &notes)
        return try JPEGFile.encode(flat, fitting, quality: quality)
      case "webp":
        // Gray becomes RGB there.
        var metadata = metadata
        if image.channels < 3 {
          metadata = metadata.checked(for: image, notes: &notes)
          metadata.iccProfile = try metadata.iccProfile.map { try ICCProfile.rgbProfile(from: $0) ?? $0 }
        }
        let fitting = metadata.checked(width: image.width, height: image.height, isGray: false, notes: &notes)
          .fitting(.webp, isGray: false, notes: &notes)
        return try WebPFile.encode(image, fitting, quality: isLossless ? nil : quality)
      default:
        throw InputError(
          path, expected: "a name that ends in .png, .jpg, .jpeg or .webp",
          found: ending.isEmpty ? "no ending" : ".\(ending)")
      }
    } catch let error as ImageError {
      throw InputError(path, expected: "an image that can be encoded", found: error.found)
    }
  }

  /// A PNG's bytes.
  /// - Throws: `InputError` that begins with the name.
  public static func png(
    _ image: Image, metadata: ImageMetadata = ImageMetadata(), named name: String
  ) throws -> [UInt8] {
    do {
      return try PNGFile.encode(image, metadata)
    } catch let error as ImageError {
      throw InputError(name, expected: "an image that can be encoded", found: error.found)
    }
  }

  fileprivate static func bytes(_ path: String) throws -> [UInt8] {
    try WholeFile.read(path, kind: "an image", maximumSize: maximumSize)
  }

  /// Of a header that is believed at all, so that no arithmetic with sizes overflows.
  private static let mostPixels = 1 << 36

  private static func check(_ file: any ImageDecoder, _ name: String, _ maximumPixels: Int) throws {
    let (pixels, overflow) = file.width.multipliedReportingOverflow(by: file.height)
    guard !overflow, pixels <= maximumPixels else {
      throw InputError(
        name, expected: "an image of at most \(maximumPixels) pixels", found: "\(file.width) x \(file.height)")
    }
  }

  /// The file with its header read; it has pixels, and not more than the most.
  fileprivate static func header(
    of bytes: [UInt8], _ name: String, maximumPixels: Int = .max
  ) throws -> (file: any ImageDecoder, format: ImageFormat) {
    guard !bytes.isEmpty else { throw InputError(name, expected: "an image", found: "an empty file") }
    let format = ImageFormat(startOfFile: bytes)
    guard let format, let decoder = format.decoder else {
      throw InputError(
        name, expected: expectedKinds, found: format?.refusal ?? "another kind of file")
    }
    let file = try naming(name, format) { try decoder.init(bytes) }
    guard file.width > 0, file.height > 0 else {
      throw InputError(name, expected: "an image with pixels", found: "\(file.width) x \(file.height)")
    }
    try check(file, name, min(maximumPixels, mostPixels))
    return (file, format)
  }

  /// Faults that `body` finds get the file's name.
  fileprivate static func naming<Value>(
    _ name: String, _ format: ImageFormat, _ body: () throws -> Value
  ) throws -> Value {
    do {
      return try body()
    } catch let error as ImageError {
      throw InputError(name, expected: "a whole \(format.rawValue) image", found: error.found)
    }
  }
}

/// A picture as it was read, upright, with what its file says about it.
public struct LoadedImage: Sendable {
  /// The image is upright, and what the metadata say of orientation and sizes fits it.
  public var image: Image, metadata: ImageMetadata
  /// By the first bytes of the file, not by its name.
  public let format: ImageFormat
  /// What the reader repaired or left out, each a clause for a message: "2 more pages", "the end of the file is
  /// missing".
  public var notes: [String]
}

/// An image file whose header has been read, and whose pixels are decoded when they are asked for.
package struct UndecodedImage {
  /// Upright.
  package let header: ImageHeader
  private let path: String
  private let file: any ImageDecoder
  private let format: ImageFormat
  private let orientation: Symmetry

  /// - Throws: `InputError` that names the file.
  package init(_ path: String, maximumPixels: Int = ImageFile.maximumPixels) throws {
    (file, format) = try ImageFile.header(of: ImageFile.bytes(path), path, maximumPixels: maximumPixels)
    (header, orientation) = (ImageHeader(file), file.orientation)
    self.path = path
  }

  /// These rows of the upright image, from left to right; of some formats only what leads to them is decoded.
  /// - Precondition: the image has the rows.
  /// - Throws: `InputError` that names the file, when it is damaged as far as it was decoded.
  package func rows(_ rows: Range<Int>) throws -> Image {
    try ImageFile.naming(path, format) {
      if orientation == .identity, rows != 0..<header.height { return try file.decode(rows: rows) }
      var notes: [String] = []
      return try file.decode(notes: &notes).turned(orientation).cropped(toRows: rows)
    }
  }
}
