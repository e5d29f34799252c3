import RAMiTAutograd
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

@Suite struct PrincipalComponentsTests {
  /// Pixels that vary in two directions only, much in the first, around a mean.
  private func map() -> Tensor {
    var random = RandomNumbers(seed: 8)
    let directions: [[Float]] = [[0.6, 0, 0.8, 0], [0, 1, 0, 0]], mean: [Float] = [5, -3, 2, 7]
    var values: [Float] = []
    for _ in 0..<2 * 9 * 11 {
      let (first, second) = random.normalPair()
      values += (0..<4).map { mean[$0] + 3 * first * directions[0][$0] + second * directions[1][$0] }
    }
    return Tensor(values, [2, 9, 11, 4])
  }

  @Test func theDirectionsOfVarianceAreFound() throws {
    let x = map(), two = try PrincipalComponents(of: x, count: 2)
    #expect(abs(two.explainedShare - 1) < 1e-5)
    #expect(two.variances.array[0] > 4 * two.variances.array[1])
    // Nearly the directions that were drawn: samples are few.
    #expect(two.components.array[2] > 0.7 && two.components.array[5] > 0.9)
    let y = two(Variable(constant: x))
    #expect(y.shape == [2, 9, 11, 2])
    // Back to the map, which has no other directions.
    let back = matmul(y.reshapedRows, Variable(constant: two.components)).value
    let expected = Tensor(zip(x.array, 0...).map { $0 - two.mean.array[$1 % 4] }, [x.shape.rows, 4])
    #expect(relativeError(back, expected) < 1e-5)
    // The components do not vary together, and each has its variance.
    let products = matmul(y.reshapedRows, y.reshapedRows, transposeA: true).value.array.map {
      $0 / Float(x.shape.rows - 1)
    }
    #expect(abs(products[1]) < 1e-4 * products[0] && abs(products[0] - two.variances.array[0]) < 1e-4 * products[0])
  }

  @Test func aMapWithoutVarianceIsAllMean() throws {
    let components = try PrincipalComponents(of: Tensor(repeating: 2, [1, 3, 3, 5]), count: 3)
    #expect(components.mean.array == [2, 2, 2, 2, 2] && components.explainedShare == 1)
    let y = components(Variable(constant: Tensor(repeating: 2, [1, 3, 3, 5]))).value
    #expect(y.shape == [1, 3, 3, 3] && y.array.allSatisfy { abs($0) < 1e-6 })
  }
}

extension Variable {
  /// Samples x channels.
  fileprivate var reshapedRows: Variable { Variable(constant: value.reshaped([shape.rows, shape.last])) }
}
