// Gradients of the decompositions, by PyTorch's formulas. `g` with a name is the gradient of that result.

extension Matrix {
  /// Of X = A^-1 B; this matrix is A.
  package func solveGradients(x: Matrix, gX: Matrix) throws(LinalgError) -> (a: Matrix, b: Matrix) {
    let gB = try transposed.solve(gX)
    return (-1 * (gB * x.transposed), gB)
  }

  /// Of A's inverse, which this matrix is.
  package func inverseGradient(_ g: Matrix) -> Matrix {
    let transposed = self.transposed
    return -1 * (transposed * g * transposed)
  }

  /// Of the symmetric A; this matrix is its Cholesky factor (Murray, "Differentiation of the Cholesky decomposition",
  /// 2016).
  package func choleskyGradient(_ g: Matrix) throws(LinalgError) -> Matrix {
    let phi = (transposed * g).mapElements { i, j, value in j > i ? 0 : j == i ? 0.5 * value : value }
    // L^-T phi L^-1, and its symmetric part.
    let left = try transposed.solve(phi)
    let s = try transposed.solve(left.transposed)
    return 0.5 * (s + s.transposed)
  }

  /// Of A = Q R; this matrix is Q [m x k], R [k x n] (Roberts and Roberts, "QR and LQ Decomposition Matrix
  /// Backpropagation Algorithms for Square, Wide, and Deep Matrices and Their Software Implementation", 2020).
  package func qrGradient(r: Matrix, gQ: Matrix, gR: Matrix) throws(LinalgError) -> Matrix {
    let k = columns
    // A wide A is [X | Y], with X = Q U and Y = Q V.
    let (u, gU) = (r.columns(0..<k), gR.columns(0..<k)), (v, gV) = (r.columns(k..<r.columns), gR.columns(k..<r.columns))
    let gAllQ = v.columns > 0 ? gQ + self * v * gV.transposed : gQ
    let m = u * gU.transposed - gAllQ.transposed * self
    let symmetric = m.mapElements { i, j, value in j > i ? m[j, i] : value }
    // (gQ + Q sym) U^-T: solve from the left for the transpose.
    let gX = try u.solve((gAllQ + self * symmetric).transposed).transposed
    guard v.columns > 0 else { return gX }
    let gY = self * gV
    var result = Matrix(zeros: rows, r.columns)
    for i in 0..<rows {
      for j in 0..<r.columns { result[i, j] = j < k ? gX[i, j] : gY[i, j - k] }
    }
    return result
  }

  /// Of the symmetric A = V diag(values) V^T; this matrix is V.
  ///
  /// Grows without bounds as eigenvalues meet, unless nothing depends on their vectors.
  package func eighGradient(values: [Double], gValues: [Double], gVectors: Matrix?) -> Matrix {
    var inner = Matrix(diagonal: gValues)
    if let gVectors {
      let product = transposed * gVectors
      inner = inner + product.mapElements { i, j, value in i == j ? 0 : value / (values[j] - values[i]) }
    }
    return self * inner * transposed
  }

  /// Of A = U diag(S) V^T; this matrix is U.
  ///
  /// Grows without bounds as singular values meet or, where A is not square, vanish, unless nothing depends on their
  /// vectors.
  package func svdGradient(s: [Double], vt: Matrix, gU: Matrix?, gS: [Double], gVt: Matrix?) -> Matrix {
    func skewOverGaps(_ x: Matrix) -> Matrix {
      x.mapElements { i, j, value in i == j ? 0 : (value - x[j, i]) / (s[j] * s[j] - s[i] * s[i]) }
    }
    let k = s.count
    var inner = Matrix(diagonal: gS)
    if let gU {
      inner = inner + skewOverGaps(transposed * gU).mapElements { _, j, value in value * s[j] }
    }
    if let gVt {
      inner = inner + skewOverGaps(vt * gVt.transposed).mapElements { i, _, value in value * s[i] }
    }
    var result = self * inner * vt
    if let gU, rows > k {
      let outside = (gU - self * (transposed * gU)).mapElements { _, j, value in value / s[j] }
      result = result + outside * vt
    }
    if let gVt, vt.columns > k {
      let outside = (gVt - gVt * vt.transposed * vt).mapElements { i, _, value in value / s[i] }
      result = result + self * outside
    }
    return result
  }
}
