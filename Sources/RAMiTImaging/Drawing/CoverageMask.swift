/// A place on a canvas, in pixels from its top left corner: x to the right, y down. Pixel (0, 0) reaches from 0 to 1.
package struct Point: Equatable, Sendable {
  package var x, y: Double

  package init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }
}

/// How much of each pixel of a rectangle is covered by shapes, from 0 to 1.
///
/// The share that one shape covers is exact: the area of the polygon inside the pixel. Where several shapes cover parts
/// of a pixel, the largest part counts: the pieces of a line overlap, and a sum would show each joint.
package struct CoverageMask {
  /// The rectangle's first column and row, and its sides.
  package let left, top, width, height: Int
  /// height x width.
  package private(set) var values: [Float]

  /// - Precondition: no side is negative.
  package init(left: Int, top: Int, width: Int, height: Int) {
    precondition(width >= 0 && height >= 0, "a mask of \(width) x \(height)")
    (self.left, self.top, self.width, self.height) = (left, top, width, height)
    values = [Float](repeating: 0, count: width * height)
  }

  /// Covers a shape with one or more outlines, each closed by itself. Outlines that turn the other way cut holes.
  package mutating func add(_ outlines: [[Point]]) {
    let points = outlines.joined()
    guard let low = points.map(\.y).min(), let high = points.map(\.y).max() else { return }
    let rows = rows(from: low, to: high)
    guard !rows.isEmpty, width > 0 else { return }
    // What an edge changes from one pixel to the next; the sum from the left is the covered area.
    var changes = [Double](repeating: 0, count: rows.count * (width + 2))
    for outline in outlines {
      for (index, start) in outline.enumerated() {
        let end = outline[(index + 1) % outline.count]
        addEdge(from: start, to: end, rows: rows, changes: &changes)
      }
    }
    for row in rows {
      var sum = 0.0
      for column in 0..<width {
        sum += changes[(row - rows.lowerBound) * (width + 2) + column]
        values[row * width + column] = max(values[row * width + column], Float(min(1, abs(sum))))
      }
    }
  }

  /// The rows of the mask that a shape between two heights touches.
  private func rows(from low: Double, to high: Double) -> Range<Int> {
    let first = max(0, min(Double(height), (low - Double(top)).rounded(.down)))
    let last = max(first, min(Double(height), (high - Double(top)).rounded(.up)))
    return Int(first)..<Int(last)
  }

  /// The area at the right of an edge, row by row.
  private func addEdge(from start: Point, to end: Point, rows: Range<Int>, changes: inout [Double]) {
    guard start.y != end.y else { return }
    let sign = start.y < end.y ? 1.0 : -1.0
    let (upper, lower) = start.y < end.y ? (start, end) : (end, start)
    let slope = (lower.x - upper.x) / (lower.y - upper.y)
    let first = upper.y - Double(top), last = lower.y - Double(top)
    for row in self.rows(from: upper.y, to: lower.y).clamped(to: rows) {
      let from = max(first, Double(row)), to = min(last, Double(row + 1))
      guard to > from else { continue }
      func column(_ y: Double) -> Double {
        min(max(upper.x - Double(left) + slope * (y - first), 0), Double(width))
      }
      let (a, b) = (column(from), column(to))
      let (near, far) = (min(a, b), max(a, b))
      let base = (row - rows.lowerBound) * (width + 2)
      var before = 0.0
      for pixel in Int(near)...Int(far) + 1 where pixel < width + 2 {
        let area = meanArea(ofPixel: pixel, from: near, to: far)
        changes[base + pixel] += sign * (to - from) * (area - before)
        before = area
      }
    }
  }

  /// The share of a pixel that lies right of an edge, averaged over the columns that the edge crosses.
  private func meanArea(ofPixel pixel: Int, from near: Double, to far: Double) -> Double {
    let end = Double(pixel + 1)
    // The integral of that share, which grows from 0 to 1 while the edge crosses the pixel.
    func integral(_ x: Double) -> Double { x <= 0 ? 0 : x >= 1 ? x - 0.5 : x * x / 2 }
    guard far - near > 1e-9 else { return min(max(end - near, 0), 1) }
    return (integral(end - near) - integral(end - far)) / (far - near)
  }
}
