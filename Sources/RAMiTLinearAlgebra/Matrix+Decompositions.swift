// Decompositions by LAPACK. All are of one matrix and run on the thread that calls them.

extension Matrix {
  /// X with A X = B, by LU with partial pivoting.
  /// - Precondition: this matrix is square, and B has as many rows.
  /// - Throws: `singular`.
  package func solve(_ b: Matrix) throws(LinalgError) -> Matrix {
    precondition(
      rows == columns && b.rows == rows, "\(rows) x \(columns) cannot be solved for \(b.rows) x \(b.columns)")
    let library = try LAPACKE.loaded()
    try checkFinite()
    try b.checkFinite()
    var (a, x) = (self, b)
    guard rows > 0, b.columns > 0 else { return x }
    var pivots = [Int32](repeating: 0, count: rows)
    let (n, sides) = (Int32(rows), Int32(b.columns))
    let info = library.dgesv(LAPACKE.rowMajor, n, sides, &a.values, n, &pivots, &x.values, sides)
    if info > 0 { throw .singular(size: rows) }
    expectSuccess(info, "dgesv")
    return x
  }

  /// - Precondition: this matrix is square.
  /// - Throws: `singular`.
  package func inverse() throws(LinalgError) -> Matrix {
    try solve(Matrix(diagonal: [Double](repeating: 1, count: rows)))
  }

  /// The lower triangular L with A = L L^T; only the lower triangle of A is read.
  /// - Precondition: this matrix is square.
  /// - Throws: `notPositiveDefinite`.
  package func cholesky() throws(LinalgError) -> Matrix {
    precondition(rows == columns, "\(rows) x \(columns) is not square")
    let library = try LAPACKE.loaded()
    try checkFinite()
    var factor = self
    guard rows > 0 else { return factor }
    let info = library.dpotrf(LAPACKE.rowMajor, LAPACKE.lower, Int32(rows), &factor.values, Int32(rows))
    if info > 0 { throw .notPositiveDefinite(order: Int(info)) }
    expectSuccess(info, "dpotrf")
    return factor.mapElements { i, j, value in j > i ? 0 : value }
  }

  /// A = Q R, reduced: Q [m x k] with orthonormal columns and the upper triangular R [k x n], where k is the smaller of
  /// m and n.
  package func qr() throws(LinalgError) -> (q: Matrix, r: Matrix) {
    let library = try LAPACKE.loaded()
    try checkFinite()
    let k = min(rows, columns), (m, n) = (Int32(rows), Int32(columns))
    guard k > 0 else { return (Matrix(zeros: rows, 0), Matrix(zeros: 0, columns)) }
    var factors = self, tau = [Double](repeating: 0, count: k)
    expectSuccess(library.dgeqrf(LAPACKE.rowMajor, m, n, &factors.values, n, &tau), "dgeqrf")
    var r = Matrix(zeros: k, columns)
    for i in 0..<k {
      for j in i..<columns { r[i, j] = factors[i, j] }
    }
    var q = factors.columns(0..<k)
    expectSuccess(library.dorgqr(LAPACKE.rowMajor, m, Int32(k), Int32(k), &q.values, Int32(k), tau), "dorgqr")
    return (q, r)
  }

  /// A = V diag(values) V^T, eigenvalues from the smallest to the largest, eigenvectors in the columns of V; only the
  /// lower triangle of A is read.
  /// - Precondition: this matrix is square.
  /// - Throws: `noConvergence`.
  package func eigh() throws(LinalgError) -> (values: [Double], vectors: Matrix) {
    precondition(rows == columns, "\(rows) x \(columns) is not square")
    let library = try LAPACKE.loaded()
    try checkFinite()
    var vectors = self, values = [Double](repeating: 0, count: rows)
    guard rows > 0 else { return (values, vectors) }
    let n = Int32(rows)
    let info = library.dsyevd(
      LAPACKE.rowMajor, LAPACKE.vectors, LAPACKE.lower, n, &vectors.values, n, &values)
    if info > 0 { throw .noConvergence(function: "dsyevd") }
    expectSuccess(info, "dsyevd")
    return (values, vectors)
  }

  /// A = U diag(S) V^T, reduced: U [m x k], S from the largest to the smallest, V^T [k x n], where k is the smaller of
  /// m and n.
  /// - Throws: `noConvergence`.
  package func svd() throws(LinalgError) -> (u: Matrix, s: [Double], vt: Matrix) {
    let library = try LAPACKE.loaded()
    try checkFinite()
    let k = min(rows, columns), (m, n) = (Int32(rows), Int32(columns))
    var a = self, s = [Double](repeating: 0, count: k)
    var (u, vt) = (Matrix(zeros: rows, k), Matrix(zeros: k, columns))
    guard k > 0 else { return (u, s, vt) }
    let info = library.dgesdd(
      LAPACKE.rowMajor, LAPACKE.reduced, m, n, &a.values, n, &s, &u.values, Int32(k), &vt.values, n)
    if info > 0 { throw .noConvergence(function: "dgesdd") }
    expectSuccess(info, "dgesdd")
    return (u, s, vt)
  }

  /// LAPACK's iterations need not end on NaN.
  private func checkFinite() throws(LinalgError) {
    guard values.allSatisfy(\.isFinite) else { throw .notFinite }
  }

  /// What remains are arguments that LAPACK does not take, or no memory for its work.
  private func expectSuccess(_ info: Int32, _ function: String) {
    precondition(info == 0, "LAPACK's \(function) ended with \(info) on a matrix of \(rows) x \(columns)")
  }
}
