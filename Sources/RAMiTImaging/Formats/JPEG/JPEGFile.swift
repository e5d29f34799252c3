import RAMiTCJPEG

/// JPEG images, through libjpeg: gray, or converted to RGB.
struct JPEGFile: ImageDecoder {
  static func recognizes(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0xff, 0xd8]) }

  let bitDepth = 8
  let bytes: [UInt8]
  private let info: cjpeg_info

  init(_ bytes: [UInt8]) throws {
    self.bytes = bytes
    var info = cjpeg_info()
    do {
      try withMessage { cjpeg_read_info(bytes, bytes.count, &info, $0) }
    } catch let error as ImageError {
      throw Self.inPlainWords(error)
    }
    self.info = info
  }

  /// The library's messages for what it was not built for, in plain words.
  private static func inPlainWords(_ error: ImageError) -> ImageError {
    let precision = "Unsupported JPEG data precision ", process = "Unsupported JPEG process: SOF type "
    if error.found.hasPrefix(precision) {
      return ImageError("\(error.found.dropFirst(precision.count)) bits a sample, which are not read")
    }
    guard error.found.hasPrefix(process) else { return error }
    let isLossless = ["0xc3", "0xc7", "0xcb", "0xcf"].contains(error.found.dropFirst(process.count))
    return ImageError("\(isLossless ? "lossless" : "hierarchical") JPEG, which is not read")
  }

  var width: Int { Int(info.width) }
  var height: Int { Int(info.height) }
  var channels: Int { Int(info.channels) }
  var isCMYK: Bool { info.is_cmyk != 0 }

  func decode(notes: inout [String]) throws -> Image { try decode(rows: 0..<height, notes: &notes) }

  func decode(rows: Range<Int>) throws -> Image {
    var notes: [String] = []
    return try decode(rows: rows, notes: &notes)
  }

  private func decode(rows: Range<Int>, notes: inout [String]) throws -> Image {
    var info = info
    var values = [UInt8](repeating: 0, count: width * rows.count * channels)
    var warning = [CChar](repeating: 0, count: Int(cjpeg_message_size))
    try withMessage {
      cjpeg_read_pixels(
        bytes, bytes.count, &info, UInt32(rows.lowerBound), UInt32(rows.count), &values, &warning, $0)
    }
    if warning[0] != 0 { notes.append("an error in its data (\(String(message: warning)))") }
    return Image(width: width, height: rows.count, channels: channels, samples: .uint8(values))
  }

  /// The file of an image; 16 bits become 8.
  /// - Precondition: the image has no alpha.
  static func encode(_ image: Image, _ metadata: ImageMetadata, quality: Int) throws -> [UInt8] {
    precondition(!image.hasAlpha, "a JPEG has no alpha")
    let values: [UInt8]
    switch image.samples {
    case .uint8(let bytes): values = bytes
    case .uint16(let words): values = words.map { UInt8((Int($0) + 128) / 257) }
    }
    var info = cjpeg_info(
      width: UInt32(image.width), height: UInt32(image.height), channels: Int32(image.channels), is_cmyk: 0)
    return adding(metadata, to: try withEncodedFile { cjpeg_write(&info, values, Int32(quality), $0, $1, $2) })
  }
}
