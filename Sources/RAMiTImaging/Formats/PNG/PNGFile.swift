import RAMiTCPNG

/// PNG images: palettes and transparency are expanded, depths below 8 bits become 8. `PNGPixels` reads the most common
/// kinds, libpng the others and whatever is damaged.
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
    try checkSize()
    if let image = PNGPixels(chunks)?.image(rows: 0..<height) { return image }
    return try decodeByLibrary(notes: &notes)
  }

  func decode(rows: Range<Int>) throws -> Image {
    try checkSize()
    if let image = PNGPixels(chunks)?.image(rows: rows) { return image }
    var notes: [String] = []
    return try decodeByLibrary(notes: &notes).cropped(toRows: rows)
  }

  private func checkSize() throws {
    // A pixel takes a bit at least, and Deflate packs no more than 1032 bytes into one: a header that promises more is
    // refused before memory is allocated for it.
    guard width * height / (8 * 1032) <= chunks.bytes.count else {
      throw ImageError("\(chunks.bytes.count) bytes for \(width) x \(height) pixels")
    }
  }

  /// Slower, and for every file: also what is left of a damaged one.
  func decodeByLibrary(notes: inout [String]) throws -> Image {
    let count = width * height * channels
    let samples: Image.Samples
    if bitDepth == 16 {
      var values = [UInt16](repeating: 0, count: count)
      try values.withUnsafeMutableBytes { values in
        try read(into: values.assumingMemoryBound(to: UInt8.self).baseAddress!, notes: &notes)
      }
      samples = .uint16(values)
    } else {
      var values = [UInt8](repeating: 0, count: count)
      try values.withUnsafeMutableBufferPointer { try read(into: $0.baseAddress!, notes: &notes) }
      samples = .uint8(values)
    }
    return Image(width: width, height: height, channels: channels, samples: samples)
  }

  private func read(into pixels: UnsafeMutablePointer<UInt8>, notes: inout [String]) throws {
    let (file, isIntact) = chunks.picture
    var info = info
    var warning = [CChar](repeating: 0, count: Int(cpng_message_size))
    try withMessage { cpng_read_pixels(file, file.count, &info, pixels, &warning, $0) }
    let text = String(message: warning)
    guard isIntact || text.isEmpty else { throw ImageError("damaged pixels (IDAT: CRC error, \(text))") }
    if !isIntact {
      notes.append("a checksum of the pixels is wrong")
    } else if !text.isEmpty, !chunks.endsEarly {
      notes.append("an error behind the pixels (\(text))")
    }
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
