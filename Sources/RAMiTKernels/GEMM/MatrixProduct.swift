import RAMiTLinearAlgebra
import RAMiTParallel

/// C = op(A) op(B), or a batch of such products, with or without a bias; all matrices are row-major and dense.
///
/// Work is cut by the sizes alone, so the bits do not depend on the number of threads.
package struct MatrixProduct: Sendable {
  /// C is `rows` x `columns`; op(A) has `inner` columns and op(B) `inner` rows.
  package let rows: Int
  package let columns: Int
  package let inner: Int
  /// A lies as [inner x rows].
  package let transposesA: Bool
  /// B lies as [columns x inner].
  package let transposesB: Bool
  /// The number of matrices C.
  package let outputs: Int
  let plan: Plan

  /// A pair of factors: where they start, in floats.
  package struct Term: Sendable {
    package let a: Int
    package let b: Int

    package init(a: Int, b: Int) {
      self.a = a
      self.b = b
    }
  }

  package init(
    rows: Int, columns: Int, inner: Int, transposesA: Bool = false, transposesB: Bool = false, outputs: Int = 1
  ) {
    self.rows = rows
    self.columns = columns
    self.inner = inner
    self.transposesA = transposesA
    self.transposesB = transposesB
    self.outputs = outputs
    plan = Plan(rows: rows, columns: columns, inner: inner, transposesB: transposesB, outputs: outputs)
  }

  /// The pieces that are worked on at once.
  package var pieces: Int {
    switch plan {
    case .whole: outputs
    case .groups(let groups): blocks * groups
    case .blocks, .library: blocks
    }
  }

  /// Floats of scratch memory that each worker needs.
  package var scratchCount: Int {
    switch plan {
    case .library: 0
    case .blocks: leftCount
    case .whole, .groups: leftCount + rightCount(steps: min(inner, Self.innerBlock))
    }
  }

  /// Floats that all workers share: the packed right operand, and partial sums.
  package var sharedCount: Int {
    switch plan {
    case .whole, .library: 0
    case .blocks: rightCount(steps: inner)
    case .groups(let groups): groups * rows * columns
    }
  }

  /// C_o = the sum over terms of op(A) op(B) (+ bias), for each output; overwrites C, or adds to it.
  ///
  /// - Parameters:
  ///   - terms: as many for each output, at least one; one output's after the other's.
  ///   - bias: [columns], added to every row.
  ///   - c: the outputs, one after the other.
  ///   - shared: `sharedCount` floats.
  ///   - scratch: `scratchCount` floats for each worker of `pieces`.
  package func callAsFunction(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, terms: [Term] = [Term(a: 0, b: 0)],
    bias: UnsafePointer<Float>? = nil, into c: UnsafeMutablePointer<Float>, accumulate: Bool = false,
    shared: UnsafeMutablePointer<Float>, scratch: Scratch
  ) {
    guard rows > 0, columns > 0, outputs > 0 else { return }
    let termsEach = terms.count / outputs
    func multiply(
      output: Int, _ body: (Operands) -> Void
    ) {
      for term in 0..<termsEach {
        let place = terms[output &* termsEach &+ term]
        body(
          Operands(
            a: a + place.a, b: b + place.b, bias: term == 0 ? bias : nil, c: c + output &* rows &* columns,
            accumulate: accumulate || term > 0))
      }
    }
    switch plan {
    case .whole:
      parallelFor(outputs) { output, worker in
        multiply(output: output) { multiplyWhole($0, memory: scratch.of(worker: worker)) }
      }
    case .blocks:
      for output in 0..<outputs { multiply(output: output) { multiplyInBlocks($0, packed: shared, scratch) } }
    case .groups(let groups):
      for output in 0..<outputs {
        multiply(output: output) { multiplyInGroups($0, groups: groups, partial: shared, scratch) }
      }
    case .library:
      for output in 0..<outputs { multiply(output: output) { multiplyByLibrary($0, OpenBLAS.installed!) } }
    }
  }
}

extension MatrixProduct {
  /// How a product is cut.
  enum Plan: Equatable {
    /// One piece for each output.
    case whole
    /// Blocks of rows and columns.
    case blocks
    /// Small results of long sums: groups of the inner dimension, whose sums are then added in order.
    case groups(Int)
    /// Blocks of rows, by OpenBLAS.
    case library

    init(rows: Int, columns: Int, inner: Int, transposesB: Bool, outputs: Int) {
      let (_, isLarge) = columns.multipliedReportingOverflow(by: inner)
      precondition(!isLarge, "a matrix of \(inner) x \(columns) is too large")
      let blocks =
        Self.count(of: rows, by: MatrixProduct.rowBlock) * Self.count(of: columns, by: MatrixProduct.columnBlock)
      let groups = min(32 / max(1, blocks), inner / 512)
      // What OpenBLAS does faster (docs/BENCHMARKS.md): large matrices, and a few rows by a large matrix.
      let isLibrarys = min(rows, columns, inner) >= 1024 || (rows < 8 && columns * inner >= 1 << 14)
      if outputs > 1, outputs >= 16 || rows * columns * inner <= 1 << 21 {
        self = .whole
      } else if isLibrarys, OpenBLAS.installed != nil {
        self = .library
      } else {
        self = groups > 1 ? .groups(groups) : .blocks
      }
    }

    static func count(of total: Int, by size: Int) -> Int { (total + size - 1) / size }
  }

  /// A block of A of this many rows and `innerBlock` columns stays in the second cache.
  static let rowBlock = 128
  static let columnBlock = 512
  /// This many rows of 32 columns of B stay in the first cache.
  static let innerBlock = 256

  var rowBlocks: Int { Plan.count(of: rows, by: Self.rowBlock) }
  var blocks: Int { rowBlocks * Plan.count(of: columns, by: Self.columnBlock) }

  /// Packing costs as much as the product with 16 columns or so, and saves a cache miss for each tile. The steps of a
  /// transposed block lie on pages of their own.
  var packsLeft: Bool { transposesA ? columns > 64 : columns >= 192 }

  /// In place, a short row is as good as a panel; the steps of a long one lie on pages of their own.
  var packsRight: Bool { transposesB || (columns > 256 && rows > 64) }

  private var leftCount: Int {
    packsLeft ? LeftBlock.packedCount(rows: min(rows, Self.rowBlock), inner: min(inner, Self.innerBlock)) : 0
  }

  /// The floats of `steps` rows of the packed right operand.
  private func rightCount(steps: Int) -> Int { packsRight ? steps * paddedToVector(columns) : 0 }
}
