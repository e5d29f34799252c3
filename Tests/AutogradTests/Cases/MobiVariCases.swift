import RAMiTAutograd
import RAMiTKernels
import RAMiTTensorCore
import RAMiTTestSupport

extension OperationCheck {
  /// MobiVari; version 1 when `expanded` is nil.
  static func mobiVari(
    batch: Int = 1, height: Int, width: Int, inputs: Int, outputs: Int, expanded: Int? = nil, groups: Int = 1,
    activation: Activation = .leakyReLU
  ) -> OperationCheck {
    joinedMobiVari(
      batch: batch, height: height, width: width, parts: [(inputs, 1)], outputs: outputs, expanded: expanded,
      groups: groups, activation: activation)
  }

  /// MobiVari of maps side by side, each of so many channels at full resolution and coarser by a factor.
  static func joinedMobiVari(
    batch: Int = 1, height: Int, width: Int, parts: [(channels: Int, factor: Int)], outputs: Int, expanded: Int? = nil,
    groups: Int = 1, activation: Activation = .leakyReLU
  ) -> OperationCheck {
    let inputs = parts.reduce(0) { $0 + $1.channels }, e = expanded ?? inputs
    var operands = [
      Operand("depthwise.weight", [3, 3, e], spread: 0.33),
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
    let first = operands.count
    operands += parts.enumerated().map { index, part in
      let (channels, factor) = part
      return Operand("x\(index)", [batch, height / factor, width / factor, channels * factor * factor])
    }
    let maps = operands[first...].map { "\($0.shape)" }.joined(separator: " beside ")
    let title =
      "mobiVari \(maps) to \(outputs), \(activation)"
      + (expanded.map { ", expanded to \($0) in \(groups) groups" } ?? "")
    return OperationCheck(title, operands) { v in
      let expand =
        expanded == nil ? nil : PointwiseParameters(weight: v[4], bias: v[5], groups: groups)
      return RAMiTAutograd.mobiVari(
        Array(v[first...]),
        MobiVariParameters(
          expand: expand, depthwise: DepthwiseParameters(weight: v[0], bias: v[1]),
          pointwise: PointwiseParameters(weight: v[2], bias: v[3])), activation: activation)
    } twin: { v in
      let shuffled = zip(v[first...], parts).map { Twin.pixelShuffle($0, $1.factor) }
      return Twin.mobiVari(
        Twin.concatenate(shuffled), expand: expanded == nil ? nil : Twin.Pointwise(v[4], v[5], groups: groups),
        depthwiseWeight: v[0], depthwiseBias: v[1], pointwise: Twin.Pointwise(v[2], v[3]), activation: activation)
    }
  }
}
