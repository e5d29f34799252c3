import RAMiTImaging

/// Small images of all kinds, as the project writes them.
enum ImageSeeds {
  static func written(as ending: String) throws -> [[UInt8]] {
    var files: [[UInt8]] = []
    for channels in 1...4 {
      for (width, height, isDeep, isLossless) in [(7, 5, false, true), (16, 16, false, false), (1, 3, true, true)] {
        var notes: [String] = []
        let picture = image(width, height, channels, isDeep: isDeep)
        files.append(
          try ImageFile.encode(
            picture, metadata: metadata, like: "seed." + ending, quality: 30, isLossless: isLossless, notes: &notes))
      }
    }
    return files
  }

  private static func image(_ width: Int, _ height: Int, _ channels: Int, isDeep: Bool) -> Image {
    let values = (0..<width * height * channels).map { 37 * $0 % 251 }
    return Image(
      width: width, height: height, channels: channels,
      samples: isDeep ? .uint16(values.map { UInt16(257 * $0) }) : .uint8(values.map { UInt8($0) }))
  }

  private static var metadata: ImageMetadata {
    var metadata = ImageMetadata()
    metadata.text = [.init(keyword: "Comment", value: "a seed", language: "")]
    // One entry: the orientation.
    metadata.exif = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0]
    metadata.xmp = Array("<x:xmpmeta xmlns:x='adobe:ns:meta/'></x:xmpmeta>".utf8)
    return metadata
  }
}
