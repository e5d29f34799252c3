import RAMiTAutograd
import RAMiTOperationTestSupport
import RAMiTTensorCore

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
      RAMiTAutograd.layerNorm(v.x, weight: v.weight, bias: v.bias, residual: v.optional("residual"))
    } twin: { v in
      let y = Twin.layerNorm(v.x, weight: v.weight, bias: v.bias)
      return residual ? y + v.residual : y
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
    func norm(_ name: String) -> [RAMiTOperationTestSupport.Operand] {
      [Operand(name + ".weight", [c], spread: 0.5, centre: 1), Operand(name + ".bias", [c])]
    }
    var operands = [
      Operand("x", shape), Operand("hidden.weight", [hidden, c], spread: 1.5 / Float(c).squareRoot()),
      Operand("hidden.bias", [hidden], spread: 0.5),
      Operand("out.weight", [c, hidden], spread: 1 / Float(hidden).squareRoot()), Operand("out.bias", [c]),
    ]
    operands += norm("norm")
    if branch { operands += [Operand("branch", shape, spread: 2, centre: 0.5)] + norm("branchNorm") }
    let name =
      "feedForward \(shape), hidden \(hidden)\(branch ? ", branch" : "")\(keeps ? ", kept" : "")"
      + ", epsilon \(epsilon), \(subtractsMean)"
    return OperationCheck(name, operands) { v in
      func norm(_ name: String, _ epsilon: Float, _ subtractsMean: Bool) -> NormParameters {
        NormParameters(
          weight: v[name + ".weight"], bias: v[name + ".bias"], epsilon: epsilon, subtractsMean: subtractsMean)
      }
      return RAMiTAutograd.feedForward(
        v.x, adding: branch ? NormedBranch(v.branch, norm("branchNorm", epsilon.branch, subtractsMean.branch)) : nil,
        hidden: v.pointwise("hidden"), out: v.pointwise("out"),
        norm: norm("norm", epsilon.result, subtractsMean.result), savesIntermediates: keeps)
    } twin: { v in
      func norm(_ x: DoubleTensor, _ name: String, _ epsilon: Float, _ subtractsMean: Bool) -> DoubleTensor {
        Twin.layerNorm(
          x, weight: v[name + ".weight"], bias: v[name + ".bias"], epsilon: Double(epsilon),
          subtractsMean: subtractsMean)
      }
      let m = branch ? v.x + norm(v.branch, "branchNorm", epsilon.branch, subtractsMean.branch) : v.x
      let y = Twin.mlp(m, hidden: v.pointwise("hidden"), out: v.pointwise("out"), .gelu)
      return norm(y, "norm", epsilon.result, subtractsMean.result) + m
    }
  }
}
