import RAMiTAutograd
import RAMiTTensorCore
import RAMiTTestSupport

extension OperationCheck {
  /// Layer normalisation, with a residual or without.
  /// - Parameter spread: the deviation of the input; near sqrt(1e-5) the epsilon matters.
  static func layerNorm(_ shape: Shape, residual: Bool, spread: Float = 2) -> OperationCheck {
    let c = shape.last
    var operands = [
      Operand("x", shape, spread: spread, centre: spread / 4), Operand("weight", [c], spread: 0.5, centre: 1),
      Operand("bias", [c]),
    ]
    if residual { operands.append(Operand("residual", shape)) }
    return OperationCheck("layerNorm \(shape)\(residual ? ", residual" : "")", operands) { v in
      RAMiTAutograd.layerNorm(v[0], weight: v[1], bias: v[2], residual: residual ? v[3] : nil)
    } twin: { v in
      let y = Twin.layerNorm(v[0], weight: v[1], bias: v[2])
      return residual ? y + v[3] : y
    }
  }

  /// The feed-forward half of a block, with a branch before it or without; its products are kept or computed again.
  /// - Parameters:
  ///   - epsilon: of the branch's norm and of the other one.
  ///   - subtractsMean: the same.
  static func feedForward(
    _ shape: Shape, hidden: Int, branch: Bool = false, keeps: Bool = false,
    epsilon: (branch: Float, result: Float) = (1e-5, 1e-5), subtractsMean: (branch: Bool, result: Bool) = (true, true)
  ) -> OperationCheck {
    let c = shape.last
    let norm = [Operand("norm.weight", [c], spread: 0.5, centre: 1), Operand("norm.bias", [c])]
    let operands =
      [
        Operand("x", shape), Operand("hidden.weight", [hidden, c], spread: 1.5 / Float(c).squareRoot()),
        Operand("hidden.bias", [hidden], spread: 0.5),
        Operand("out.weight", [c, hidden], spread: 1 / Float(hidden).squareRoot()), Operand("out.bias", [c]),
      ] + norm + (branch ? [Operand("branch", shape, spread: 2, centre: 0.5)] + norm : [])
    let name =
      "feedForward \(shape), hidden \(hidden)\(branch ? ", branch" : "")\(keeps ? ", kept" : "")"
      + ", epsilon \(epsilon), \(subtractsMean)"
    return OperationCheck(name, operands) { v in
      func norm(_ first: Int, _ epsilon: Float, _ subtractsMean: Bool) -> NormParameters {
        NormParameters(weight: v[first], bias: v[first + 1], epsilon: epsilon, subtractsMean: subtractsMean)
      }
      return RAMiTAutograd.feedForward(
        v[0], adding: branch ? NormedBranch(v[7], norm(8, epsilon.branch, subtractsMean.branch)) : nil,
        hidden: PointwiseParameters(weight: v[1], bias: v[2]), out: PointwiseParameters(weight: v[3], bias: v[4]),
        norm: norm(5, epsilon.result, subtractsMean.result), savesIntermediates: keeps)
    } twin: { v in
      func norm(_ x: DoubleTensor, _ first: Int, _ epsilon: Float, _ subtractsMean: Bool) -> DoubleTensor {
        Twin.layerNorm(
          x, weight: v[first], bias: v[first + 1], epsilon: Double(epsilon), subtractsMean: subtractsMean)
      }
      let m = branch ? v[0] + norm(v[7], 8, epsilon.branch, subtractsMean.branch) : v[0]
      let y = Twin.mlp(m, hidden: Twin.Pointwise(v[1], v[2]), out: Twin.Pointwise(v[3], v[4]), .gelu)
      return norm(y, 5, epsilon.result, subtractsMean.result) + m
    }
  }
}
