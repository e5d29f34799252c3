/// Restores the rows of a PNG, which are stored as differences from their neighbours (PNG specification, section 9).
enum PNGFilter {
  /// Bytes that are read behind a row and its neighbours, and written behind a restored row: pixels are moved in words.
  static let margin = 8

  /// The bytes of a pixel; what follows them is in the other lanes.
  private typealias Pixel = SIMD8<Int16>

  /// - Parameters:
  ///   - row: as it is stored, behind the byte that tells the filter.
  ///   - above: the row before it, restored; zeros before the first.
  ///   - count: bytes of a row.
  ///   - size: bytes of a pixel, 1 to 8.
  /// - Returns: false for a filter that does not exist.
  static func restore(
    _ row: UnsafePointer<UInt8>, above: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>,
    count: Int, pixel size: Int
  ) -> Bool {
    switch row[-1] {
    case 0: target.update(from: row, count: count)
    case 1: eachPixel(row, above, target, count, size) { left, _, _ in left }
    case 2: for i in 0..<count { target[i] = row[i] &+ above[i] }
    case 3: eachPixel(row, above, target, count, size) { left, top, _ in (left &+ top) &>> 1 }
    case 4: eachPixel(row, above, target, count, size, nearest)
    default: return false
    }
    return true
  }

  /// Paeth's predictor: of the three neighbours the one nearest to left + top - corner.
  ///
  /// With 3 corner - left - top as a threshold: the larger of left and top where the smaller is not below it, the
  /// smaller where it is not below the larger, and the corner between them: few steps from one pixel to the next.
  @inline(__always) private static func nearest(_ left: Pixel, _ top: Pixel, _ corner: Pixel) -> Pixel {
    let smaller = pointwiseMin(left, top), larger = pointwiseMax(left, top)
    let threshold = corner &* 3 &- top &- left
    // A difference's sign, shifted over all its bits, chooses between two numbers.
    let isBelow = (threshold &- larger) &>> 15, isAbove = (smaller &- threshold) &>> 15
    let middle = smaller ^ (smaller ^ corner) & isBelow
    return larger ^ (larger ^ middle) & isAbove
  }

  /// From left to right. The lanes behind a pixel's bytes are overwritten by the next pixel.
  @inline(__always)
  private static func eachPixel(
    _ row: UnsafePointer<UInt8>, _ above: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>, _ count: Int,
    _ size: Int, _ predict: (_ left: Pixel, _ top: Pixel, _ corner: Pixel) -> Pixel
  ) {
    var left = Pixel.zero, corner = Pixel.zero
    var place = 0
    while place < count {
      let top = load(above + place)
      left = (load(row + place) &+ predict(left, top, corner)) & 0xff
      store(left, target + place)
      corner = top
      place &+= size
    }
  }

  /// Two rows at once whose filter is Paeth's, the second a pixel behind the first: a pixel waits for its left one, and
  /// the processor has the other row to work on meanwhile.
  /// - Parameters: see `restore`; both rows go to `target`, one after the other.
  /// - Returns: false for other filters and narrow rows, which are not restored.
  static func restoreTwo(
    _ row: UnsafePointer<UInt8>, _ second: UnsafePointer<UInt8>, above: UnsafePointer<UInt8>,
    to target: UnsafeMutablePointer<UInt8>, count: Int, pixel size: Int
  ) -> Bool {
    guard row[-1] == 4, second[-1] == 4, count >= 8 * margin else { return false }
    let below = target + count
    var corner = load(above)
    var left = (load(row) &+ nearest(.zero, corner, .zero)) & 0xff
    store(left, target)
    var belowLeft = Pixel.zero, belowCorner = Pixel.zero
    @inline(__always) func restore(from start: Int, to end: Int) -> Int {
      var place = start
      while place < end {
        let top = load(above + place)
        let pixel = (load(row + place) &+ nearest(left, top, corner)) & 0xff
        store(pixel, target + place)
        belowLeft = (load(second + place - size) &+ nearest(belowLeft, left, belowCorner)) & 0xff
        store(belowLeft, below + place - size)
        (belowCorner, left, corner) = (left, pixel, top)
        place &+= size
      }
      return place
    }
    // The last pixels of the first row reach into the second, whose first ones are already there.
    let rest = restore(from: size, to: count - margin)
    let start = UnsafeRawPointer(below).loadUnaligned(as: UInt64.self)
    _ = restore(from: rest, to: count)
    UnsafeMutableRawPointer(below).storeBytes(of: start, as: UInt64.self)
    store((load(second + count - size) &+ nearest(belowLeft, left, belowCorner)) & 0xff, below + count - size)
    return true
  }

  @inline(__always) private static func load(_ bytes: UnsafePointer<UInt8>) -> Pixel {
    Pixel(truncatingIfNeeded: UnsafeRawPointer(bytes).loadUnaligned(as: SIMD8<UInt8>.self))
  }

  @inline(__always) private static func store(_ pixel: Pixel, _ bytes: UnsafeMutablePointer<UInt8>) {
    UnsafeMutableRawPointer(bytes).storeBytes(of: SIMD8<UInt8>(truncatingIfNeeded: pixel), as: SIMD8<UInt8>.self)
  }
}
