/// The run-length codes of bitmaps: RLE8, RLE4 and OS/2's RLE24. Pixels that no run covers are 0.
struct BMPRuns {
  let width, height: Int
  /// Of an index, 4 or 8; of RLE24, 24.
  let bits: Int
  /// Bytes of an expanded pixel.
  let size: Int

  /// Bytes of an expanded row.
  var line: Int { width * size }

  /// The rows in the order of the file.
  /// - Throws: `ImageError` when the file ends before the picture does.
  func expand(_ bytes: [UInt8], from start: Int) throws -> ArraySlice<UInt8> {
    var values = [UInt8](repeating: 0, count: line * height)
    var place = start, x = 0, y = 0
    func next(_ count: Int) throws -> Range<Int> {
      guard place >= 0, count <= bytes.count - place else {
        throw ImageError("runs that end in row \(y + 1) of \(height)")
      }
      defer { place += count }
      return place..<place + count
    }
    /// Sets the next pixels from `pixel(i)`; what reaches beyond the row is dropped.
    func set(_ count: Int, _ pixel: (_ index: Int, _ byte: Int) -> UInt8) {
      if y < height {
        for i in 0..<max(min(count, width - x), 0) {
          for byte in 0..<size { values[(y * width + x + i) * size + byte] = pixel(i, byte) }
        }
      }
      x += count
    }
    func nibble(_ byte: UInt8, _ index: Int) -> UInt8 { index % 2 == 0 ? byte >> 4 : byte & 15 }
    while y < height {
      // The last row need not be ended.
      if y == height - 1, x >= width, place >= bytes.count - 1 { break }
      let code = try next(2)
      let count = Int(bytes[code.lowerBound]), second = bytes[code.lowerBound + 1]
      switch (count, second) {
      case (0, 0): (x, y) = (0, y + 1)
      case (0, 1): return values[...]
      case (0, 2):
        let step = try next(2)
        x += Int(bytes[step.lowerBound])
        y += Int(bytes[step.lowerBound + 1])
      case (0, _):
        // Pixels as they are, padded to an even number of bytes.
        let count = Int(second)
        let stored = bits == 4 ? (count + 1) / 2 : count * size
        let pixels = try next(stored)
        if stored % 2 == 1, place < bytes.count { place += 1 }
        set(count) { index, byte in
          bits == 4
            ? nibble(bytes[pixels.lowerBound + index / 2], index) : bytes[pixels.lowerBound + index * size + byte]
        }
      default:
        if size == 3 {
          place -= 1
          let pixel = try next(3)
          set(count) { _, byte in bytes[pixel.lowerBound + byte] }
        } else {
          set(count) { index, _ in bits == 4 ? nibble(second, index) : second }
        }
      }
    }
    return values[...]
  }
}
