import RAMiTAutograd
import RAMiTOperationTestSupport
import RAMiTTensorCore
import Testing

/// Reductions over any axes, against their twins.
@Suite struct ReductionTests {
  /// Inner, outer, middle and alternating axes, and short and long ones.
  static let cases: [(Shape, [Int]?)] = [
    ([2, 3, 5, 4], nil), ([2, 3, 5, 4], [-1]), ([2, 3, 5, 20], [1, 2]), ([2, 3, 5, 4], [0, 2]), ([7, 70], [0]),
    ([7, 131], [0]), ([3, 5, 4], [1]), ([3, 1, 4], [0, 1]), ([2, 3, 4, 3, 2], [1, 3]), ([300], nil), ([17, 2], [1]),
    ([4, 3, 5], [0, -1]),
  ]

  @Test(arguments: OperationCheck.Reduced.allCases)
  func reductions(_ reduction: OperationCheck.Reduced) {
    for (shape, axes) in Self.cases {
      for keeps in [false, true] {
        let check = OperationCheck.reduction(reduction, shape, axes: axes, keepsDimensions: keeps)
        #expect(check.faults() == [], "\(check)")
      }
    }
  }

  @Test(arguments: [
    OperationCheck.cumulativeSum([2, 3, 5], axis: 1), .cumulativeSum([2, 3, 5], axis: -1),
    .cumulativeSum([4, 21], axis: 0), .cumulativeSum([1], axis: 0), .extremes([2, 3, 5], axis: 1, isLargest: true),
    .extremes([2, 3, 5], axis: -1, isLargest: false), .extremes([3, 20], axis: 0, isLargest: true),
  ])
  func alongOneAxis(_ check: OperationCheck) { #expect(check.faults() == []) }

  @Test(arguments: [
    OperationCheck.choice([2, 3, 5], [2, 3, 5]), .choice([2, 3, 5], [5]), .choice([2, 3, 5], []),
    .choice([1, 5], [3, 1]), .prelu([2, 3, 5, 20], weight: [20]), .prelu([2, 3, 5], weight: [1]),
    .prelu([2, 3, 5], weight: []), .power([2, 3, 5], [2, 3, 5]), .power([2, 3, 5], [5]),
  ])
  func choices(_ check: OperationCheck) { #expect(check.faults() == []) }

  private func gradient(_ x: [Float], _ shape: Shape, _ operation: (Variable) -> Variable) -> [Float] {
    let tape = Tape(), gradient = Tensor(zeros: shape)
    tape.backward(from: tape.record { operation(Variable(leaf: Tensor(x, shape), gradient: gradient)) })
    return gradient.array
  }

  /// As in PyTorch: the first of `amax`, the second of `max` along a dimension.
  @Test func tiesShareTheGradientOrTheFirstTakesIt() {
    let third: Float = 1 / 3, shared: [Float] = [0, 0.5, 0.5, third, third, third]
    #expect(gradient([1, 3, 3, 2, 2, 2], [2, 3]) { $0.max(axes: [1]) } == shared)
    #expect(gradient([1, 3, 3, 2, 2, 2], [2, 3]) { $0.max(axis: 1).values } == [0, 1, 0, 1, 0, 0])
    #expect(gradient([1, 3, 1, 2], [4]) { $0.min() } == [0.5, 0, 0.5, 0])
  }

  @Test func placesOfExtremes() {
    let x = Variable(constant: Tensor([1, 5, 2, 5, 7, 0, 3, 3], [2, 4]))
    #expect(x.argmax(axis: 1) == [1, 0] && x.argmin(axis: -1) == [0, 1])
    #expect(x.argmax(axis: 0) == [1, 0, 1, 0] && x.argmin(axis: 0) == [0, 1, 0, 1])
    #expect(x.argmax() == 4 && x.argmin() == 5)
    #expect(x.max(axis: 1, keepsDimensions: true).values.shape == [2, 1])
    #expect(x.max(axis: 0).indices == [1, 0, 1, 0])
    #expect(Variable(constant: Tensor([1, .nan, 9], [3])).argmax() == 1)
  }

  @Test func whatIsNotANumberShows() {
    let x = Variable(constant: Tensor((0..<100).map { $0 == 41 ? .nan : Float($0) }, [100]))
    #expect(x.max().value.scalar.isNaN && x.min().value.scalar.isNaN && x.sum().value.scalar.isNaN)
    #expect(Variable(constant: x.value.reshaped([20, 5])).max(axes: [1]).value.array.filter(\.isNaN).count == 1)
  }

  @Test func extremeLogSumExp() {
    let infinity = Float.infinity
    let x = Variable(constant: Tensor([-infinity, -infinity, 1000, 1000, -1000, 0, infinity, 0], [4, 2]))
    let y = x.logSumExp(axes: [1]).value.array
    #expect(y[0] == -infinity && y[2] == 0 && y[3] == infinity)
    #expect(abs(y[1] - 1000.6931) < 1e-3)
  }

  /// Equal numbers, whose rounding errors all have one sign, along runs and along rows.
  @Test func longSumsKeepTheirDigits() {
    let x = Variable(constant: Tensor(repeating: 0.1, [1 << 22]))
    let expected = Double(Float(0.1)) * Double(1 << 22)
    #expect(abs(Double(x.sum().value.scalar) / expected - 1) < 5e-7)
    #expect(abs(x.mean().value.scalar - 0.1) < 5e-8)
    let rows = Variable(constant: x.value.reshaped([1 << 21, 2])).sum(axes: [0]).value.array
    for row in rows { #expect(abs(2 * Double(row) / expected - 1) < 5e-7) }
    #expect(x.variance().value.scalar < 1e-14)
  }

  @Test func emptyReductions() {
    let x = Variable(constant: Tensor(zeros: [2, 0]))
    #expect(x.sum(axes: [1]).value.array == [0, 0] && x.mean(axes: [1]).value.array.allSatisfy(\.isNaN))
    #expect(x.sum(axes: [0]).shape == [0] && x.sum(axes: []).shape == [2, 0])
  }

  @Test func comparisonsGiveOnesAndZeros() {
    let x = Variable(constant: Tensor([1, 2, .nan], [3])), two = Variable(constant: Tensor(2))
    let results = [x .> 1, x .>= 1, x .< two, x .<= two, x .== 2, x .!= two, two .> x].map(\.array)
    let expected: [[Float]] = [[0, 1, 0], [1, 1, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [1, 0, 1], [1, 0, 0]]
    #expect(results == expected)
  }

  /// The branch that is not chosen may be infinite: its gradient does not become NaN.
  @Test func whatIsNotChosenGetsNoGradient() {
    let x: [Float] = [4, 0]
    #expect(gradient(x, [2]) { x in `where`(x .> 0, x, Variable(constant: Tensor(9))) } == [1, 0])
  }
}
