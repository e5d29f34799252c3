import RAMiTParallel
import RAMiTTensorCore
import Testing

@testable import RAMiTKernels

/// Products of all shapes against plain loops in double precision.
@Suite struct MatrixProductTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var rows: Int, columns: Int, inner: Int
    var transposesA = false, transposesB = false
    var outputs = 1, termsEach = 1

    var testDescription: String {
      let a = transposesA ? "T" : "", b = transposesB ? "T" : ""
      return "\(outputs) x \(termsEach) x [\(rows) x \(inner)]\(a) [\(inner) x \(columns)]\(b)"
    }

    var product: MatrixProduct {
      MatrixProduct(
        rows: rows, columns: columns, inner: inner, transposesA: transposesA, transposesB: transposesB, outputs: outputs
      )
    }

    func transposed(_ a: Bool, _ b: Bool) -> Case {
      var other = self
      (other.transposesA, other.transposesB) = (a, b)
      return other
    }
  }

  /// Every way to cut the work, at sizes that leave rows, columns and steps over.
  static let cases = [
    Case(rows: 1, columns: 1, inner: 1), Case(rows: 5, columns: 3, inner: 7), Case(rows: 8, columns: 16, inner: 4),
    Case(rows: 13, columns: 33, inner: 20), Case(rows: 7, columns: 70, inner: 2),
    Case(rows: 130, columns: 200, inner: 300),
    Case(rows: 70, columns: 530, inner: 30), Case(rows: 270, columns: 15, inner: 17),
    // Groups.
    Case(rows: 9, columns: 21, inner: 1500), Case(rows: 40, columns: 300, inner: 1100),
    // Whole outputs, and broadcast operands' gradients.
    Case(rows: 9, columns: 5, inner: 11, outputs: 17, termsEach: 3),
    Case(rows: 65, columns: 40, inner: 261, outputs: 16),
    Case(rows: 200, columns: 150, inner: 90, outputs: 3, termsEach: 2),
    Case(rows: 30, columns: 20, inner: 5000, outputs: 2, termsEach: 2),
    // OpenBLAS, where it is installed.
    Case(rows: 3, columns: 130, inner: 140),
  ].flatMap { shape in [(false, false), (true, false), (false, true), (true, true)].map(shape.transposed) }

  private static func numbers(_ count: Int, seed: UInt64) -> [Float] {
    var random = RandomNumbers(seed: seed)
    return (0..<count).map { _ in random.normalPair().0 }
  }

  @Test(arguments: cases) func agreesWithPlainLoops(_ shape: Case) { Self.check(shape) }

  /// 1024 in all directions goes to OpenBLAS where it is installed.
  @Test func largeMatricesMultiply() {
    Self.check(Case(rows: 1030, columns: 1025, inner: 1024, transposesB: true), samples: 500)
  }

  private static func check(_ shape: Case, samples: Int? = nil) {
    let (m, n, k, terms) = (shape.rows, shape.columns, shape.inner, shape.outputs * shape.termsEach)
    // Not in order, and an operand that several products share.
    let places = (0..<terms).map { MatrixProduct.Term(a: (terms - 1 - $0) * m * k, b: $0 / 2 * n * k) }
    let a = Tensor(numbers(terms * m * k, seed: 1), [terms * m * k]),
      b = Tensor(numbers(terms * n * k, seed: 2), [terms * n * k])
    let bias = Tensor(numbers(n, seed: 3), [n]), product = shape.product
    let scratchCount = paddedToVector(product.scratchCount)
    for (hasBias, accumulate) in [(false, false), (true, false), (false, true), (true, true)] {
      let c = Tensor(repeating: accumulate ? 0.5 : .nan, [shape.outputs * m * n])
      let shared = Tensor(repeating: .nan, [product.sharedCount])
      let scratch = Tensor(repeating: .nan, [workerCount(for: product.pieces) * scratchCount])
      product(
        a.pointer, b.pointer, terms: places, bias: hasBias ? bias.pointer : nil, into: c.pointer,
        accumulate: accumulate,
        shared: shared.pointer, scratch: Scratch(scratch.pointer, count: scratchCount))
      var worst = 0.0
      let elements = shape.outputs * m * n, step = samples.map { max(1, elements / $0) } ?? 1
      for element in stride(from: 0, to: elements, by: step) {
        let (output, i, j) = (element / (m * n), element / n % m, element % n)
        var sum = (hasBias ? Double(bias.pointer[j]) : 0) + (accumulate ? 0.5 : 0)
        for term in 0..<shape.termsEach {
          let place = places[output * shape.termsEach + term]
          for step in 0..<k {
            let x = a.pointer[place.a + (shape.transposesA ? step * m + i : i * k + step)]
            let y = b.pointer[place.b + (shape.transposesB ? j * k + step : step * n + j)]
            sum += Double(x) * Double(y)
          }
        }
        let error = abs(Double(c.pointer[element]) - sum)
        worst = max(worst, error.isFinite ? error : .infinity)
      }
      // Without an instruction for it, a multiply-add rounds twice.
      #expect(worst < 4e-6 * Double(k * shape.termsEach).squareRoot(), "bias \(hasBias), accumulate \(accumulate)")
    }
  }

  @Test func emptyProductsAreZero() {
    let product = MatrixProduct(rows: 3, columns: 5, inner: 0), c = Tensor(repeating: 1, [15]),
      none = Tensor(zeros: [16])
    product(
      none.pointer, none.pointer, into: c.pointer, shared: none.pointer, scratch: Scratch(none.pointer, count: 0))
    #expect(c.array == [Float](repeating: 0, count: 15))
  }
}
