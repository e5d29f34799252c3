import RAMiTAutograd
import RAMiTKernels
import RAMiTTensorCore
import RAMiTTestSupport

extension OperationCheck {
  /// Channel attention of maps with any number of pixels.
  static func channelAttention(_ pixels: Shape, heads: Int, headDim: Int) -> OperationCheck {
    let map = Shape(pixels.dimensions + [3 * heads * headDim])
    let operands = [Operand("qkv", map), Operand("scale", [heads, 1, 1], spread: 0.5, centre: 3)]
    return OperationCheck("channelAttention \(map), \(heads) heads", operands) { v in
      RAMiTAutograd.channelAttention(v[0], heads: heads, scale: v[1])
    } twin: { v in
      Twin.channelAttention(v[0], heads: heads, scale: v[1])
    }
  }

  /// The second half of a transformer block, or parts of it.
  /// - Parameter outputs: as many as x has by default.
  static func mlp(
    _ shape: Shape, hidden: Int, outputs: Int? = nil, norm: Bool = false, addsInput: Bool = false,
    activation: Activation = .gelu
  ) -> OperationCheck {
    let c = shape.last, o = outputs ?? c
    var operands = [
      Operand("x", shape), Operand("hidden.weight", [hidden, c], spread: 1.5 / Float(c).squareRoot()),
      Operand("hidden.bias", [hidden], spread: 0.5),
      Operand("out.weight", [o, hidden], spread: 1 / Float(hidden).squareRoot()), Operand("out.bias", [o]),
    ]
    if norm { operands += [Operand("norm.weight", [c], spread: 0.5, centre: 1), Operand("norm.bias", [c])] }
    let title =
      "mlp \(shape), hidden \(hidden), to \(o), \(activation)" + (norm ? ", norm" : "") + (addsInput ? ", sum" : "")
    return OperationCheck(title, operands) { v in
      RAMiTAutograd.mlp(
        v[0], norm: norm ? NormParameters(weight: v[5], bias: v[6]) : nil,
        hidden: PointwiseParameters(weight: v[1], bias: v[2]),
        out: PointwiseParameters(weight: v[3], bias: v[4]), activation: activation, addsInput: addsInput)
    } twin: { v in
      let m = norm ? Twin.layerNorm(v[0], weight: v[5], bias: v[6]) : v[0]
      let y = Twin.mlp(m, hidden: Twin.Pointwise(v[1], v[2]), out: Twin.Pointwise(v[3], v[4]), activation)
      return addsInput ? v[0] + y : y
    }
  }

  /// A linear layer after a norm and before a sum, or without them.
  static func fusedLinear(
    _ shape: Shape, to outputs: Int, norm: Bool = false, epsilon: Float = 1e-5, subtractsMean: Bool = true,
    residual: Bool = false
  ) -> OperationCheck {
    let c = shape.last
    var operands = [
      Operand("x", shape), Operand("weight", [outputs, c], spread: 1 / Float(c).squareRoot()),
      Operand("bias", [outputs]),
    ]
    if norm { operands += [Operand("norm.weight", [c], spread: 0.5, centre: 1), Operand("norm.bias", [c])] }
    if residual { operands.append(Operand("residual", shape.replacing(-1, with: outputs))) }
    let kind = norm ? ", \(subtractsMean ? "norm" : "norm that keeps the mean"), epsilon \(epsilon)" : ""
    let title = "fusedLinear \(shape) to \(outputs)" + kind + (residual ? ", sum" : "")
    return OperationCheck(title, operands) { v in
      RAMiTAutograd.fusedLinear(
        v[0],
        norm: norm ? NormParameters(weight: v[3], bias: v[4], epsilon: epsilon, subtractsMean: subtractsMean) : nil,
        PointwiseParameters(weight: v[1], bias: v[2]), adding: residual ? v[v.count - 1] : nil)
    } twin: { v in
      let m =
        norm
        ? Twin.layerNorm(v[0], weight: v[3], bias: v[4], epsilon: Double(epsilon), subtractsMean: subtractsMean) : v[0]
      let y = Twin.pointwise(m, weight: v[1], bias: v[2])
      return residual ? y + v[v.count - 1] : y
    }
  }

  /// A shift convolution, with ReLU or a sum behind it, or alone.
  static func shiftConv2d(_ map: Shape, to outputs: Int, rectifies: Bool = false, residual: Bool = false)
    -> OperationCheck
  {
    let c = map.last
    var operands = [
      Operand("x", map), Operand("weight", [outputs, c], spread: 1 / Float(c).squareRoot()), Operand("bias", [outputs]),
    ]
    if residual { operands.append(Operand("residual", map.replacing(-1, with: outputs))) }
    let title = "shiftConv2d \(map) to \(outputs)" + (rectifies ? ", relu" : "") + (residual ? ", sum" : "")
    return OperationCheck(title, operands) { v in
      RAMiTAutograd.shiftConv2d(
        v[0], PointwiseParameters(weight: v[1], bias: v[2]), rectifies: rectifies, adding: residual ? v[3] : nil)
    } twin: { v in
      let y = Twin.shiftConv2d(v[0], weight: v[1], bias: v[2])
      return rectifies ? Twin.activate(y, .relu) : residual ? y + v[3] : y
    }
  }

  /// Parts of transformer blocks at sizes that are cut into many pieces of work.
  static let largeTransformerParts: [OperationCheck] = [
    channelAttention([2, 70, 71], heads: 2, headDim: 20), channelAttention([3, 130], heads: 1, headDim: 7),
    mlp([3, 37, 41, 20], hidden: 40, norm: true, addsInput: true), mlp([3, 37, 41, 20], hidden: 28, outputs: 12),
    fusedLinear([3, 37, 41, 20], to: 33, norm: true, residual: true),
    shiftConv2d([3, 37, 41, 20], to: 33, rectifies: true), shiftConv2d([3, 37, 41, 22], to: 18, residual: true),
  ]
}
