/// sums [columns] += the sum of the rows of x [rows x columns].
@inline(__always)
func addColumnSums(
  rows: Int, columns: Int, _ x: UnsafePointer<Float>, stride: Int, to sums: UnsafeMutablePointer<Float>
) {
  var column = 0
  while column < columns {
    let lanes = min(vectorWidth, columns &- column)
    var total = load(sums + column, count: lanes)
    var row = x + column
    for _ in 0..<rows {
      total += load(row)
      row += stride
    }
    store(total, sums + column, count: lanes)
    column &+= vectorWidth
  }
}

/// sums [columns] += the squares of the rows of x [rows x columns].
@inline(__always)
func addColumnSquares(
  rows: Int, columns: Int, _ x: UnsafePointer<Float>, stride: Int, to sums: UnsafeMutablePointer<Float>
) {
  var column = 0
  while column < columns {
    var total = Vector.zero
    var row = x + column
    for _ in 0..<rows {
      let value = load(row)
      total = multiplyAdd(value, value, total)
      row += stride
    }
    store(load(sums + column) + total, sums + column, count: columns &- column)
    column &+= vectorWidth
  }
}

/// Adds the sum of the rows of x [rows x columns] to the sums: the gradient of a bias.
package func addColumnSums(_ x: UnsafePointer<Float>, rows: Int, columns: Int, sums: PartialSums) {
  let rowsEach = max(1, streamingGrain / max(1, columns))
  sums.forEachPiece((rows + rowsEach - 1) / rowsEach) { piece, _, sums in
    let first = piece * rowsEach
    addColumnSums(
      rows: min(rowsEach, rows - first), columns: columns, x + first * columns, stride: columns, to: sums)
  }
}
