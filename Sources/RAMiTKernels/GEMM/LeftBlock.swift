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
      // Of 6 rows, the last two.
      for i in tileRows & ~3..<tileRows {
        for step in k..<k &+ 4 { target[step &* tileRows &+ i] = source.pointer[i &* source.stride &+ step] }
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
      let target = ProductTarget(
        pointer: c + column, stride: cStride, column: column, columns: b.columns &- column, accumulate: accumulate)
      if TileShape.isWide(panel: width) {
        sweep(TileShape.Wide.self, TileShape.WideRow.self, panel, width: width, target, epilogue)
      } else {
        sweep(TileShape.Narrow.self, TileShape.NarrowRow.self, panel, width: vectorWidth, target, epilogue)
      }
      column &+= width
    }
  }

  /// All tiles over one panel. Rows in place that do not fill a tile are computed by one that begins at rows that are
  /// done.
  @inline(__always)
  private func sweep<Many: Tile, One: Tile, E: Epilogue>(
    _: Many.Type, _: One.Type, _ panel: (start: UnsafePointer<Float>, step: Int), width: Int, _ target: ProductTarget,
    _ epilogue: E
  ) {
    var a = start, row = 0
    if isPacked || rows >= Many.rows {
      while row < rows {
        let first = isPacked ? row : min(row, rows &- Many.rows)
        multiply(
          Many.self, isPacked ? a : start.advanced(rows: first), row..<min(row &+ Many.rows, rows), from: first, panel,
          width: width, target, epilogue)
        a.pointer += tileStep
        row &+= Many.rows
      }
    } else {
      while row < rows {
        multiply(
          One.self, start.advanced(rows: row), row..<row &+ 1, from: row, panel, width: width, target, epilogue)
        row &+= 1
      }
    }
  }

  /// The tiles of some rows, side by side over a panel.
  /// - Parameters:
  ///   - written: the rows of the result that are written.
  ///   - first: the tile's first row in the result.
  @inline(__always)
  private func multiply<T: Tile, E: Epilogue>(
    _: T.Type, _ a: Rows, _ written: Range<Int>, from first: Int, _ panel: (start: UnsafePointer<Float>, step: Int),
    width: Int, _ target: ProductTarget, _ epilogue: E
  ) {
    var column = 0
    while column < width {
      var tile = T()
      tile.addProduct(a, panel.start + column, step: panel.step, count: inner)
      if written.upperBound &- written.lowerBound == T.rows {
        target.write(tile, row: first, column: column, epilogue)
      } else {
        target.write(tile, row: first, only: written, column: column, epilogue)
      }
      column &+= T.columns
    }
  }
}
