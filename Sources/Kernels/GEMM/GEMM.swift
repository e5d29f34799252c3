/// What happens to a vector of the result between the registers and memory.
protocol Epilogue {
  /// - Parameters:
  ///   - row: of the result.
  ///   - column: of the vector's first lane.
  func callAsFunction(_ value: Vector, row: Int, column: Int) -> Vector
}

/// The product as it is.
struct Identity: Epilogue {
  @inline(__always)
  func callAsFunction(_ value: Vector, row: Int, column: Int) -> Vector { value }
}

/// Adds a bias to every row; `bias` is padded to whole vectors.
struct AddBias: Epilogue {
  let bias: UnsafePointer<Float>
  @inline(__always)
  func callAsFunction(_ value: Vector, row: Int, column: Int) -> Vector { value + load(bias + column) }
}

/// Adds a matrix [m x n] to the product: a residual.
struct AddRows: Epilogue {
  let addend: UnsafePointer<Float>
  let stride: Int
  let columns: Int
  @inline(__always)
  func callAsFunction(_ value: Vector, row: Int, column: Int) -> Vector {
    value + load(addend + (row &* stride &+ column), count: columns &- column)
  }
}

/// C [m x n] = A [m x k] B [k x n], through the epilogue; overwrites C, or adds to it.
///
/// One thread's work: callers cut the rows. A is read in place, C's rows lie `cStride` apart.
/// - Parameter padsColumns: C's rows have room for n padded to whole vectors, and the padding may be overwritten.
@inline(__always)
func gemm<E: Epilogue>(
  rows m: Int, _ a: Rows, _ b: PackedMatrix, _ c: UnsafeMutablePointer<Float>, cStride: Int, adds: Bool = false,
  padsColumns: Bool = false, epilogue: E
) {
  let columns = padsColumns ? paddedToVector(b.columns) : b.columns
  var column = 0
  while column < b.columns {
    let width = min(PackedMatrix.panelWidth, paddedToVector(b.columns &- column))
    let inner = b.rowRange(panel: column)
    let panel = b.panel(at: column, width: width)
    let start = panel.start + inner.lowerBound &* panel.step
    let a = a.advanced(rows: 0, steps: inner.lowerBound)
    let target = Target(pointer: c + column, stride: cStride, column: column, columns: columns &- column, adds: adds)
    if width == PackedMatrix.panelWidth {
      sweep(Tile8x2.self, Tile1x2.self, m, a, start, step: panel.step, inner.count, target, epilogue)
    } else {
      sweep(Tile8x1.self, Tile1x1.self, m, a, start, step: panel.step, inner.count, target, epilogue)
    }
    column &+= width
  }
}

/// Where a panel's result goes.
private struct Target {
  let pointer: UnsafeMutablePointer<Float>
  let stride: Int
  /// The panel's first column in the whole result, and the columns from there on.
  let column: Int
  let columns: Int
  let adds: Bool

  @inline(__always)
  func write(_ tile: some Tile, at row: Int, _ epilogue: some Epilogue) {
    tile.forEach { i, offset, value in
      let target = pointer + ((row &+ i) &* stride &+ offset)
      let lanes = columns &- offset
      var result = epilogue(value, row: row &+ i, column: column &+ offset)
      if lanes >= vectorWidth {
        if adds { result += load(target) }
        store(result, target)
      } else if lanes > 0 {
        if adds { result += load(target, count: lanes) }
        store(result, target, count: lanes)
      }
    }
  }
}

/// One panel: tiles of eight rows, then single rows.
@inline(__always)
private func sweep<Many: Tile, One: Tile, E: Epilogue>(
  _: Many.Type, _: One.Type, _ m: Int, _ a: Rows, _ b: UnsafePointer<Float>, step: Int, _ k: Int, _ target: Target,
  _ epilogue: E
) {
  var row = 0
  while row &+ Many.rows <= m {
    var tile = Many()
    tile.addProduct(a.advanced(rows: row), b, step: step, count: k)
    target.write(tile, at: row, epilogue)
    row &+= Many.rows
  }
  while row < m {
    var tile = One()
    tile.addProduct(a.advanced(rows: row), b, step: step, count: k)
    target.write(tile, at: row, epilogue)
    row &+= 1
  }
}
