/// The colours of a bitmap's indices. What lies beyond the stored ones is black.
struct BMPPalette {
  /// Red, green and blue of all 256 indices.
  let colors: [UInt8]
  /// The colours that are stored are all gray.
  let isGray: Bool
  /// Bytes of the palette by the header.
  let storedSize: Int

  /// - Parameters:
  ///   - start: of the palette in the file.
  ///   - pixels: of the pixels, which end a palette that would reach beyond them; not larger than `start` when it is
  /// not known.
  ///   - count: by the header; 0 for as many as the bits can number.
  ///   - size: bytes a colour: blue, green, red and perhaps one more.
  init(_ bytes: [UInt8], at start: Int, before pixels: Int, count: Int, bits: Int, size: Int) {
    let wanted = count == 0 ? 1 << bits : count
    storedSize = wanted * size
    let end = pixels > start ? min(pixels, bytes.count) : bytes.count
    let stored = min(wanted, 256, max(end - start, 0) / size)
    var colors = [UInt8](repeating: 0, count: 3 * 256)
    var isGray = true
    for index in 0..<stored {
      let place = start + size * index
      let (blue, green, red) = (bytes[place], bytes[place + 1], bytes[place + 2])
      (colors[3 * index], colors[3 * index + 1], colors[3 * index + 2]) = (red, green, blue)
      isGray = isGray && red == green && green == blue
    }
    (self.colors, self.isGray) = (colors, isGray)
  }
}
