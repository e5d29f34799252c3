import RAMiTAutograd
import RAMiTTensorCore
import RAMiTTestSupport

extension OperationCheck {
  /// Layer normalisation, with a residual or without.
  /// - Parameter spread: the deviation of the input; near sqrt(1e-5) the epsilon matters.
  static func layerNorm(_ shape: Shape, residual: Bool, spread: Float = 2) -> OperationCheck {
    let c = shape.last
    var operands = [
      Operand("x", shape, spread: spread, centre: spread / 4), Operand("gamma", [c], spread: 0.5, centre: 1),
      Operand("beta", [c]),
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
  static func feedForward(_ shape: Shape, hidden: Int, branch: Bool = false, keeps: Bool = false) -> OperationCheck {
    let c = shape.last
    let norm = [Operand("gamma", [c], spread: 0.5, centre: 1), Operand("beta", [c])]
    let operands =
      [
        Operand("x", shape), Operand("hidden.weight", [hidden, c], spread: 1.5 / Float(c).squareRoot()),
        Operand("hidden.bias", [hidden], spread: 0.5),
        Operand("out.weight", [c, hidden], spread: 1 / Float(hidden).squareRoot()), Operand("out.bias", [c]),
      ] + norm + (branch ? [Operand("branch", shape, spread: 2, centre: 0.5)] + norm : [])
    let name = "feedForward \(shape), hidden \(hidden)\(branch ? ", branch" : "")\(keeps ? ", kept" : "")"
    return OperationCheck(name, operands) { v in
      RAMiTAutograd.feedForward(
        v[0], adding: branch ? NormedBranch(v[7], gamma: v[8], beta: v[9]) : nil,
        hidden: PointwiseParameters(weight: v[1], bias: v[2]), out: PointwiseParameters(weight: v[3], bias: v[4]),
        gamma: v[5], beta: v[6], savesIntermediates: keeps)
    } twin: { v in
      let m = branch ? v[0] + Twin.layerNorm(v[7], weight: v[8], bias: v[9]) : v[0]
      return Twin.feedForward(
        m, hidden: Twin.Pointwise(v[1], v[2]), out: Twin.Pointwise(v[3], v[4]), gamma: v[5], beta: v[6])
    }
  }
}
