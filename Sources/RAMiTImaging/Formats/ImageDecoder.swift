/// A file format's reader: the header when it is made, the pixels when they are asked for.
protocol ImageDecoder {
  /// Whether a file that begins like this is of the format.
  static func recognizes(_ bytes: [UInt8]) -> Bool

  /// Reads the header.
  /// - Throws: `ImageError`.
  init(_ bytes: [UInt8]) throws

  /// As they are stored, before the orientation.
  var width: Int { get }
  var height: Int { get }
  /// Of the decoded image: 1 to 4.
  var channels: Int { get }
  /// 8 or 16, of the decoded image.
  var bitDepth: Int { get }
  var orientation: Symmetry { get }
  /// As it is stored: orientation and sizes in it are those of the file.
  var metadata: ImageMetadata { get }
  /// The metadata, with notes on what was left out; by default `metadata`, without notes.
  /// - Parameter notes: see `LoadedImage.notes`.
  func readMetadata(notes: inout [String]) -> ImageMetadata

  /// - Parameter notes: gets what was repaired or left out; see `LoadedImage.notes`.
  /// - Precondition: the sizes have been checked.
  /// - Throws: `ImageError`.
  func decode(notes: inout [String]) throws -> Image

  /// These rows as they are stored, from left to right. What lies below them may be damaged unnoticed.
  /// - Precondition: the sizes have been checked, and the image has the rows.
  /// - Throws: `ImageError`.
  func decode(rows: Range<Int>) throws -> Image
}

extension ImageDecoder {
  var metadata: ImageMetadata { ImageMetadata() }
  func readMetadata(notes: inout [String]) -> ImageMetadata { metadata }

  func decode(rows: Range<Int>) throws -> Image {
    var notes: [String] = []
    return try decode(notes: &notes).cropped(toRows: rows)
  }

  /// EXIF counts before XMP.
  var orientation: Symmetry {
    var notes: [String] = []
    let metadata = readMetadata(notes: &notes)
    return Symmetry(exif: metadata.exif, xmp: metadata.xmp)
  }

  /// Refuses a small file that promises a picture of hundreds of megabytes: a bomb, far more likely than a photo.
  /// - Parameters:
  ///   - perPixel: the bytes that decoding takes for a pixel, without those of turning the image.
  ///   - more: the bytes that it takes beside those.
  ///   - size: of the file, in bytes.
  /// - Throws: `ImageError`.
  func refuseBomb(perPixel: Int, more: Int = 0, of size: Int) throws {
    let turning = orientation == .identity ? 0 : channels * bitDepth / 8
    guard width * height * (perPixel + turning) + more <= 384 * max(size, 1 << 20) else {
      throw ImageError("\(size) bytes for \(width) x \(height) pixels")
    }
  }
}
