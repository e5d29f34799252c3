import RAMiTAutograd
import RAMiTOperationTestSupport
import RAMiTTensorCore
import Testing

/// Arithmetic element by element, with broadcasting, against its twin.
@Suite struct ElementwiseTests {
  /// Equal shapes, a scalar, per channel, per sample, per pixel, both repeated, and axes of size 1 in both.
  static let shapes: [(Shape, Shape)] = [
    ([3, 5, 7], [3, 5, 7]), ([37], [1]), ([], [2, 3]), ([], []), ([1], [1, 1]), ([2, 3, 4, 5], [5]),
    ([2, 3, 4, 3], [1, 1, 1, 3]), ([70], [2, 3, 70]), ([2, 3, 4, 20], [2, 1, 1, 20]), ([2, 1, 1, 1], [2, 3, 4, 5]),
    ([2, 3, 4, 5], [2, 3, 4, 1]), ([2, 1, 4, 1], [1, 3, 1, 5]), ([3, 1], [1, 17]), ([2, 3, 1, 5], [3, 7, 1]),
    ([4, 1, 1], [4, 1, 1]), ([2, 3, 4], [1, 3, 4]),
  ]

  @Test(arguments: OperationCheck.Arithmetic.allCases)
  func arithmetic(_ function: OperationCheck.Arithmetic) {
    for (a, b) in Self.shapes {
      let check = OperationCheck.arithmetic(function, a, b)
      #expect(check.faults() == [], "\(check)")
    }
  }

  @Test(arguments: [[2, 3, 7], [1], [37], []] as [Shape])
  func withNumber(_ shape: Shape) {
    for check in OperationCheck.withNumber(shape) { #expect(check.faults() == [], "\(check)") }
  }

  @Test func anEmptyOperandGivesAnEmptyResult() {
    let x = Variable(constant: Tensor(zeros: [0, 5])), row = Variable(constant: Tensor(zeros: [5]))
    #expect((x + row).shape == [0, 5])
    #expect((x * 2).exp().shape == [0, 5])
  }

  /// The same operand twice gets both gradients.
  @Test func aProductWithItselfHasTwiceTheGradient() {
    let gradient = Tensor(zeros: [1, 3]), tape = Tape()
    let y = tape.record {
      let x = Variable(leaf: Tensor([1, -2, 3], [1, 3]), gradient: gradient)
      return x * x
    }
    tape.backward(from: y)
    #expect(gradient.array == [2, -4, 6])
  }

  /// The left side of `+=` is another variable: what held the old one keeps it.
  @Test func compoundAssignmentChangesNothingElse() {
    let start = Variable(constant: Tensor([1, 2, 3], [3]))
    var x = start
    x += start
    x *= 2
    x -= 1
    x /= start
    #expect(x.value.array == [3, 3.5, 11.0 / 3])
    #expect(start.value.array == [1, 2, 3])
  }

  @Test func halfOfTheGradientGoesToEachOperandAtATie() {
    let (first, second) = (Tensor(zeros: [3]), Tensor(zeros: [3]))
    for function in [maximum, minimum] {
      let tape = Tape()
      tape.backward(
        from: tape.record {
          function(
            Variable(leaf: Tensor([1, 2, 3], [3]), gradient: first),
            Variable(leaf: Tensor([1, 3, 2], [3]), gradient: second))
        })
    }
    #expect(first.array == [1, 1, 1] && second.array == [1, 1, 1])
  }
}
