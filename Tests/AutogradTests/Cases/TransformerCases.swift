import RAMiTAutograd
import RAMiTKernels
import RAMiTOperationTestSupport
import RAMiTTensorCore

extension OperationCheck {
  /// Channel attention of maps with any number of pixels.
  static func channelAttention(_ pixels: Shape, heads: Int, headDim: Int) -> OperationCheck {
    let map = Shape(pixels.dimensions + [3 * heads * headDim])
    let operands = [Operand("qkv", map), Operand("scale", [heads, 1, 1], spread: 0.5, centre: 3)]
    return OperationCheck("channelAttention \(map), \(heads) heads", operands) { v in
      RAMiTAutograd.channelAttention(v.qkv, heads: heads, scale: v.scale)
    } twin: { v in
      Twin.channelAttention(v.qkv, heads: heads, scale: v.scale)
    }
  }

  /// The same with dot products, whose sums over the pixels are as large as `scale` makes them.
  static func channelDotAttention(_ pixels: Shape, heads: Int, headDim: Int, scale: Float) -> OperationCheck {
    let map = Shape(pixels.dimensions + [3 * heads * headDim])
    return OperationCheck("channelAttention \(map), \(heads) heads, products", [Operand("qkv", map)]) { v in
      RAMiTAutograd.channelAttention(v.qkv, heads: heads, scale: .constant(scale))
    } twin: { v in
      let scales = DoubleTensor(Array(repeating: Double(scale), count: heads), [heads])
      return Twin.channelAttention(v.qkv, heads: heads, scale: scales, isCosine: false)
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
        v.x, norm: norm ? NormParameters(weight: v["norm.weight"], bias: v["norm.bias"]) : nil,
        hidden: v.pointwise("hidden"), out: v.pointwise("out"), activation: activation, addsInput: addsInput)
    } twin: { v in
      let m = norm ? Twin.layerNorm(v.x, weight: v["norm.weight"], bias: v["norm.bias"]) : v.x
      let y = Twin.mlp(m, hidden: v.pointwise("hidden"), out: v.pointwise("out"), activation)
      return addsInput ? v.x + y : y
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
        v.x,
        norm: norm
          ? NormParameters(
            weight: v["norm.weight"], bias: v["norm.bias"], epsilon: epsilon, subtractsMean: subtractsMean) : nil,
        PointwiseParameters(weight: v.weight, bias: v.bias), adding: v.optional("residual"))
    } twin: { v in
      let m =
        norm
        ? Twin.layerNorm(
          v.x, weight: v["norm.weight"], bias: v["norm.bias"], epsilon: Double(epsilon), subtractsMean: subtractsMean)
        : v.x
      let y = Twin.pointwise(m, weight: v.weight, bias: v.bias)
      return residual ? y + v.residual : y
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
        v.x, PointwiseParameters(weight: v.weight, bias: v.bias), rectifies: rectifies, adding: v.optional("residual"))
    } twin: { v in
      let y = Twin.shiftConv2d(v.x, weight: v.weight, bias: v.bias)
      return rectifies ? Twin.activate(y, .relu) : residual ? y + v.residual : y
    }
  }

  /// Parts of transformer blocks at sizes that are cut into many pieces of work.
  static let largeTransformerParts: [OperationCheck] = [
    channelAttention([2, 70, 71], heads: 2, headDim: 20), channelAttention([3, 130], heads: 1, headDim: 7),
    channelDotAttention([2, 70, 71], heads: 2, headDim: 20, scale: 0.02),
    mlp([3, 37, 41, 20], hidden: 40, norm: true, addsInput: true), mlp([3, 37, 41, 20], hidden: 28, outputs: 12),
    fusedLinear([3, 37, 41, 20], to: 33, norm: true, residual: true),
    shiftConv2d([3, 37, 41, 20], to: 33, rectifies: true), shiftConv2d([3, 37, 41, 22], to: 18, residual: true),
  ]
}
