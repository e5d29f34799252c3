/// The chunks of a WebP file (RIFF); some of them hold no pixels.
struct WebPChunks {
  private var chunks: [(name: String, data: ArraySlice<UInt8>)] = []

  /// As many chunks as are whole.
  init(_ bytes: [UInt8]) {
    let reader = ByteReader(bytes, .little)
    var place = 12
    while let size = try? reader.uint32(place + 4), let data = try? reader.range(place + 8, count: size) {
      chunks.append((String(decoding: bytes[place..<place + 4], as: UTF8.self), bytes[data]))
      place = data.upperBound + size % 2
    }
  }

  private func data(_ name: String) -> [UInt8]? { chunks.first { $0.name == name }.map { Array($0.data) } }

  var iccProfile: [UInt8]? { data("ICCP") }
  var xmp: [UInt8]? { data("XMP ") }

  /// Some writers put before it what precedes it in a JPEG.
  var exif: [UInt8]? {
    let prefix = Array("Exif".utf8) + [0, 0]
    return data("EXIF").map { $0.starts(with: prefix) ? Array($0.dropFirst(prefix.count)) : $0 }
  }

  /// A file of these pixels with what the metadata say, in the extended form of WebP where they say anything.
  func file(with metadata: ImageMetadata, width: Int, height: Int) -> [UInt8] {
    let pixels = chunks.filter { ["VP8 ", "VP8L", "ALPH"].contains($0.name) }
    var hasAlpha = pixels.contains { $0.name == "ALPH" }
    if let header = data("VP8X")?.first { hasAlpha = hasAlpha || header & 0x10 != 0 }
    // VP8L: a signature, two sides of 14 bits, and a bit for alpha.
    if let lossless = data("VP8L"), lossless.count > 4 { hasAlpha = hasAlpha || lossless[4] & 0x10 != 0 }
    var flags = hasAlpha ? 0x10 : 0
    if metadata.iccProfile != nil { flags |= 0x20 }
    if metadata.exif != nil { flags |= 0x08 }
    if metadata.xmp != nil { flags |= 0x04 }
    var body = Array("WEBP".utf8)
    func append(_ name: String, _ data: some Collection<UInt8>) {
      body += Array(name.utf8) + Self.little(data.count, 4) + data
      if data.count % 2 == 1 { body.append(0) }
    }
    if flags & ~0x10 != 0 || data("VP8X") != nil {
      append("VP8X", [UInt8(flags), 0, 0, 0] + Self.little(width - 1, 3) + Self.little(height - 1, 3))
    }
    if let profile = metadata.iccProfile { append("ICCP", profile) }
    for chunk in pixels { append(chunk.name, chunk.data) }
    if let exif = metadata.exif { append("EXIF", exif) }
    if let xmp = metadata.xmp { append("XMP ", xmp) }
    return Array("RIFF".utf8) + Self.little(body.count, 4) + body
  }

  private static func little(_ value: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
