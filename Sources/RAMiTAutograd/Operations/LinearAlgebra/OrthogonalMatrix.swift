import RAMiTLinearAlgebra
import RAMiTTensorCore

extension Linalg {
  /// A matrix with orthonormal rows or columns, whichever are fewer, from one of normal random numbers: uniformly
  /// distributed, as PyTorch's `orthogonal_` makes it (Saxe et al., "Exact solutions to the nonlinear dynamics of
  /// learning in deep linear neural networks", 2014).
  ///
  /// - Parameter normal: R x ...; the axes after the first count as one.
  /// - Returns: a tensor of the same shape.
  public static func orthogonal(_ normal: Tensor) throws(LinalgError) -> Tensor {
    require(normal.shape.rank >= 2, "an orthogonal matrix has two axes or more, not \(normal.shape)")
    if normal.isMeta { return Tensor(uninitialized: normal.shape) }
    let rows = normal.shape[0], columns = rows == 0 ? 0 : normal.count / rows
    let matrix = Matrix(normal.array.map(Double.init), rows: rows, columns: columns)
    let isWide = rows < columns
    let (q, r) = try (isWide ? matrix.transposed : matrix).qr()
    // The signs that make the distribution uniform.
    let signed = q.mapElements { _, j, value in r[j, j] < 0 ? -value : value }
    return Tensor(normal.shape) { MatrixBatch.write([isWide ? signed.transposed : signed], to: $0) }
  }
}
