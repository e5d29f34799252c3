/// Rows of a product's left operand, over some of the inner dimension, as tiles read them: in place, or packed.
///
/// Packed, the rows of a tile lie side by side for each step of the inner dimension, and the last tile is filled up
/// with zeros.
struct LeftBlock {
  /// The rows of every tile (`TileShape`).
  static let tileRows = TileShape.Wide.rows

  let rows: Int
  let inner: Int
  private let start: Rows
  private let tileStep: Int
  private let isPacked: Bool

  /// Rows where they lie.
  @inline(__always)
  init(inPlace start: Rows, rows: Int, inner: Int) {
    self.start = start
    self.rows = rows
    self.inner = inner
    tileStep = Self.tileRows &* start.stride
    isPacked = false
  }

  /// Packs the rows into `memory`: `packedCount` floats.
  @inline(__always)
  init(packing source: Rows, rows: Int, inner: Int, memory: UnsafeMutablePointer<Float>) {
    self.rows = rows
    self.inner = inner
    start = Rows(pointer: memory, stride: 1, step: Self.tileRows)
    tileStep = Self.tileRows &* inner
    isPacked = true
    var row = 0, target = memory
    while row < rows {
      let source = source.advanced(rows: row), count = min(Self.tileRows, rows &- row)
      if count == Self.tileRows, source.stride == 1 {
        Self.copyTile(source, inner: inner, to: target)
      } else if count == Self.tileRows, source.step == 1 {
        Self.transposeTile(source, inner: inner, to: target)
      } else {
        for k in 0..<inner {
          for i in 0..<Self.tileRows {
            target[k &* Self.tileRows &+ i] = i < count ? source.pointer[i &* source.stride &+ k &* source.step] : 0
          }
        }
      }
      row &+= Self.tileRows
      target += tileStep
    }
  }

  /// The floats that packed rows take.
  static func packedCount(rows: Int, inner: Int) -> Int { (rows + tileRows - 1) / tileRows * tileRows * inner }

  /// The rows of one step lie side by side already.
  @inline(__always)
  private static func copyTile(_ source: Rows, inner: Int, to target: UnsafeMutablePointer<Float>) {
    var from = source.pointer, to = target
    for _ in 0..<inner {
      for i in 0..<tileRows { to[i] = from[i] }
      from += source.step
      to += tileRows
    }
  }

  /// Steps lie side by side: a few are read of every row at once.
  @inline(__always)
  private static func transposeTile(_ source: Rows, inner: Int, to target: UnsafeMutablePointer<Float>) {
    var k = 0
    while k &+ 4 <= inner {
      for group in 0..<tileRows / 4 {
        let from = source.pointer + (4 &* group &* source.stride &+ k), to = target + (k &* tileRows &+ 4 &* group)
        let r0: SIMD4<Float> = load(from), r1: SIMD4<Float> = load(from + source.stride)
        let r2: SIMD4<Float> = load(from + 2 &* source.stride), r3: SIMD4<Float> = load(from + 3 &* source.stride)
        store(SIMD4(r0[0], r1[0], r2[0], r3[0]), to)
        store(SIMD4(r0[1], r1[1], r2[1], r3[1]), to + tileRows)
        store(SIMD4(r0[2], r1[2], r2[2], r3[2]), to + 2 &* tileRows)
        store(SIMD4(r0[3], r1[3], r2[3], r3[3]), to + 3 &* tileRows)
      }
      k &+= 4
    }
    while k < inner {
      for i in 0..<tileRows { target[k &* tileRows &+ i] = source.pointer[i &* source.stride &+ k] }
      k &+= 1
    }
  }

  /// C [rows x columns] = this block times B, through the epilogue; overwrites C, or adds to it.
  ///
  /// - Parameters:
  ///   - b: [inner x columns].
  ///   - c: rows lie `cStride` apart.
  ///   - epilogue: gets rows of this block.
  func multiply<E: Epilogue>(
    _ b: PackedMatrix, into c: UnsafeMutablePointer<Float>, cStride: Int, accumulate: Bool, epilogue: E
  ) {
    var column = 0
    while column < b.columns {
      let width = min(PackedMatrix.panelWidth, paddedToVector(b.columns &- column))
      let panel = b.panel(at: column, width: width)
      let result = ResultPanel(
        pointer: c + column, stride: cStride, column: column, columns: b.columns &- column, accumulate: accumulate,
        epilogue: epilogue)
      if width == PackedMatrix.panelWidth {
        sweep(TileShape.Wide.self, TileShape.WideRow.self, panel, width: width, result)
      } else {
        sweep(TileShape.Narrow.self, TileShape.NarrowRow.self, panel, width: vectorWidth, result)
      }
      column &+= width
    }
  }

  /// All tiles over one panel. What is left over of rows in place is a tile again, whose first rows have been done.
  @inline(__always)
  private func sweep<Many: Tile, One: Tile, E: Epilogue>(
    _: Many.Type, _: One.Type, _ panel: (start: UnsafePointer<Float>, step: Int), width: Int, _ result: ResultPanel<E>
  ) {
    var a = start, row = 0
    while row &+ Many.rows <= rows {
      var column = 0
      while column < width {
        var tile = Many()
        tile.addProduct(a, panel.start + column, step: panel.step, count: inner)
        result.write(tile, row: row, column: column)
        column &+= Many.columns
      }
      a.pointer += tileStep
      row &+= Many.rows
    }
    guard row < rows else { return }
    if isPacked || rows >= Many.rows {
      let first = isPacked ? row : rows &- Many.rows
      let a = isPacked ? a : start.advanced(rows: first)
      var column = 0
      while column < width {
        var tile = Many()
        tile.addProduct(a, panel.start + column, step: panel.step, count: inner)
        result.write(tile, row: first, column: column, rows: row..<rows)
        column &+= Many.columns
      }
    } else {
      while row < rows {
        var column = 0
        while column < width {
          var tile = One()
          tile.addProduct(start.advanced(rows: row), panel.start + column, step: panel.step, count: inner)
          result.write(tile, row: row, column: column)
          column &+= One.columns
        }
        row &+= 1
      }
    }
  }
}

/// Where the products over one panel go.
private struct ResultPanel<E: Epilogue> {
  let pointer: UnsafeMutablePointer<Float>
  let stride: Int
  /// The panel's first column in the whole result, and the columns from there on.
  let column: Int
  let columns: Int
  let accumulate: Bool
  let epilogue: E

  @inline(__always)
  func write(_ tile: some Tile, row: Int, column start: Int) {
    tile.forEach { i, offset, value in write(value, row: row &+ i, place: start &+ offset) }
  }

  /// Only the given rows.
  @inline(__always)
  func write(_ tile: some Tile, row: Int, column start: Int, rows: Range<Int>) {
    tile.forEach { i, offset, value in
      if row &+ i >= rows.lowerBound, row &+ i < rows.upperBound {
        write(value, row: row &+ i, place: start &+ offset)
      }
    }
  }

  @inline(__always)
  private func write<V: FloatVector>(_ value: V, row: Int, place: Int) {
    let lanes = columns &- place
    guard lanes > 0 else { return }
    let target = pointer + (row &* stride &+ place)
    var result = epilogue(value, row: row, column: column &+ place)
    if accumulate { result += load(target) }
    store(result, target, count: lanes)
  }
}
