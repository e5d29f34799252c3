/// C [m x n] = A [m x k] B [k x n], through the epilogue; overwrites C, or adds to it.
///
/// One thread's work: callers cut the rows. A is read in place, C's rows lie `cStride` apart.
/// - Parameter padsColumns: C's rows have room for n padded to whole vectors, and the padding may be overwritten.
@inline(never)
func gemm<E: Epilogue>(
  rows m: Int, _ a: Rows, _ b: PackedMatrix, _ c: UnsafeMutablePointer<Float>, cStride: Int, accumulate: Bool = false,
  padsColumns: Bool = false, epilogue: E
) {
  let columns = padsColumns ? paddedToVector(b.columns) : b.columns
  var column = 0
  while column < b.columns {
    let width = min(PackedMatrix.panelWidth, paddedToVector(b.columns &- column))
    let panel = b.panel(at: column, width: width)
    // Columns that skip the same rows of B: the panel's, or, in a grouped one, a tile's.
    let swept = b.groups == 1 ? width : min(width, TileShape.Wide.columns)
    let end = column &+ width
    var place = panel.start
    while column < end {
      let inner = b.rowRange(columns: column..<column &+ swept)
      let start = place + inner.lowerBound &* panel.step
      let a = a.advanced(rows: 0, steps: inner.lowerBound)
      let target = ProductTarget(
        pointer: c + column, stride: cStride, column: column, columns: columns &- column, accumulate: accumulate)
      if TileShape.isWide(panel: width) {
        sweep(
          TileShape.Wide.self, TileShape.WideRow.self, m, a, start, step: panel.step, inner.count, panelWidth: swept,
          target, epilogue)
      } else {
        sweep(
          TileShape.Narrow.self, TileShape.NarrowRow.self, m, a, start, step: panel.step, inner.count,
          panelWidth: swept, target, epilogue)
      }
      column &+= swept
      place += swept
    }
  }
}

/// Where a panel's result goes.
struct ProductTarget {
  let pointer: UnsafeMutablePointer<Float>
  let stride: Int
  /// The panel's first column in the whole result, and the columns from there on.
  let column: Int
  let columns: Int
  let accumulate: Bool

  @inline(__always)
  func write<T: Tile>(_ tile: T, row: Int, column start: Int, _ epilogue: some Epilogue) {
    let rows = row..<row &+ T.rows
    willWrite(rows: rows, column: start, columns: T.columns, epilogue)
    // Most tiles are whole: one decision for all their registers.
    guard columns &- start >= T.columns else {
      return writePart(tile, row: row, only: rows, column: start, epilogue)
    }
    if accumulate {
      tile.forEach { i, offset, value in
        let target = place(row: row &+ i, column: start &+ offset)
        store(epilogue(value, row: row &+ i, column: column &+ start &+ offset) + load(target), target)
      }
    } else {
      tile.forEach { i, offset, value in
        store(
          epilogue(value, row: row &+ i, column: column &+ start &+ offset),
          place(row: row &+ i, column: start &+ offset))
      }
    }
  }

  /// As above, of the rows in `only`.
  @inline(__always)
  func write<T: Tile>(_ tile: T, row: Int, only: Range<Int>, column start: Int, _ epilogue: some Epilogue) {
    willWrite(rows: only, column: start, columns: T.columns, epilogue)
    writePart(tile, row: row, only: only, column: start, epilogue)
  }

  /// Through memory, so that the code for a part of a vector is there once, not for each register.
  @inline(__always)
  private func writePart<T: Tile>(_ tile: T, row: Int, only: Range<Int>, column: Int, _ epilogue: some Epilogue) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: T.rows &* T.columns) { memory in
      let values = memory.baseAddress!
      tile.forEach { i, offset, value in store(value, values + (i &* T.columns &+ offset)) }
      writePart(
        T.Lanes.self, values + (only.lowerBound &- row) &* T.columns, stride: T.columns, rows: only, column: column,
        epilogue)
    }
  }

  /// Writes rows of a tile, which lie `stride` floats apart: the columns that the result has.
  @inline(never)
  private func writePart<V: FloatVector>(
    _: V.Type, _ values: UnsafePointer<Float>, stride: Int, rows: Range<Int>, column start: Int,
    _ epilogue: some Epilogue
  ) {
    let end = min(columns, start &+ stride)
    var values = values, row = rows.lowerBound
    while row < rows.upperBound {
      var column = start
      while column < end {
        let target = place(row: row, column: column), value: V = load(values + (column &- start))
        var result = epilogue(value, row: row, column: self.column &+ column)
        if accumulate { result += load(target) }
        store(result, target, count: end &- column)
        column &+= V.scalarCount
      }
      values += stride
      row &+= 1
    }
  }

  @inline(__always)
  private func willWrite(rows: Range<Int>, column start: Int, columns: Int, _ epilogue: some Epilogue) {
    epilogue.willWrite(rows: rows, columns: column &+ start..<column &+ start &+ columns)
  }

  @inline(__always)
  private func place(row: Int, column: Int) -> UnsafeMutablePointer<Float> { pointer + (row &* stride &+ column) }
}

/// One panel: tiles of several rows; then single rows, or, where they are too many, a tile that begins at rows that are
/// done.
@inline(__always)
private func sweep<Many: Tile, One: Tile, E: Epilogue>(
  _: Many.Type, _: One.Type, _ m: Int, _ a: Rows, _ b: UnsafePointer<Float>, step: Int, _ k: Int, panelWidth: Int,
  _ target: ProductTarget, _ epilogue: E
) {
  var row = 0
  while row &+ Many.rows <= m {
    multiplyRows(Many.self, row, a, b, step: step, k, panelWidth: panelWidth, target, epilogue)
    row &+= Many.rows
  }
  if row &+ 1 < m, m > Many.rows {
    let first = m &- Many.rows, from = a.advanced(rows: first)
    var column = 0
    while column < panelWidth {
      var tile = Many()
      tile.addProduct(from, b + column, step: step, count: k)
      target.write(tile, row: first, only: row..<m, column: column, epilogue)
      column &+= Many.columns
    }
    return
  }
  while row < m {
    multiplyRows(One.self, row, a, b, step: step, k, panelWidth: panelWidth, target, epilogue)
    row &+= 1
  }
}

/// The tiles of some rows, side by side over a panel.
@inline(__always)
private func multiplyRows<T: Tile, E: Epilogue>(
  _: T.Type, _ row: Int, _ a: Rows, _ b: UnsafePointer<Float>, step: Int, _ k: Int, panelWidth: Int,
  _ target: ProductTarget,
  _ epilogue: E
) {
  let a = a.advanced(rows: row)
  var column = 0
  while column < panelWidth {
    var tile = T()
    tile.addProduct(a, b + column, step: step, count: k)
    target.write(tile, row: row, column: column, epilogue)
    column &+= T.columns
  }
}
