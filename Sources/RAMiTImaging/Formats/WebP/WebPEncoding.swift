import RAMiTCWebP

extension WebPFile {
  /// The longest side of a WebP image.
  static let longestSide = 16383

  /// The file of an image: alpha is kept, gray becomes RGB, 16 bits become 8.
  /// - Parameter quality: 1 to 100; nil for a lossless file.
  /// - Throws: `ImageError`.
  static func encode(_ image: Image, _ metadata: ImageMetadata, quality: Int?) throws -> [UInt8] {
    guard image.width <= longestSide, image.height <= longestSide else {
      throw ImageError("\(image.width) x \(image.height) pixels, and a WebP has at most \(longestSide) a side")
    }
    let colored = image.hasAlpha ? image.opaque.rgb().with(alpha: image.alpha!) : image.rgb()
    let values: [UInt8]
    switch colored.samples {
    case .uint8(let bytes): values = bytes
    case .uint16(let words): values = words.map { UInt8((Int($0) + 128) / 257) }
    }
    var config = WebPConfig()
    var picture = WebPPicture()
    guard WebPConfigInit(&config) != 0, WebPPictureInit(&picture) != 0 else {
      throw ImageError("a libwebp of another version")
    }
    // A lossless file keeps the colours under full transparency too.
    (config.lossless, config.exact) = (quality == nil ? 1 : 0, quality == nil ? 1 : 0)
    config.quality = quality.map { Float(min(max($0, 0), 100)) } ?? 75
    picture.use_argb = quality == nil ? 1 : 0
    picture.width = Int32(image.width)
    picture.height = Int32(image.height)
    defer { WebPPictureFree(&picture) }
    let line = Int32(image.width * colored.channels)
    let imported =
      colored.channels == 4
      ? WebPPictureImportRGBA(&picture, values, line) : WebPPictureImportRGB(&picture, values, line)
    guard imported != 0 else { throw ImageError("an image for which libwebp has no memory") }
    var writer = WebPMemoryWriter()
    WebPMemoryWriterInit(&writer)
    defer { WebPMemoryWriterClear(&writer) }
    let file: [UInt8]? = withUnsafeMutablePointer(to: &writer) { writer in
      picture.writer = WebPMemoryWrite
      picture.custom_ptr = UnsafeMutableRawPointer(writer)
      guard WebPEncode(&config, &picture) != 0 else { return nil }
      return Array(UnsafeBufferPointer(start: writer.pointee.mem, count: writer.pointee.size))
    }
    guard let file else {
      throw ImageError("an image that libwebp does not encode (error \(picture.error_code.rawValue))")
    }
    return WebPChunks(file).file(with: metadata, width: image.width, height: image.height)
  }
}
