import RAMiTKernels
import RAMiTLinearAlgebra
import RAMiTTensorCore

/// Linear algebra on the last two axes, as PyTorch's torch.linalg, with its gradients; computed by LAPACK in double
/// precision, one thread for each matrix.
///
/// - Throws: all functions throw `LinalgError`: LAPACKE is not installed, or a matrix has no such decomposition.
public enum Linalg {
  /// X with A X = B.
  ///
  /// - Parameters:
  ///   - a: ... x N x N.
  ///   - b: ... x N x K; the leading axes of both are broadcast.
  /// - Returns: ... x N x K.
  public static func solve(_ a: Variable, _ b: Variable) throws(LinalgError) -> Variable {
    require(
      a.shape.rank >= 2 && b.shape.rank >= 2 && a.shape[-1] == a.shape[-2] && b.shape[-2] == a.shape[-1],
      "A of ... x N x N and B of ... x N x K can be solved, not \(a.shape) and \(b.shape)")
    let (aLeading, bLeading) = (MatrixBatch.leading(a.shape), MatrixBatch.leading(b.shape))
    guard let broadcast = Broadcast.dimensions([aLeading, bLeading]) else {
      fatalError("the leading axes of \(a.shape) and \(b.shape) do not fit")
    }
    let shape = Shape(broadcast + [b.shape[-2], b.shape[-1]])
    if a.value.isMeta || b.value.isMeta { return Variable(Tensor(uninitialized: shape), from: [a, b]) { _, _ in } }
    let aIndices = BatchedProduct.indices(of: aLeading, in: broadcast)
    let bIndices = BatchedProduct.indices(of: bLeading, in: broadcast)
    let (aMatrices, bMatrices) = (MatrixBatch.matrices(a.value), MatrixBatch.matrices(b.value))
    let x = try MatrixBatch.map(aIndices.count) { (index) throws(LinalgError) in
      try aMatrices[aIndices[index]].solve(bMatrices[bIndices[index]])
    }
    return Variable(Tensor(shape) { MatrixBatch.write(x, to: $0) }, from: [a, b]) {
      [a = a.gradientSlot, b = b.gradientSlot, aMatrices, x, bCount = bMatrices.count] dx, gradients in
      let dx = MatrixBatch.matrices(dx)
      let parts = succeeding { () throws(LinalgError) in
        try MatrixBatch.map(dx.count) { (index) throws(LinalgError) in
          try aMatrices[aIndices[index]].solveGradients(x: x[index], gX: dx[index])
        }
      }
      func sum(_ terms: [Matrix], at indices: [Int], rows: Int, columns: Int, count: Int) -> [Matrix] {
        var sums = [Matrix](repeating: Matrix(zeros: rows, columns), count: count)
        for (term, index) in zip(terms, indices) { sums[index] = sums[index] + term }
        return sums
      }
      gradients.write(to: a) { da, accumulate in
        let sums = sum(
          parts.map(\.a), at: aIndices, rows: a.shape[-2], columns: a.shape[-1], count: aMatrices.count)
        MatrixBatch.write(sums, to: da, accumulate: accumulate)
      }
      gradients.write(to: b) { db, accumulate in
        let sums = sum(
          parts.map(\.b), at: bIndices, rows: b.shape[-2], columns: b.shape[-1], count: bCount)
        MatrixBatch.write(sums, to: db, accumulate: accumulate)
      }
    }
  }

  /// The inverse of a: ... x N x N.
  public static func inverse(_ a: Variable) throws(LinalgError) -> Variable {
    try map(square: a) { (matrix) throws(LinalgError) in
      try matrix.inverse()
    } gradient: { inverse, g in
      inverse.inverseGradient(g)
    }
  }

  /// The lower triangular L with A = L L^T, of a symmetric positive definite a: ... x N x N. Only its lower triangle is
  /// read; the gradient is symmetric.
  public static func cholesky(_ a: Variable) throws(LinalgError) -> Variable {
    try map(square: a) { (matrix) throws(LinalgError) in
      try matrix.cholesky()
    } gradient: { (factor, g) throws(LinalgError) in
      try factor.choleskyGradient(g)
    }
  }

  /// An operation that gives a matrix for each matrix, of the same size, and whose gradient needs the result alone.
  private static func map(
    square a: Variable, operation: String = #function, _ forward: (Matrix) throws(LinalgError) -> Matrix,
    gradient: @escaping (_ result: Matrix, _ g: Matrix) throws(LinalgError) -> Matrix
  ) throws(LinalgError) -> Variable {
    checkSquare(a.shape)
    if a.value.isMeta {
      return Variable(Tensor(uninitialized: a.shape), from: [a], operation: operation) { _, _ in }
    }
    let matrices = MatrixBatch.matrices(a.value)
    let results = try MatrixBatch.map(matrices.count) { (index) throws(LinalgError) in try forward(matrices[index]) }
    let y = Tensor(a.shape) { MatrixBatch.write(results, to: $0) }
    return Variable(y, from: [a], operation: operation) { [a = a.gradientSlot, results] dy, gradients in
      gradients.write(to: a) { da, accumulate in
        let dy = MatrixBatch.matrices(dy)
        let parts = succeeding { () throws(LinalgError) in
          try MatrixBatch.map(dy.count) { (index) throws(LinalgError) in try gradient(results[index], dy[index]) }
        }
        MatrixBatch.write(parts, to: da, accumulate: accumulate)
      }
    }
  }

  static func checkSquare(_ shape: Shape) {
    require(shape.rank >= 2 && shape[-1] == shape[-2], "square matrices are ... x N x N, not \(shape)")
  }

  /// The value of a computation with matrices that the forward pass has found to be regular.
  static func succeeding<Result>(_ body: () throws(LinalgError) -> Result) -> Result {
    do throws(LinalgError) {
      return try body()
    } catch {
      fatalError("a gradient of linear algebra: \(error)")
    }
  }
}
