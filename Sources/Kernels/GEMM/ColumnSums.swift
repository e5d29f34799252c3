/// sums [columns] += the sum of the rows of x [rows x columns].
@inline(__always)
func addColumnSums(
  rows: Int, columns: Int, _ x: UnsafePointer<Float>, stride xStride: Int, to sums: UnsafeMutablePointer<Float>
) {
  var column = 0
  while column < columns {
    let lanes = min(vectorWidth, columns &- column)
    var total = load(sums + column, count: lanes)
    var row = x + column
    for _ in 0..<rows {
      total += load(row)
      row += xStride
    }
    store(total, sums + column, count: lanes)
    column &+= vectorWidth
  }
}
