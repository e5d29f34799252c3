import RAMiTAutograd
import RAMiTLinearAlgebra
import RAMiTOperationTestSupport
import RAMiTTensorCore
import Testing

@Suite struct LinalgTests {
  private static let solutions: [OperationCheck] = [
    .solve([3, 3], [3, 2]), .solve([1, 1], [1, 1]), .solve([2, 4, 4], [2, 4, 3]), .solve([4, 4], [3, 4, 2]),
    .solve([2, 1, 3, 3], [3, 3, 2]), .inverse([1, 1]), .inverse([5, 5]), .inverse([2, 3, 3]),
  ]
  private static let factors: [OperationCheck] = [
    .cholesky([1, 2]), .cholesky([4, 9]), .cholesky([2, 3, 7]), .qr([5, 3]), .qr([4, 4]), .qr([3, 5]), .qr([1, 1]),
    .qr([2, 5, 3]), .qr([5, 3], onlyR: true), .qr([3, 5], onlyR: true), .qr([5, 3], onlyQ: true),
    .qr([3, 5], onlyQ: true),
  ]
  private static let spectra: [OperationCheck] = [
    .eigh([4, 6], .values), .eigh([4, 6], .all), .eigh([2, 3, 5], .values), .eigh([2, 3, 5], .all),
    .eigh([1, 2], .values),
  ]
  private static var singularValues: [OperationCheck] {
    let shapes: [Shape] = [[5, 3], [3, 5], [4, 4], [2, 4, 3]]
    return shapes.flatMap { shape in OperationCheck.Part.allCases.map { OperationCheck.svd(shape, $0) } }
  }

  @Test(arguments: solutions + factors + spectra + singularValues)
  func decompositions(_ check: OperationCheck) { #expect(check.faults() == []) }

  /// Both results at once: their gradients meet in one pullback.
  @Test func gradientsOfSeveralResultsMeet() throws {
    let x = Tensor([2, 1, 1, 3], [2, 2])
    func gradient(_ body: (_ values: Variable, _ vectors: Variable) -> Variable) throws -> [Float] {
      let tape = Tape(), sum = Tensor(zeros: [2, 2])
      let result = try tape.record {
        let (values, vectors) = try Linalg.eigh(Variable(leaf: x, gradient: sum))
        return body(values, vectors)
      }
      tape.backward(from: result)
      return sum.array
    }
    let weights = Variable(constant: Tensor([1, 2, 2, 1], [2, 2]))
    func ofValues(_ values: Variable) -> Variable { matmul(Variable(constant: Tensor([1, 3], [2, 1])), row(values)) }
    func ofVectors(_ vectors: Variable) -> Variable { matmul(matmul(vectors, weights), vectors, transposeB: true) }
    /// 2 to 1 x 2, whatever other operations there are.
    func row(_ x: Variable) -> Variable {
      Variable(x.value.reshaped([1, 2]), from: [x]) { gradient, gradients in
        gradients.add(gradient.reshaped([2]), to: x)
      }
    }
    let values = try gradient { values, _ in ofValues(values) },
      vectors = try gradient { _, vectors in ofVectors(vectors) }
    let both = try gradient { values, vectors in matmul(ofValues(values), ofVectors(vectors)) }
    let areFinite = both.allSatisfy { $0.isFinite }
    #expect(areFinite)
    #expect(both != values && both != vectors)
  }

  @Test func errorsAreTyped() {
    let singular = Variable(constant: Tensor([1, 2, 2, 4], [2, 2]))
    #expect(throws: LinalgError.singular(size: 2)) { try Linalg.inverse(singular) }
    #expect(throws: LinalgError.singular(size: 2)) { try Linalg.solve(singular, singular) }
    #expect(throws: LinalgError.notPositiveDefinite(order: 2)) { try Linalg.cholesky(singular) }
  }

  /// Where the others span a column there is no derivative: the gradient is NaN, as in PyTorch.
  @Test func qrOfDependentColumnsHasNoGradient() throws {
    let tape = Tape(), gradient = Tensor(zeros: [2, 2])
    let r = try tape.record { try Linalg.qr(Variable(leaf: Tensor([0, 0, 0, 1], [2, 2]), gradient: gradient)).r }
    tape.backward(from: r)
    let isNaN = gradient.array.contains { $0.isNaN }
    #expect(isNaN)
  }

  @Test(arguments: [[5, 5], [3, 8], [8, 3], [4, 3, 3, 2], [2, 3, 3, 4]]) func orthogonalMatrices(_ dimensions: [Int])
    throws
  {
    var random = RandomNumbers(seed: 4)
    let shape = Shape(dimensions)
    let normal = Tensor((0..<shape.count).map { _ in random.normalPair().0 }, shape)
    let result = try Linalg.orthogonal(normal)
    #expect(result.shape == shape)
    let rows = shape[0], columns = shape.count / rows
    let q = Variable(constant: result.reshaped([rows, columns]))
    let product = rows <= columns ? matmul(q, q, transposeB: true) : matmul(q, q, transposeA: true)
    let n = min(rows, columns)
    for i in 0..<n {
      for j in 0..<n { #expect(abs(product.value.array[i * n + j] - (i == j ? 1 : 0)) < 1e-6) }
    }
  }
}
