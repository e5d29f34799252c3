import RAMiTAutograd
import RAMiTKernels
import RAMiTOperationTestSupport
import RAMiTTensorCore

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
    let inputMaps = parts.enumerated().map { index, part in
      let (channels, factor) = part
      return Operand("x\(index)", [batch, height / factor, width / factor, channels * factor * factor])
    }
    operands += inputMaps
    let maps = inputMaps.map { "\($0.shape)" }.joined(separator: " beside ")
    let title =
      "mobiVari \(maps) to \(outputs), \(activation)"
      + (expanded.map { ", expanded to \($0) in \(groups) groups" } ?? "")
    return OperationCheck(title, operands) { v in
      RAMiTAutograd.mobiVari(
        v.numbered("x"),
        MobiVariParameters(
          expand: expanded == nil ? nil : v.pointwise("expand", groups: groups),
          depthwise: DepthwiseParameters(weight: v["depthwise.weight"], bias: v["depthwise.bias"]),
          pointwise: v.pointwise("pointwise")), activation: activation)
    } twin: { v in
      let shuffled = zip(v.numbered("x"), parts).map { Twin.pixelShuffle($0, $1.factor) }
      return Twin.mobiVari(
        Twin.concatenate(shuffled), expand: expanded == nil ? nil : v.pointwise("expand", groups: groups),
        depthwiseWeight: v["depthwise.weight"], depthwiseBias: v["depthwise.bias"],
        pointwise: v.pointwise("pointwise"), activation: activation)
    }
  }

  /// MobiVari and the feed-forward layer that follows it, version 1 when `expanded` is nil.
  static func mixedFeedForward(
    batch: Int = 1, height: Int, width: Int, channels c: Int, expanded: Int? = nil, groups: Int = 1, hidden: Int
  ) -> OperationCheck {
    let mix = mobiVari(
      batch: batch, height: height, width: width, inputs: c, outputs: c, expanded: expanded, groups: groups)
    let layer = feedForward([batch, height, width, c], hidden: hidden, branch: true)
    // The heads are MobiVari's x0; the feed-forward layer's branch is what that gives.
    return OperationCheck(
      "mixed \(layer), by \(mix)", mix.operands + layer.operands.filter { $0.name != "branch" }
    ) { v in
      func norm(_ name: String) -> NormParameters {
        NormParameters(weight: v[name + ".weight"], bias: v[name + ".bias"])
      }
      return RAMiTAutograd.mixedFeedForward(
        v.x, heads: v.x0,
        mix: MobiVariParameters(
          expand: expanded == nil ? nil : v.pointwise("expand", groups: groups),
          depthwise: DepthwiseParameters(weight: v["depthwise.weight"], bias: v["depthwise.bias"]),
          pointwise: v.pointwise("pointwise")),
        activation: .leakyReLU, branchNorm: norm("branchNorm"), hidden: v.pointwise("hidden"),
        out: v.pointwise("out"), norm: norm("norm"))
    } twin: { v in
      let mixed = mix.twin(Array(v.values.prefix(mix.operands.count)))
      let rest = zip(v.names, v.values).dropFirst(mix.operands.count).map { (name: $0, value: $1) }
      return layer.twin(
        layer.operands.map { operand in
          rest.first { $0.name == operand.name }?.value ?? mixed
        })
    }
  }
}
