import RAMiTLinearAlgebra
import RAMiTTensorCore

extension Linalg {
  /// A = Q R, reduced.
  ///
  /// The gradient is NaN unless the first K columns of A are linearly independent.
  /// - Parameter a: ... x M x N.
  /// - Returns: Q ... x M x K with orthonormal columns, and the upper triangular R ... x K x N; K is the smaller of M
  ///   and N.
  public static func qr(_ a: Variable) throws(LinalgError) -> (q: Variable, r: Variable) {
    let sizes = Sizes(a.shape)
    let (qShape, rShape) = (sizes.shape([sizes.rows, sizes.smaller]), sizes.shape([sizes.smaller, sizes.columns]))
    guard let matrices = sizes.matrices(a) else {
      return (.meta(qShape, from: [a]), .meta(rShape, from: [a]))
    }
    let results = try MatrixBatch.map(matrices.count) { (index) throws(LinalgError) in try matrices[index].qr() }
    let values = [
      Tensor(qShape) { MatrixBatch.write(results.map(\.q), to: $0) },
      Tensor(rShape) { MatrixBatch.write(results.map(\.r), to: $0) },
    ]
    let outputs = Variable.results(values, from: [a]) { [a = a.gradientSlot, results] received, gradients in
      let gQ = received[0].map(MatrixBatch.matrices), gR = received[1].map(MatrixBatch.matrices)
      gradients.write(to: a) { da, accumulate in
        let parts = succeeding { () throws(LinalgError) in
          try MatrixBatch.map(results.count) { (index) throws(LinalgError) in
            let (q, r) = results[index]
            do throws(LinalgError) {
              return try q.qrGradient(
                r: r, gQ: gQ?[index] ?? Matrix(zeros: q.rows, q.columns),
                gR: gR?[index] ?? Matrix(zeros: r.rows, r.columns))
            } catch .singular {
              return Matrix([Double](repeating: .nan, count: q.rows * r.columns), rows: q.rows, columns: r.columns)
            }
          }
        }
        MatrixBatch.write(parts, to: da, accumulate: accumulate)
      }
    }
    return (outputs[0], outputs[1])
  }

  /// The eigenvalues of a symmetric A, from the smallest to the largest, and its eigenvectors, in columns. Only the
  /// lower triangle is read.
  ///
  /// Eigenvectors are known up to their signs, and the gradient is right for functions that do not depend on these; it
  /// grows without bounds as eigenvalues meet, unless a function uses eigenvalues only.
  /// - Parameter a: ... x N x N.
  /// - Returns: ... x N, and ... x N x N.
  public static func eigh(_ a: Variable) throws(LinalgError) -> (values: Variable, vectors: Variable) {
    checkSquare(a.shape)
    let sizes = Sizes(a.shape), valuesShape = sizes.shape([sizes.rows])
    guard let matrices = sizes.matrices(a) else {
      return (.meta(valuesShape, from: [a]), .meta(a.shape, from: [a]))
    }
    let results = try MatrixBatch.map(matrices.count) { (index) throws(LinalgError) in try matrices[index].eigh() }
    let values = [
      Tensor(valuesShape) { MatrixBatch.write(results.map(\.values), to: $0) },
      Tensor(a.shape) { MatrixBatch.write(results.map(\.vectors), to: $0) },
    ]
    let outputs = Variable.results(values, from: [a]) { [a = a.gradientSlot, results] received, gradients in
      let gValues = received[0].map { MatrixBatch.vectors($0, count: sizes.rows) }
      let gVectors = received[1].map(MatrixBatch.matrices)
      gradients.write(to: a) { da, accumulate in
        let parts = results.indices.map { index in
          let (values, vectors) = results[index]
          return vectors.eighGradient(
            values: values, gValues: gValues?[index] ?? values.map { _ in 0 }, gVectors: gVectors?[index])
        }
        MatrixBatch.write(parts, to: da, accumulate: accumulate)
      }
    }
    return (outputs[0], outputs[1])
  }

  /// A = U diag(S) V^T, reduced, singular values from the largest to the smallest.
  ///
  /// Singular vectors are known up to the signs of pairs, and the gradient is right for functions that do not depend on
  /// these; it grows without bounds as singular values meet, unless a function uses singular values only.
  /// - Parameter a: ... x M x N.
  /// - Returns: U ... x M x K, S ... x K, and V^T ... x K x N; K is the smaller of M and N.
  public static func svd(_ a: Variable) throws(LinalgError) -> (u: Variable, s: Variable, vt: Variable) {
    let sizes = Sizes(a.shape), k = sizes.smaller
    let shapes = [sizes.shape([sizes.rows, k]), sizes.shape([k]), sizes.shape([k, sizes.columns])]
    guard let matrices = sizes.matrices(a) else {
      return (.meta(shapes[0], from: [a]), .meta(shapes[1], from: [a]), .meta(shapes[2], from: [a]))
    }
    let results = try MatrixBatch.map(matrices.count) { (index) throws(LinalgError) in try matrices[index].svd() }
    let values = [
      Tensor(shapes[0]) { MatrixBatch.write(results.map(\.u), to: $0) },
      Tensor(shapes[1]) { MatrixBatch.write(results.map(\.s), to: $0) },
      Tensor(shapes[2]) { MatrixBatch.write(results.map(\.vt), to: $0) },
    ]
    let outputs = Variable.results(values, from: [a]) { [a = a.gradientSlot, results] received, gradients in
      let (gU, gVt) = (received[0].map(MatrixBatch.matrices), received[2].map(MatrixBatch.matrices))
      let gS = received[1].map { MatrixBatch.vectors($0, count: k) }
      gradients.write(to: a) { da, accumulate in
        let parts = results.indices.map { index in
          let (u, s, vt) = results[index]
          return u.svdGradient(s: s, vt: vt, gU: gU?[index], gS: gS?[index] ?? s.map { _ in 0 }, gVt: gVt?[index])
        }
        MatrixBatch.write(parts, to: da, accumulate: accumulate)
      }
    }
    return (outputs[0], outputs[1], outputs[2])
  }

  /// The shape of a batch of matrices.
  private struct Sizes {
    let rows: Int
    let columns: Int
    private let leading: [Int]

    init(_ shape: Shape) {
      require(shape.rank >= 2, "matrices are ... x M x N, not \(shape)")
      (rows, columns, leading) = (shape[-2], shape[-1], MatrixBatch.leading(shape))
    }

    var smaller: Int { min(rows, columns) }

    func shape(_ last: [Int]) -> Shape { Shape(leading + last) }

    /// Nil for a meta tensor.
    func matrices(_ a: Variable) -> [Matrix]? { a.value.isMeta ? nil : MatrixBatch.matrices(a.value) }
  }
}

extension Variable {
  fileprivate static func meta(_ shape: Shape, from operands: [Variable]) -> Variable {
    Variable(Tensor(uninitialized: shape), from: operands) { _, _ in }
  }
}
