import CJPEG

/// JPEG images, through libjpeg: gray, or converted to RGB.
struct JPEGFile: ImageDecoder {
  static let format = ImageFormat.jpeg
  static func recognizes(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0xff, 0xd8]) }

  let bitDepth = 8
  private let bytes: [UInt8]
  private let info: cjpeg_info

  init(_ bytes: [UInt8]) throws {
    self.bytes = bytes
    var info = cjpeg_info()
    try withMessage { cjpeg_read_info(bytes, bytes.count, &info, $0) }
    self.info = info
  }

  var width: Int { Int(info.width) }
  var height: Int { Int(info.height) }
  var channels: Int { Int(info.channels) }

  /// From the EXIF block in an APP1 segment.
  var orientation: Orientation {
    let reader = ByteReader(bytes, .big)
    var place = 2
    // Segments follow one another until the compressed data begins (SOS).
    while let marker = try? reader.uint16(place), marker >= 0xff00, marker != 0xffda, marker != 0xffd9 {
      if marker == 0xffff {  // a fill byte
        place += 1
        continue
      }
      guard let size = try? reader.uint16(place + 2), let data = try? reader.range(place + 4, count: size - 2) else {
        break
      }
      if marker == 0xffe1, bytes[data].starts(with: Array("Exif".utf8) + [0, 0]) {
        return Orientation(exif: Array(bytes[data].dropFirst(6)))
      }
      place = data.upperBound
    }
    return .upright
  }

  func decode(notes: inout [String]) throws -> Image {
    var info = info
    var values = [UInt8](repeating: 0, count: width * height * channels)
    try withMessage { cjpeg_read_pixels(bytes, bytes.count, &info, &values, $0) }
    return Image(width: width, height: height, channels: channels, samples: .uint8(values))
  }

  /// The file of an image; alpha is dropped, and 16 bits become 8.
  static func encode(_ image: Image, _ metadata: ImageMetadata, quality: Int) throws -> [UInt8] {
    let flat = image.channels <= 2 ? image.grayscale() : image.rgb()
    let values: [UInt8]
    switch flat.samples {
    case .uint8(let bytes): values = bytes
    case .uint16(let words): values = words.map { UInt8((Int($0) + 128) / 257) }
    }
    var info = cjpeg_info(width: UInt32(flat.width), height: UInt32(flat.height), channels: Int32(flat.channels))
    return try withEncodedFile { cjpeg_write(&info, values, Int32(quality), $0, $1, $2) }
  }
}
