import RAMiTCWebP

/// WebP images, through libwebp: lossy or lossless, with or without alpha; of an animation the first frame.
struct WebPFile: ImageDecoder {
  static func recognizes(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 12 && bytes.starts(with: "RIFF".utf8) && bytes[8..<12].elementsEqual("WEBP".utf8)
  }

  let width, height, channels: Int
  let bitDepth = 8
  let metadata: ImageMetadata
  private let bytes: [UInt8]
  private let isAnimated, isLossless: Bool

  init(_ bytes: [UInt8]) throws {
    self.bytes = bytes
    var features = WebPBitstreamFeatures()
    let status = WebPGetFeatures(bytes, bytes.count, &features)
    guard status == VP8_STATUS_OK else {
      throw ImageError(
        status == VP8_STATUS_NOT_ENOUGH_DATA ? "a file that ends early" : "a header that libwebp refuses")
    }
    width = Int(features.width)
    height = Int(features.height)
    isAnimated = features.has_animation != 0
    isLossless = features.format == 2
    channels = features.has_alpha != 0 ? 4 : 3
    let chunks = WebPChunks(bytes)
    var metadata = ImageMetadata()
    metadata.iccProfile = chunks.iccProfile
    metadata.exif = chunks.exif
    metadata.xmp = chunks.xmp
    self.metadata = metadata
  }

  func decode(notes: inout [String]) throws -> Image {
    // For lossless files and animations libwebp takes four bytes a pixel of its own, or more.
    try refuseBomb(perPixel: channels + (isAnimated ? 8 : isLossless ? 4 : 0), of: bytes.count)
    let count = width * height * channels
    if isAnimated { return try firstFrame(notes: &notes) }
    let line = Int32(width * channels)
    let values = [UInt8](unsafeUninitializedCapacity: count) { values, initialized in
      let start = values.baseAddress!
      let result =
        channels == 4
        ? WebPDecodeRGBAInto(bytes, bytes.count, start, count, line)
        : WebPDecodeRGBInto(bytes, bytes.count, start, count, line)
      initialized = result == nil ? 0 : count
    }
    guard values.count == count else { throw ImageError("pixels that are damaged or cut short") }
    return Image(width: width, height: height, channels: channels, samples: .uint8(values))
  }

  /// The canvas after the first frame is drawn.
  private func firstFrame(notes: inout [String]) throws -> Image {
    try bytes.withUnsafeBufferPointer { bytes in
      var data = WebPData(bytes: bytes.baseAddress, size: bytes.count)
      guard let decoder = WebPAnimDecoderNew(&data, nil) else { throw ImageError("an animation that is damaged") }
      defer { WebPAnimDecoderDelete(decoder) }
      var info = WebPAnimInfo()
      var canvas: UnsafeMutablePointer<UInt8>?
      var time: Int32 = 0
      guard WebPAnimDecoderGetInfo(decoder, &info) != 0, WebPAnimDecoderGetNext(decoder, &canvas, &time) != 0,
        let canvas, info.canvas_width == width, info.canvas_height == height
      else { throw ImageError("an animation whose first frame is damaged") }
      if info.frame_count > 1 {
        notes.append(info.frame_count == 2 ? "another frame left out" : "\(info.frame_count - 1) other frames left out")
      }
      let image = Image(
        width: width, height: height, channels: 4,
        samples: .uint8(Array(UnsafeBufferPointer(start: canvas, count: 4 * width * height))))
      return channels == 4 ? image : image.opaque
    }
  }
}
