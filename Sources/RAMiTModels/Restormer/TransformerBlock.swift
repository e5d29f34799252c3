import RAMiTAutograd
import RAMiTNN
import RAMiTTensorCore

/// Transformer blocks, one after the other.
struct TransformerLevel {
  private let blocks: [TransformerBlock]

  init(_ scope: ParameterScope, _ configuration: RestormerConfiguration, channels: Int, heads: Int, blocks: Int) {
    self.blocks = (0..<blocks).map {
      TransformerBlock(scope / "\($0)", configuration, channels: channels, heads: heads)
    }
  }

  /// N x H x W x C to the same.
  func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    guard let context, context.checkpointing == .stages else { return run(consume x, context: context) }
    return checkpointed([x]) { [self] inputs in [run(inputs[0], context: context.with(.blocks))] }[0]
  }

  private func run(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    var x = consume x
    for block in blocks { x = block(consume x, context: context) }
    return x
  }
}

/// A Transformer block: x = x + MDTA(LN(x)), x = x + GDFN(LN(x)).
struct TransformerBlock: FusedLayer {
  private let norm1, norm2: LayerNorm
  private let attention: TransposedAttention
  private let feedForward: GatedFeedForward

  init(_ scope: ParameterScope, _ configuration: RestormerConfiguration, channels: Int, heads: Int) {
    func norm(_ name: String) -> LayerNorm {
      let hasBias = configuration.norm == .withBias
      return LayerNorm(scope / name / "body", channels: channels, hasBias: hasBias, subtractsMean: hasBias)
    }
    norm1 = norm("norm1")
    attention = TransposedAttention(scope / "attn", channels: channels, heads: heads, hasBias: configuration.bias)
    norm2 = norm("norm2")
    feedForward = GatedFeedForward(
      scope / "ffn", channels: channels, hidden: Int(Double(channels) * configuration.hiddenRatio),
      hasBias: configuration.bias)
  }

  /// N x H x W x C to the same.
  func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    guard let context, context.checkpointing != .none else { return fused(consume x) }
    return checkpointed([x]) { [self] inputs in [fused(inputs[0])] }[0]
  }

  private func fused(_ x: consuming Variable) -> Variable {
    feedForward.fused(attention.fused(consume x, norm: norm1), norm: norm2)
  }

  func composed(_ x: Variable, context: TrainingContext?) -> Variable {
    let mixed = x + attention(norm1(x))
    return mixed + feedForward(norm2(mixed))
  }
}

/// Multi-Dconv head transposed attention (MDTA): attention between the channels of each head, whose queries, keys and
/// values also pass a depth-wise convolution.
struct TransposedAttention: UnaryLayer {
  private let heads: Int
  /// S x 1 x 1: what the cosines of each head are multiplied with.
  private let temperature: Parameter
  private let qkv, depthwise, projection: Conv2d

  init(_ scope: ParameterScope, channels: Int, heads: Int, hasBias: Bool) {
    self.heads = heads
    temperature = scope.parameter("temperature", [heads, 1, 1], start: .constant(1))
    qkv = Conv2d(scope / "qkv", inputs: channels, outputs: 3 * channels, kernelSize: 1, hasBias: hasBias)
    depthwise = Conv2d(
      scope / "qkv_dwconv", inputs: 3 * channels, outputs: 3 * channels, kernelSize: 3, padding: 1,
      groups: 3 * channels, hasBias: hasBias)
    projection = Conv2d(
      scope / "project_out", inputs: channels, outputs: channels, kernelSize: 1, hasBias: hasBias)
  }

  /// N x H x W x C to the same.
  func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    projection(channelAttention(depthwise(qkv(consume x)), heads: heads, scale: temperature.variable))
  }

  /// x + attention(norm(x)). Training computes the depth-wise convolution again.
  func fused(_ x: consuming Variable, norm: LayerNorm) -> Variable {
    let x = consume x
    let mixed = recomputing(qkv.fused(x, norm: norm)) { [depthwise] in depthwise($0) }
    let attended = channelAttention(consume mixed, heads: heads, scale: temperature.variable)
    return projection.fused(consume attended, adding: consume x)
  }
}

/// Gated-Dconv feed-forward network (GDFN): the GELU of one half of the hidden channels gates the other.
struct GatedFeedForward: UnaryLayer {
  private let input, depthwise, output: Conv2d

  /// - Parameter hidden: channels of each half.
  init(_ scope: ParameterScope, channels: Int, hidden: Int, hasBias: Bool) {
    input = Conv2d(scope / "project_in", inputs: channels, outputs: 2 * hidden, kernelSize: 1, hasBias: hasBias)
    depthwise = Conv2d(
      scope / "dwconv", inputs: 2 * hidden, outputs: 2 * hidden, kernelSize: 3, padding: 1, groups: 2 * hidden,
      hasBias: hasBias)
    output = Conv2d(scope / "project_out", inputs: hidden, outputs: channels, kernelSize: 1, hasBias: hasBias)
  }

  /// N x H x W x C to the same.
  func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    output(channelGate(depthwise(input(consume x)), .gelu))
  }

  /// x + network(norm(x)). Training computes the depth-wise convolution and the gate again.
  func fused(_ x: consuming Variable, norm: LayerNorm) -> Variable {
    let x = consume x
    let mixed = recomputing(input.fused(x, norm: norm)) { [depthwise] in depthwise($0) }
    let gated = recomputing(consume mixed) { channelGate($0, .gelu) }
    return output.fused(consume gated, adding: consume x)
  }
}
