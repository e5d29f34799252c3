import RAMiTKernels
import RAMiTTensorCore

/// Products of matrices whose leading axes are broadcast: C = op(A) op(B), where C may have fewer leading axes than the
/// products, and is then their sum, as in the gradient of an operand that was broadcast.
struct BatchedProduct {
  /// A factor or the result, as it lies in memory.
  struct Matrices {
    /// The sizes of the leading axes, no more than the broadcast ones.
    let leading: [Int]
    let rows: Int
    let columns: Int
    /// Whether the transpose is taken; false for the result.
    var isTransposed = false

    var count: Int { leading.reduce(1, *) }
    var transposed: Matrices {
      Matrices(leading: leading, rows: rows, columns: columns, isTransposed: !isTransposed)
    }

  }

  private let kernel: MatrixProduct
  private let terms: [MatrixProduct.Term]

  /// - Parameters:
  ///   - broadcast: the leading axes of all products.
  ///   - inner: the size that both factors share.
  init(_ a: Matrices, _ b: Matrices, result: Matrices, inner: Int, broadcast: [Int]) {
    let count = broadcast.reduce(1, *)
    func product(rows: Int, inner: Int, outputs: Int) -> MatrixProduct {
      MatrixProduct(
        rows: rows, columns: result.columns, inner: inner, transposesA: a.isTransposed, transposesB: b.isTransposed,
        outputs: outputs)
    }
    let single = [MatrixProduct.Term(a: 0, b: 0)]
    if b.count == 1, a.count == count, result.count == count, !a.isTransposed {
      // The rows of all matrices, one after the other.
      (kernel, terms) = (product(rows: count * result.rows, inner: inner, outputs: 1), single)
    } else if result.count == 1, a.count == count, b.count == count, a.isTransposed, !b.isTransposed {
      // One long sum.
      (kernel, terms) = (product(rows: result.rows, inner: count * inner, outputs: 1), single)
    } else {
      kernel = product(rows: result.rows, inner: inner, outputs: result.count)
      var places = [[MatrixProduct.Term]](repeating: [], count: result.count)
      let indices = zip(Self.indices(of: a.leading, in: broadcast), Self.indices(of: b.leading, in: broadcast))
      for (target, (aIndex, bIndex)) in zip(Self.indices(of: result.leading, in: broadcast), indices) {
        places[target].append(
          MatrixProduct.Term(a: aIndex * a.rows * a.columns, b: bIndex * b.rows * b.columns))
      }
      terms = places.flatMap { $0 }
    }
  }

  /// The number of the matrix at every place of the broadcast leading axes, in row-major order.
  static func indices(of leading: [Int], in broadcast: [Int]) -> [Int] {
    let sizes = Array(repeating: 1, count: broadcast.count - leading.count) + leading
    var indices = [0]
    for (size, wanted) in zip(sizes, broadcast) {
      indices = indices.flatMap { index in (0..<wanted).map { index * size + (size == 1 ? 0 : $0) } }
    }
    return indices
  }

  /// Overwrites `c`, or adds to it.
  func multiply(_ a: Tensor, _ b: Tensor, into c: UnsafeMutablePointer<Float>, accumulate: Bool = false) {
    kernel.multiply(a, b, terms: terms, into: c, accumulate: accumulate)
  }
}

extension MatrixProduct {
  /// Multiplies with memory of the pool.
  func multiply(
    _ a: Tensor, _ b: Tensor, terms: [Term] = [Term(a: 0, b: 0)], bias: Tensor? = nil,
    into c: UnsafeMutablePointer<Float>, accumulate: Bool = false
  ) {
    let memory = KernelMemory(scratch: scratchCount, pieces: pieces)
    let shared = Tensor(uninitialized: [sharedCount])
    self(
      a.pointer, b.pointer, terms: terms, bias: bias?.pointer, into: c, accumulate: accumulate, shared: shared.pointer,
      scratch: memory.scratch)
    withExtendedLifetime((memory, shared, bias)) {}
  }
}
