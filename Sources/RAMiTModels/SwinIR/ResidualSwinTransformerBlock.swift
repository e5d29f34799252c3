import RAMiTAutograd
import RAMiTNN
import RAMiTTensorCore

/// A residual Swin Transformer block (RSTB): Swin Transformer layers, every second one with shifted windows, and a
/// convolution.
final class ResidualSwinTransformerBlock {
  private let layers: [SwinTransformerLayer]
  private let convolution: Conv2d

  /// - Parameters:
  ///   - block: its number in the model, from 0.
  ///   - mask: what files hold as the mask of shifted windows.
  init(_ scope: ParameterScope, _ configuration: SwinIRConfiguration, block: Int, mask: Tensor) {
    let c = configuration
    let first = c.depths[..<block].reduce(0, +)
    let rates = DropPath.linearRates(to: c.stochasticDepth, blocks: c.depths.reduce(0, +))
    layers = (0..<c.depths[block]).map { index in
      let scope = scope / "residual_group" / "blocks" / "\(index)"
      // The layer computes the mask for the size of its input.
      if index % 2 == 1 { _ = scope.buffer("attn_mask", mask, isOptional: true) }
      return SwinTransformerLayer(
        scope, c, heads: c.heads[block], shift: index % 2 == 0 ? 0 : c.window / 2, layer: first + index,
        dropRate: rates[first + index])
    }
    convolution = Conv2d(scope / "conv", inputs: c.dim, outputs: c.dim, kernelSize: 3, padding: 1)
  }

  /// N x H x W x C to the same, H and W multiples of the window.
  func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    guard let context, context.checkpointing == .stages else { return run(consume x, context: context) }
    return checkpointed([x]) { [self] inputs in [run(inputs[0], context: context.with(.blocks))] }[0]
  }

  private func run(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    let x = consume x
    var features = x
    for layer in layers { features = layer(consume features, context: context) }
    return convolution(consume features) + x
  }
}

/// A Swin Transformer layer (STL): x = x + MSA(LN(x)), x = x + MLP(LN(x)).
struct SwinTransformerLayer: FusedLayer {
  private let norm1, norm2: LayerNorm
  private let attention: WindowAttention
  private let mlp: MLP
  private let drops: (attention: DropPath, mlp: DropPath)

  /// - Parameters:
  ///   - layer: its number in the model, which names its random choices.
  ///   - dropRate: the chance of skipping a branch, while training.
  init(
    _ scope: ParameterScope, _ configuration: SwinIRConfiguration, heads: Int, shift: Int, layer: Int, dropRate: Double
  ) {
    let c = configuration
    norm1 = LayerNorm(scope / "norm1", channels: c.dim)
    attention = WindowAttention(scope / "attn", channels: c.dim, heads: heads, window: c.window, shift: shift)
    norm2 = LayerNorm(scope / "norm2", channels: c.dim)
    mlp = MLP(
      scope / "mlp", channels: c.dim, hidden: c.hiddenDim,
      initialWeight: .truncatedNormal(standardDeviation: 0.02), initialBias: .constant(0))
    drops = (DropPath(rate: dropRate, layer: layer, use: 0), DropPath(rate: dropRate, layer: layer, use: 1))
  }

  /// N x H x W x C to the same.
  func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    let x = consume x
    if context != nil, drops.attention.rate > 0 {
      let mixed = drops.attention(attention.fused(x, norm: norm1, addsInput: false), context: context) + x
      return drops.mlp(mlp.fused(mixed, norm: norm2, addsInput: false), context: context) + mixed
    }
    return mlp.fused(attention.fused(consume x, norm: norm1, addsInput: true), norm: norm2, addsInput: true)
  }

  func composed(_ x: Variable, context: TrainingContext?) -> Variable {
    let mixed = drops.attention(attention.composed(norm1(x), context: context), context: context) + x
    return drops.mlp(mlp(norm2(mixed), context: context), context: context) + mixed
  }
}
