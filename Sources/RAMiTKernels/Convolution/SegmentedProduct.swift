/// A part of a product's inner dimension: rows of the left operand that lie apart from the other parts'.
struct ProductSegment {
  /// The left operand's first row.
  let rows: UnsafePointer<Float>
  /// Where the part begins in the right operand.
  let firstRow: Int
  let count: Int
}

/// C [m x n] = the sum of the segments' products with B, which stays in registers from the first segment to the last;
/// overwrites C, or adds to it.
///
/// One thread's work. The left operand's rows lie `stride` apart, its columns `step`. Whole tiles are computed always:
/// the last one begins earlier and writes only what is new. With fewer rows than a tile has, rows past the last one are
/// read and dropped.
@inline(__always)
func multiplySegments<E: Epilogue>(
  rows m: Int, stride: Int, step: Int, _ segments: UnsafeBufferPointer<ProductSegment>, _ b: PackedMatrix,
  _ c: UnsafeMutablePointer<Float>, cStride: Int, accumulate: Bool, epilogue: E
) {
  var column = 0
  while column < b.columns {
    let width = min(PackedMatrix.panelWidth, paddedToVector(b.columns &- column))
    let panel = b.panel(at: column, width: width)
    let target = ProductTarget(
      pointer: c + column, stride: cStride, column: column, columns: b.columns &- column, accumulate: accumulate)
    if TileShape.isWide(panel: width) {
      sweepSegments(
        TileShape.Wide.self, m, stride: stride, step: step, segments, panel, panelWidth: width, target, epilogue)
    } else {
      sweepSegments(
        TileShape.Narrow.self, m, stride: stride, step: step, segments, panel, panelWidth: width, target, epilogue)
    }
    column &+= width
  }
}

/// As above for one segment.
@inline(__always)
func multiplySegment(
  rows m: Int, stride: Int, step: Int, _ segment: ProductSegment, _ b: PackedMatrix, _ c: UnsafeMutablePointer<Float>,
  cStride: Int, accumulate: Bool
) {
  withUnsafePointer(to: segment) { segment in
    multiplySegments(
      rows: m, stride: stride, step: step, UnsafeBufferPointer(start: segment, count: 1), b, c, cStride: cStride,
      accumulate: accumulate, epilogue: Identity())
  }
}

@inline(__always)
private func sweepSegments<T: Tile, E: Epilogue>(
  _: T.Type, _ m: Int, stride: Int, step: Int, _ segments: UnsafeBufferPointer<ProductSegment>,
  _ panel: (start: UnsafePointer<Float>, step: Int), panelWidth: Int, _ target: ProductTarget, _ epilogue: E
) {
  var done = 0
  while done < m {
    let row = max(0, min(done, m &- T.rows))
    var column = 0
    while column < panelWidth {
      var tile = T()
      for segment in segments {
        tile.addProduct(
          Rows(pointer: segment.rows + row &* stride, stride: stride, step: step),
          panel.start + (segment.firstRow &* panel.step &+ column), step: panel.step, count: segment.count)
      }
      if done == row && row &+ T.rows <= m {
        target.write(tile, row: row, column: column, epilogue)
      } else {
        target.write(tile, row: row, only: done..<m, column: column, epilogue)
      }
      column &+= T.columns
    }
    done = row &+ T.rows
  }
}
