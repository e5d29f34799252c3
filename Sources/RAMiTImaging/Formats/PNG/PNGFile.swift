import RAMiTCPNG

/// PNG images, through libpng: palettes and transparency are expanded, depths below 8 bits become 8.
struct PNGFile: ImageDecoder {
  static func recognizes(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x89, 0x50, 0x4e, 0x47]) }

  let chunks: PNGChunks
  private let info: cpng_info

  init(_ bytes: [UInt8]) throws {
    chunks = try PNGChunks(bytes)
    var info = cpng_info()
    let header = chunks.header
    try withMessage { cpng_read_info(header, header.count, &info, $0) }
    self.info = info
  }

  var width: Int { Int(info.width) }
  var height: Int { Int(info.height) }
  var channels: Int { Int(info.channels) }
  var bitDepth: Int { Int(info.depth) }

  func decode(notes: inout [String]) throws -> Image {
    let (file, isIntact) = chunks.picture
    let (image, warning) = try read(0..<height, of: file)
    guard isIntact || warning.isEmpty else { throw ImageError("damaged pixels (IDAT: CRC error, \(warning))") }
    if !isIntact {
      notes.append("a checksum of the pixels is wrong")
    } else if !warning.isEmpty, !chunks.endsEarly {
      notes.append("an error behind the pixels (\(warning))")
    }
    return image
  }

  func decode(rows: Range<Int>) throws -> Image {
    let (file, isIntact) = chunks.picture
    // With a wrong checksum only zlib's, at the end of all pixels, can tell what is damaged.
    if chunks.isInterlaced || !isIntact {
      var notes: [String] = []
      return try decode(notes: &notes).cropped(toRows: rows)
    }
    return try read(rows, of: file).image
  }

  /// - Returns: and what is wrong behind all rows.
  private func read(_ rows: Range<Int>, of file: [UInt8]) throws -> (image: Image, warning: String) {
    // A pixel takes a bit at least, and Deflate packs no more than 1032 bytes into one: a header that promises more is
    // refused before memory is allocated for it.
    guard width * height / (8 * 1032) <= chunks.bytes.count else {
      throw ImageError("\(chunks.bytes.count) bytes for \(width) x \(height) pixels")
    }
    var info = info
    var warning = [CChar](repeating: 0, count: Int(cpng_message_size))
    func read(into pixels: UnsafeMutableRawBufferPointer) throws {
      let pixels = pixels.assumingMemoryBound(to: UInt8.self).baseAddress
      try withMessage {
        cpng_read_pixels(
          file, file.count, &info, UInt32(rows.lowerBound), UInt32(rows.count), pixels, &warning, $0)
      }
    }
    let count = width * rows.count * channels
    let samples: Image.Samples
    if bitDepth == 16 {
      var values = [UInt16](repeating: 0, count: count)
      try values.withUnsafeMutableBytes(read)
      samples = .uint16(values)
    } else {
      var values = [UInt8](repeating: 0, count: count)
      try values.withUnsafeMutableBytes(read)
      samples = .uint8(values)
    }
    let image = Image(width: width, height: rows.count, channels: channels, samples: samples)
    return (image, String(message: warning))
  }

  /// The file of an image, of 8 or 16 bits as the image is.
  static func encode(_ image: Image, _ metadata: ImageMetadata) throws -> [UInt8] {
    var info = cpng_info(
      width: UInt32(image.width), height: UInt32(image.height), channels: Int32(image.channels),
      depth: Int32(image.bitDepth))
    let file = try withEncodedFile { file, size, message in
      switch image.samples {
      case .uint8(let values): cpng_write(&info, values, file, size, message)
      case .uint16(let values):
        values.withUnsafeBytes {
          cpng_write(&info, $0.assumingMemoryBound(to: UInt8.self).baseAddress, file, size, message)
        }
      }
    }
    return try adding(metadata, to: file)
  }
}
