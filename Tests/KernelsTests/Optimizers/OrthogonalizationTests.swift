import RAMiTOperationTestSupport
import RAMiTParallel
import Testing

@testable import RAMiTKernels

/// The orthogonalization of Muon against plain loops in double precision.
@Suite(.guardedMemory) struct OrthogonalizationTests {
  @Test(arguments: [(1, 1), (3, 5), (5, 3), (16, 16), (40, 24), (24, 130), (64, 300)])
  func agreesWithPlainLoops(rows: Int, columns: Int) {
    let x = random("x", [rows, columns]), matrix = GuardedBuffer(x)
    let orthogonalization = Orthogonalization(rows: rows, columns: columns)
    let scratch = GuardedBuffer(unwritten: orthogonalization.scratchCount(workers: ComputeThreads.count))
    orthogonalization(matrix.pointer, scratch: scratch.pointer)
    // The iteration makes the roundings of small singular values 500 times larger.
    matrix.expect(orthogonalized(x.values, rows, columns), within: 5e-4)
  }

  private func orthogonalized(_ values: [Double], _ rows: Int, _ columns: Int) -> [Double] {
    let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    var x = values.map { $0 / norm }
    for _ in 0..<5 {
      let gram = product(x, transposed(x, rows, columns), rows, columns, rows)
      let square = product(gram, gram, rows, rows, rows)
      let polynomial = zip(gram, square).map { -4.7750 * $0 + 2.0315 * $1 }
      x = zip(x, product(polynomial, x, rows, rows, columns)).map { 3.4445 * $0 + $1 }
    }
    return x
  }

  private func transposed(_ x: [Double], _ rows: Int, _ columns: Int) -> [Double] {
    (0..<columns * rows).map { x[$0 % rows * columns + $0 / rows] }
  }

  /// [rows x inner] [inner x columns].
  private func product(_ a: [Double], _ b: [Double], _ rows: Int, _ inner: Int, _ columns: Int) -> [Double] {
    (0..<rows * columns).map { place in
      (0..<inner).reduce(0) { $0 + a[place / columns * inner + $1] * b[$1 * columns + place % columns] }
    }
  }
}
