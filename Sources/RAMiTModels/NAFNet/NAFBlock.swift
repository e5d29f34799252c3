import RAMiTAutograd
import RAMiTNN
import RAMiTTensorCore

/// A NAFNet's block: a mobile convolution with simplified channel attention (SCA), then a feed-forward network; a
/// simple gate, the product of two halves of the channels, stands in for the activation of both.
///
///     y = x + beta conv3(SCA(gate(conv2(conv1(LN(x))))))
///     y + gamma conv5(gate(conv4(LN(y))))
struct NAFBlock: FusedLayer {
  private let norm1, norm2: LayerNorm
  private let conv1, conv2, conv3, conv4, conv5, attention: Conv2d
  /// 1 x C x 1 x 1: the share of each branch that is added; 0 at first.
  private let beta, gamma: Parameter

  init(_ scope: ParameterScope, channels: Int) {
    let wide = 2 * channels
    func pointwise(_ name: String, _ inputs: Int, _ outputs: Int) -> Conv2d {
      Conv2d(scope / name, inputs: inputs, outputs: outputs, kernelSize: 1)
    }
    norm1 = LayerNorm(scope / "norm1", channels: channels, epsilon: 1e-6)
    norm2 = LayerNorm(scope / "norm2", channels: channels, epsilon: 1e-6)
    conv1 = pointwise("conv1", channels, wide)
    conv2 = Conv2d(scope / "conv2", inputs: wide, outputs: wide, kernelSize: 3, padding: 1, groups: wide)
    conv3 = pointwise("conv3", channels, channels)
    attention = Conv2d(scope / "sca" / "1", inputs: channels, outputs: channels, kernelSize: 1)
    conv4 = pointwise("conv4", channels, wide)
    conv5 = pointwise("conv5", channels, channels)
    beta = scope.parameter("beta", [1, channels, 1, 1], start: .constant(0))
    gamma = scope.parameter("gamma", [1, channels, 1, 1], start: .constant(0))
  }

  /// N x H x W x C to the same.
  func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    guard let context, context.checkpointing != .none else { return fused(consume x) }
    return checkpointed([x]) { [self] inputs in [fused(inputs[0])] }[0]
  }

  /// Training saves one map before each of the larger parts, and computes cheap values again.
  private func fused(_ x: consuming Variable) -> Variable {
    let x = consume x
    let wide = conv1.fused(x, norm: norm1)
    let mixed = channelGate(recomputing(consume wide) { [conv2] in conv2($0) })
    let weights = attention(globalAvgPool2d(mixed))
    let weighed = recomputing(consume mixed, consume weights) { $0 * $1 }
    let y = conv3.fused(consume weighed, scale: beta, adding: consume x)
    let hidden = recomputing(conv4.fused(y, norm: norm2)) { channelGate($0) }
    return conv5.fused(consume hidden, scale: gamma, adding: consume y)
  }

  func composed(_ x: Variable, context: TrainingContext?) -> Variable {
    let mixed = channelGate(conv2(conv1(norm1(x))))
    let y = x + conv3(mixed * attention(globalAvgPool2d(mixed))) * perChannel(beta)
    return y + conv5(channelGate(conv4(norm2(y)))) * perChannel(gamma)
  }

  private func perChannel(_ factors: Parameter) -> Variable { factors.variable.reshaped([factors.shape.count]) }
}
