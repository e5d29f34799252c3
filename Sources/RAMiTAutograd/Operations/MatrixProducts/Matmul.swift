import RAMiTKernels
import RAMiTTensorCore

/// The matrix product op(a) op(b) over the last two axes.
///
/// - Parameters:
///   - a: ... x M x K, or ... x K x M when transposed.
///   - b: ... x K x N, or ... x N x K when transposed. The leading axes of both are broadcast as in PyTorch.
/// - Returns: ... x M x N.
/// - Precondition: both have at least two axes, K is the same, and the leading axes fit.
public func matmul(_ a: Variable, _ b: Variable, transposeA: Bool = false, transposeB: Bool = false) -> Variable {
  let shapes = MatmulShapes(a.shape, b.shape, transposeA: transposeA, transposeB: transposeB)
  let y = Tensor(Shape(shapes.broadcast + [shapes.rows, shapes.columns])) { y in
    shapes.forward.multiply(a.value, b.value, into: y)
  }
  return Variable(
    y, from: [a, b], multiplyAdds: y.shape.count * shapes.inner,
    as: GraphDescription(.matmul(transposesA: transposeA, transposesB: transposeB))
  ) {
    [
      a = a.gradientSlot, b = b.gradientSlot, aValue = b.requiresGradient ? a.saved : nil,
      bValue = a.requiresGradient ? b.saved : nil
    ] dy, gradients in
    gradients.write(to: a) { da, accumulate in
      let b = bValue!.value
      if transposeA {
        shapes.gradientOfA.multiply(b, dy, into: da, accumulate: accumulate)
      } else {
        shapes.gradientOfA.multiply(dy, b, into: da, accumulate: accumulate)
      }
    }
    gradients.write(to: b) { db, accumulate in
      let a = aValue!.value
      if transposeB {
        shapes.gradientOfB.multiply(dy, a, into: db, accumulate: accumulate)
      } else {
        shapes.gradientOfB.multiply(a, dy, into: db, accumulate: accumulate)
      }
    }
  }
}

/// Sizes of a product, and the products of its gradients.
private struct MatmulShapes {
  let rows: Int
  let columns: Int
  let inner: Int
  /// The leading axes of the result.
  let broadcast: [Int]
  private let a: BatchedProduct.Matrices
  private let b: BatchedProduct.Matrices

  init(_ aShape: Shape, _ bShape: Shape, transposeA: Bool, transposeB: Bool) {
    require(
      aShape.rank >= 2 && bShape.rank >= 2, "a matrix product takes two axes or more, not \(aShape) and \(bShape)")
    let (aInner, bInner) = (aShape[transposeA ? -2 : -1], bShape[transposeB ? -1 : -2])
    require(
      aInner == bInner,
      "\(aShape)\(transposeA ? " transposed" : "") by \(bShape)\(transposeB ? " transposed" : ""): "
        + "\(aInner) columns do not fit \(bInner) rows")
    (rows, columns, inner) = (aShape[transposeA ? -1 : -2], bShape[transposeB ? -2 : -1], aInner)
    let (aLeading, bLeading) = (Array(aShape.dimensions.dropLast(2)), Array(bShape.dimensions.dropLast(2)))
    guard let broadcast = Broadcast.dimensions([aLeading, bLeading]) else {
      fatalError("the leading axes of \(aShape) and \(bShape) do not fit")
    }
    self.broadcast = broadcast
    a = .init(leading: aLeading, rows: aShape[-2], columns: aShape[-1], isTransposed: transposeA)
    b = .init(leading: bLeading, rows: bShape[-2], columns: bShape[-1], isTransposed: transposeB)
  }

  private var result: BatchedProduct.Matrices { .init(leading: broadcast, rows: rows, columns: columns) }

  var forward: BatchedProduct { BatchedProduct(a, b, result: result, inner: inner, broadcast: broadcast) }

  /// dA = dC op(B)^T, or its transpose op(B) dC^T.
  var gradientOfA: BatchedProduct {
    let target = BatchedProduct.Matrices(leading: a.leading, rows: a.rows, columns: a.columns)
    return a.isTransposed
      ? BatchedProduct(b, result.transposed, result: target, inner: columns, broadcast: broadcast)
      : BatchedProduct(result, b.transposed, result: target, inner: columns, broadcast: broadcast)
  }

  /// dB = op(A)^T dC, or its transpose dC^T op(A).
  var gradientOfB: BatchedProduct {
    let target = BatchedProduct.Matrices(leading: b.leading, rows: b.rows, columns: b.columns)
    return b.isTransposed
      ? BatchedProduct(result.transposed, a, result: target, inner: rows, broadcast: broadcast)
      : BatchedProduct(a.transposed, result, result: target, inner: rows, broadcast: broadcast)
  }
}
