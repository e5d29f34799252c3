import RAMiTAutograd
import RAMiTOperationTestSupport
import RAMiTTensorCore
import Testing

@Suite struct MatrixProductTests {
  @Test(
    arguments: OperationCheck.matmuls([5, 7], [7, 3]) + OperationCheck.matmuls([1, 1], [1, 1])
      // Leading axes of both, of one, broadcast on either side.
      + OperationCheck.matmuls([2, 3, 5, 4], [2, 3, 4, 9]) + OperationCheck.matmuls([3, 5, 4], [4, 2])
      + OperationCheck.matmuls([5, 4], [2, 3, 4, 2]) + OperationCheck.matmuls([2, 1, 5, 4], [3, 4, 17])
      + OperationCheck.matmuls([1, 5, 4], [4, 2]) + [.matmul([17, 3, 2], [17, 2, 33])])
  func matmul(_ check: OperationCheck) { #expect(check.faults() == []) }

  @Test(arguments: [
    OperationCheck.linear([2, 3, 4, 5], outputs: 7), .linear([2, 3, 4, 5], outputs: 7, bias: false),
    .linear([1, 1], outputs: 1), .linear([6], outputs: 3), .linear([37, 33], outputs: 20),
  ])
  func linear(_ check: OperationCheck) { #expect(check.faults() == []) }

  /// As PyTorch: a sum over nothing is zero, and so is its gradient.
  @Test func emptyAxesGiveZeros() {
    let y = RAMiTAutograd.matmul(Variable(constant: Tensor([], [2, 0])), Variable(constant: Tensor([], [0, 3])))
    #expect(y.shape == [2, 3] && y.value.array.allSatisfy { $0 == 0 })
    let none = RAMiTAutograd.matmul(
      Variable(constant: Tensor([], [0, 2, 3])), Variable(constant: Tensor(zeros: [3, 4])))
    #expect(none.shape == [0, 2, 4])
  }
}
