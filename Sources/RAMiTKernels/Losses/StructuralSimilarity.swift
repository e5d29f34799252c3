import Foundation
import RAMiTParallel

/// Structural similarity of two feature maps N x H x W x C, channel by channel, under a Gaussian window of 11 x 11 with
/// a deviation of 1.5, where the window lies in the map (Wang et al., "Image Quality Assessment: From Error Visibility
/// to Structural Similarity", 2004).
///
/// In double precision: variances are small differences of large numbers. Pieces are bands of rows, with all they need
/// in cache.
package struct StructuralSimilarity: Sendable {
  /// The side of the window.
  package static let window = 11

  let images: Int
  let height: Int
  let width: Int
  let channels: Int
  let c1: Double
  let c2: Double
  private let taps: [Double]

  /// Rows of one piece of work.
  private static let band = 32

  /// - Parameter dataRange: the distance of the largest possible value from the smallest.
  /// - Precondition: no side is shorter than the window.
  package init(images: Int, height: Int, width: Int, channels: Int, dataRange: Double) {
    precondition(height >= Self.window && width >= Self.window, "\(height) x \(width) has no room for the window")
    self.images = images
    self.height = height
    self.width = width
    self.channels = channels
    c1 = 0.01 * 0.01 * dataRange * dataRange
    c2 = 0.03 * 0.03 * dataRange * dataRange
    let bell = (0..<Self.window).map { (place: Int) -> Double in
      let distance = Double(place - 5)
      return exp(-distance * distance / 4.5)
    }
    let total = bell.reduce(0, +)
    taps = bell.map { $0 / total }
  }

  private var margin: Int { Self.window - 1 }
  private var rowSize: Int { width * channels }
  private var outHeight: Int { height - margin }
  private var outRowSize: Int { (width - margin) * channels }
  /// The places of the window, over all images and channels.
  package var count: Int { images * outHeight * outRowSize }

  /// The sum of the similarity over all places of the window, in a fixed order.
  package func sum(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>) -> Double {
    let bands = (outHeight + Self.band - 1) / Self.band
    var sums = [Double](repeating: 0, count: images * bands)
    sums.withUnsafeMutableBufferPointer { sums in
      nonisolated(unsafe) let sums = sums
      parallelFor(images * bands) { piece, _ in
        let (image, band) = piece.quotientAndRemainder(dividingBy: bands)
        let start = image &* height &* rowSize
        let rows = band &* Self.band..<min(outHeight, (band &+ 1) &* Self.band)
        var total = 0.0
        forEachRow(x + start, y + start, rows) { _, means in
          for i in 0..<outRowSize { total += terms(means, i).similarity }
        }
        sums[piece] = total
      }
    }
    return sums.reduce(0, +)
  }

  /// The gradient of factor * sum with respect to x; overwrites dx, or adds to it.
  package func backward(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, times factor: Double, _ dx: UnsafeMutablePointer<Float>,
    accumulate: Bool
  ) {
    let bands = (height + Self.band - 1) / Self.band
    parallelFor(images * bands) { piece, _ in
      let (image, band) = piece.quotientAndRemainder(dividingBy: bands)
      let start = image &* height &* rowSize
      let rows = band &* Self.band..<min(height, (band &+ 1) &* Self.band)
      backwardBand(x + start, y + start, rows, times: factor, dx + start, accumulate: accumulate)
    }
  }

  private func backwardBand(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ rows: Range<Int>, times factor: Double,
    _ dx: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    // The derivatives by the three means, at all places of the window that touch these rows; zeros where it would leave
    // the map.
    let first = rows.lowerBound &- margin, stride = outRowSize &+ 8
    let slopes = DoubleRows(rows: 3 * (rows.count + margin), stride: stride)
    defer { slopes.free() }
    forEachRow(x, y, max(0, first)..<min(outHeight, rows.upperBound)) { row, means in
      func slopeRow(_ number: Int) -> UnsafeMutablePointer<Double> {
        slopes.row(number &* (rows.count &+ margin) &+ row &- first)
      }
      let (mean, square, product) = (slopeRow(0), slopeRow(1), slopeRow(2))
      for i in 0..<outRowSize {
        let slope = terms(means, i).slopes
        mean[i] = factor * slope.mean
        square[i] = factor * slope.square
        product[i] = factor * slope.product
      }
    }
    // One row of each, with room for the window beyond both ends.
    let side = margin &* channels
    let spread = DoubleRows(rows: 3, stride: rowSize &+ side &+ 8), gathered = DoubleRows(rows: 3, stride: rowSize &+ 8)
    defer {
      spread.free()
      gathered.free()
    }
    for row in rows {
      for number in 0..<3 {
        let top = slopes.row(number &* (rows.count &+ margin) &+ row &- rows.lowerBound)
        filter(top, step: stride, spread.row(number) + side, count: outRowSize)
        // The filter writes whole vectors.
        (spread.row(number) + (side &+ outRowSize)).update(repeating: 0, count: side)
        filter(spread.row(number), step: channels, gathered.row(number), count: rowSize)
      }
      let (mean, square, product) = (gathered.row(0), gathered.row(1), gathered.row(2))
      let place = row &* rowSize
      for i in 0..<rowSize {
        let value = Float(
          mean[i] + 2 * Double(x[place &+ i]) * square[i] + Double(y[place &+ i]) * product[i])
        dx[place &+ i] = accumulate ? dx[place &+ i] + value : value
      }
    }
  }

  /// Calls `body` with the window's means of x, y, x^2, y^2 and x y at the places of each output row.
  private func forEachRow(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ rows: Range<Int>,
    _ body: (_ row: Int, _ means: DoubleRows) -> Void
  ) {
    if rows.isEmpty { return }
    let stride = outRowSize &+ 8, depth = rows.count &+ margin
    let products = DoubleRows(rows: 5, stride: rowSize &+ 8)
    let filtered = DoubleRows(rows: 5 &* depth, stride: stride), means = DoubleRows(rows: 5, stride: stride)
    defer {
      products.free()
      filtered.free()
      means.free()
    }
    for row in 0..<depth {
      let place = (rows.lowerBound &+ row) &* rowSize
      let (p0, p1, p2) = (products.row(0), products.row(1), products.row(2))
      let (p3, p4) = (products.row(3), products.row(4))
      for i in 0..<rowSize {
        let a = Double(x[place &+ i]), b = Double(y[place &+ i])
        p0[i] = a
        p1[i] = b
        p2[i] = a * a
        p3[i] = b * b
        p4[i] = a * b
      }
      for number in 0..<5 {
        filter(products.row(number), step: channels, filtered.row(number &* depth &+ row), count: outRowSize)
      }
    }
    for row in rows {
      for number in 0..<5 {
        let top = filtered.row(number &* depth &+ row &- rows.lowerBound)
        filter(top, step: stride, means.row(number), count: outRowSize)
      }
      body(row, means)
    }
  }

  /// to[i] = the sum over the window of taps[j] from[i + j step]. Writes up to seven values more.
  @inline(__always)
  private func filter(
    _ from: UnsafePointer<Double>, step: Int, _ to: UnsafeMutablePointer<Double>, count: Int
  ) {
    taps.withUnsafeBufferPointer { taps in
      var i = 0
      while i < count {
        var sum = SIMD8<Double>.zero
        for j in 0..<Self.window {
          let values = UnsafeRawPointer(from + (i &+ j &* step)).loadUnaligned(as: SIMD8<Double>.self)
          sum += values * SIMD8(repeating: taps[j])
        }
        UnsafeMutableRawPointer(to + i).storeBytes(of: sum, as: SIMD8<Double>.self)
        i &+= 8
      }
    }
  }

  /// The similarity at a place, and its derivatives by the means of x, x^2 and x y.
  @inline(__always)
  private func terms(
    _ means: DoubleRows, _ i: Int
  ) -> (similarity: Double, slopes: (mean: Double, square: Double, product: Double)) {
    let (a, b) = (means.row(0)[i], means.row(1)[i])
    let luminance = 2 * a * b + c1, structure = 2 * (means.row(4)[i] - a * b) + c2
    let square = a * a + b * b + c1, spread = means.row(2)[i] - a * a + means.row(3)[i] - b * b + c2
    let part = 1 / (square * spread)
    let similarity = luminance * structure * part
    let mean = 2 * (b * (structure - luminance) * part - a * similarity * (1 / square - 1 / spread))
    return (similarity, (mean, -similarity / spread, 2 * luminance * part))
  }
}

/// Rows of doubles, zeros at first, with room to read and write whole vectors after the last one.
struct DoubleRows {
  private let pointer: UnsafeMutablePointer<Double>
  private let stride: Int

  init(rows: Int, stride: Int) {
    self.stride = stride
    pointer = .allocate(capacity: rows * stride + 16)
    pointer.initialize(repeating: 0, count: rows * stride + 16)
  }

  @inline(__always)
  func row(_ number: Int) -> UnsafeMutablePointer<Double> { pointer + number &* stride }

  func free() { pointer.deallocate() }
}
