import RAMiTAutograd
import RAMiTOperationTestSupport
import RAMiTTensorCore

extension OperationCheck {
  /// - Parameters:
  ///   - a: ... x M x K, and b: ... x K x N; their last two axes change places when transposed.
  static func matmul(_ a: Shape, _ b: Shape, transposeA: Bool = false, transposeB: Bool = false) -> OperationCheck {
    func stored(_ shape: Shape, _ isTransposed: Bool) -> Shape {
      isTransposed ? shape.replacing(-1, with: shape[-2]).replacing(-2, with: shape[-1]) : shape
    }
    let operands = [Operand("a", stored(a, transposeA)), Operand("b", stored(b, transposeB))]
    let marks = (transposeA ? ", a transposed" : "") + (transposeB ? ", b transposed" : "")
    return OperationCheck("matmul (\(a)) by (\(b))\(marks)", operands) {
      RAMiTAutograd.matmul($0.a, $0.b, transposeA: transposeA, transposeB: transposeB)
    } twin: {
      Twin.matmul($0.a, $0.b, transposeA: transposeA, transposeB: transposeB)
    }
  }

  /// With all four transpositions.
  static func matmuls(_ a: Shape, _ b: Shape) -> [OperationCheck] {
    [false, true].flatMap { first in
      [false, true].map { second in matmul(a, b, transposeA: first, transposeB: second) }
    }
  }

  static func linear(_ x: Shape, outputs: Int, bias: Bool = true) -> OperationCheck {
    let operands =
      [Operand("x", x), Operand("weight", [outputs, x.last])] + (bias ? [Operand("bias", [outputs])] : [])
    return OperationCheck("linear \(x) to \(outputs)\(bias ? "" : ", no bias")", operands) {
      RAMiTAutograd.linear($0.x, weight: $0.weight, bias: $0.optional("bias"))
    } twin: {
      Twin.pointwise($0.x, weight: $0.weight, bias: $0.optional("bias"))
    }
  }

  static let largeMatrixProducts: [OperationCheck] = [
    matmul([300, 70], [70, 90]), matmul([40, 3000], [3000, 50], transposeB: true),
    matmul([20, 30, 40], [20, 40, 17], transposeA: true), matmul([3, 65, 300], [300, 200]),
    matmul([1, 2, 65, 40], [9, 2, 40, 31]), matmul([3, 400], [400, 500]), linear([3, 37, 41, 20], outputs: 33),
  ]
}
