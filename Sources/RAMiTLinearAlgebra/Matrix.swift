/// A row-major matrix in double precision, in which decompositions and their gradients are computed: float32 would lose
/// the digits that an ill-conditioned matrix or two close eigenvalues cost.
package struct Matrix: Sendable, Equatable {
  package let rows: Int
  package let columns: Int
  package var values: [Double]

  /// - Precondition: there are `rows` x `columns` values.
  package init(_ values: [Double], rows: Int, columns: Int) {
    precondition(values.count == rows * columns, "\(values.count) values for a matrix of \(rows) x \(columns)")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  package init(zeros rows: Int, _ columns: Int) {
    self.init([Double](repeating: 0, count: rows * columns), rows: rows, columns: columns)
  }

  package init(diagonal: [Double]) {
    self.init(zeros: diagonal.count, diagonal.count)
    for (i, value) in diagonal.enumerated() { self[i, i] = value }
  }

  package subscript(row: Int, column: Int) -> Double {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  package var transposed: Matrix {
    var result = Matrix(zeros: columns, rows)
    for i in 0..<rows {
      for j in 0..<columns { result[j, i] = self[i, j] }
    }
    return result
  }

  /// Each element of this matrix, and its place, to one of the result.
  package func mapElements(_ body: (_ row: Int, _ column: Int, _ value: Double) -> Double) -> Matrix {
    var result = self
    for i in 0..<rows {
      for j in 0..<columns { result[i, j] = body(i, j, self[i, j]) }
    }
    return result
  }

  /// Some of the columns.
  package func columns(_ range: Range<Int>) -> Matrix {
    var result = Matrix(zeros: rows, range.count)
    for i in 0..<rows {
      for j in range { result[i, j - range.lowerBound] = self[i, j] }
    }
    return result
  }

  package static func * (a: Matrix, b: Matrix) -> Matrix {
    precondition(a.columns == b.rows, "\(a.rows) x \(a.columns) by \(b.rows) x \(b.columns)")
    var result = Matrix(zeros: a.rows, b.columns)
    let (inner, columns) = (a.columns, b.columns)
    result.values.withUnsafeMutableBufferPointer { c in
      a.values.withUnsafeBufferPointer { a in
        b.values.withUnsafeBufferPointer { b in
          for i in 0..<(columns > 0 ? c.count / columns : 0) {
            for k in 0..<inner {
              let factor = a[i &* inner &+ k]
              for j in 0..<columns { c[i &* columns &+ j] += factor * b[k &* columns &+ j] }
            }
          }
        }
      }
    }
    return result
  }

  package static func * (factor: Double, a: Matrix) -> Matrix {
    Matrix(a.values.map { factor * $0 }, rows: a.rows, columns: a.columns)
  }

  package static func + (a: Matrix, b: Matrix) -> Matrix { a.combined(b, +) }
  package static func - (a: Matrix, b: Matrix) -> Matrix { a.combined(b, -) }

  private func combined(_ other: Matrix, _ combine: (Double, Double) -> Double) -> Matrix {
    precondition(
      rows == other.rows && columns == other.columns,
      "\(rows) x \(columns) does not match \(other.rows) x \(other.columns)")
    return Matrix(zip(values, other.values).map(combine), rows: rows, columns: columns)
  }
}
