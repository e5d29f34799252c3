import CPNG

/// PNG images, through libpng: palettes and transparency are expanded, depths below 8 bits become 8.
struct PNGFile: ImageDecoder {
  static let format = ImageFormat.png
  static func recognizes(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x89, 0x50, 0x4e, 0x47]) }

  private let bytes: [UInt8]
  private let info: cpng_info

  init(_ bytes: [UInt8]) throws {
    self.bytes = bytes
    var info = cpng_info()
    try withMessage { cpng_read_info(bytes, bytes.count, &info, $0) }
    self.info = info
  }

  var width: Int { Int(info.width) }
  var height: Int { Int(info.height) }
  var channels: Int { Int(info.channels) }
  var bitDepth: Int { Int(info.depth) }

  /// From the eXIf chunk, which may stand before or after the pixels.
  var orientation: Orientation {
    let reader = ByteReader(bytes, .big)
    var place = 8
    while let size = try? reader.uint32(place), let start = try? reader.range(place + 4, count: 4).lowerBound,
      let data = try? reader.range(place + 8, count: size)
    {
      if bytes[start..<start + 4].elementsEqual("eXIf".utf8) { return Orientation(exif: Array(bytes[data])) }
      place = data.upperBound + 4
    }
    return .upright
  }

  func decode(notes: inout [String]) throws -> Image {
    // A pixel takes a bit at least, and Deflate packs no more than 1032 bytes into one: a header that promises more is
    // refused before memory is taken for it.
    guard width * height / (8 * 1032) <= bytes.count else {
      throw ImageFault("\(bytes.count) bytes for \(width) x \(height) pixels")
    }
    let count = width * height * channels
    var info = info
    if bitDepth == 16 {
      var values = [UInt16](repeating: 0, count: count)
      try values.withUnsafeMutableBytes { values in
        try withMessage {
          cpng_read_pixels(bytes, bytes.count, &info, values.assumingMemoryBound(to: UInt8.self).baseAddress, $0)
        }
      }
      return Image(width: width, height: height, channels: channels, samples: .uint16(values))
    }
    var values = [UInt8](repeating: 0, count: count)
    try withMessage { cpng_read_pixels(bytes, bytes.count, &info, &values, $0) }
    return Image(width: width, height: height, channels: channels, samples: .uint8(values))
  }

  /// The file of an image, of 8 or 16 bits as the image is.
  static func encode(_ image: Image, _ metadata: ImageMetadata) throws -> [UInt8] {
    var info = cpng_info(
      width: UInt32(image.width), height: UInt32(image.height), channels: Int32(image.channels),
      depth: Int32(image.bitDepth))
    return try withEncodedFile { file, size, message in
      switch image.samples {
      case .uint8(let values): cpng_write(&info, values, file, size, message)
      case .uint16(let values):
        values.withUnsafeBytes {
          cpng_write(&info, $0.assumingMemoryBound(to: UInt8.self).baseAddress, file, size, message)
        }
      }
    }
  }
}
