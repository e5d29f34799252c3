import Autograd
import Kernels
import TensorCore
import TestSupport

extension OperationCheck {
  /// A 3x3 convolution.
  static func convolution(batch: Int = 1, height: Int, width: Int, inputs: Int, outputs: Int) -> OperationCheck {
    let map: Shape = [batch, height, width, inputs]
    let operands = [
      Operand("x", map), Operand("weight", [outputs, 3, 3, inputs], spread: 1 / Float(9 * inputs).squareRoot()),
      Operand("bias", [outputs]),
    ]
    return OperationCheck("convolution \(map) to \(outputs)", operands) { v in
      convolution3x3(v[0], weight: v[1], bias: v[2])
    } twin: { v in
      Twin.convolution3x3(v[0], weight: v[1], bias: v[2])
    }
  }

  /// MobiVari; version 1 when `expanded` is nil.
  static func mobiVari(
    batch: Int = 1, height: Int, width: Int, inputs: Int, outputs: Int, expanded: Int? = nil, groups: Int = 1,
    activation: Activation = .leakyReLU
  ) -> OperationCheck {
    let map: Shape = [batch, height, width, inputs], e = expanded ?? inputs
    var operands = [
      Operand("x", map), Operand("depthwise.weight", [3, 3, e], spread: 0.33),
      Operand("depthwise.bias", [e], spread: 0.3),
      Operand("pointwise.weight", [outputs, e], spread: 1 / Float(e).squareRoot()),
      Operand("pointwise.bias", [outputs], spread: 0.3),
    ]
    if expanded != nil {
      operands += [
        Operand("expand.weight", [e, inputs / groups], spread: 1 / Float(inputs / groups).squareRoot()),
        // With ReLU6, some values beyond 6.
        Operand("expand.bias", [e], spread: activation == .relu6 ? 4 : 0.3),
      ]
    }
    let title =
      "mobiVari \(map) to \(outputs), \(activation)"
      + (expanded.map { ", expanded to \($0) in \(groups) groups" } ?? "")
    return OperationCheck(title, operands) { v in
      let expand =
        expanded == nil ? nil : PointwiseParameters(weight: v[5], bias: v[6], groups: groups)
      return Autograd.mobiVari(
        v[0],
        MobiVariParameters(
          expand: expand, depthwiseWeight: v[1], depthwiseBias: v[2],
          pointwise: PointwiseParameters(weight: v[3], bias: v[4])), activation: activation)
    } twin: { v in
      Twin.mobiVari(
        v[0], expand: expanded == nil ? nil : Twin.Pointwise(v[5], v[6], groups: groups), depthwiseWeight: v[1],
        depthwiseBias: v[2], pointwise: Twin.Pointwise(v[3], v[4]), activation: activation)
    }
  }
}
