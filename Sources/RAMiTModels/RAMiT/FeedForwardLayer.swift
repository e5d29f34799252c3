import RAMiTAutograd
import RAMiTNN

/// The feed-forward half of a block (Fig. 2b): x + LN(FFN(x)), with FFN(x) = out(GELU(hidden(x))); or x + FFN(LN(x)).
struct FeedForwardLayer: FusedLayer {
  private let norm: LayerNorm
  private let hidden, out: Conv2d
  private let order: NormalizationOrder

  /// - Parameter scope: the block's.
  init(_ scope: ParameterScope, _ configuration: RAMiTConfiguration) {
    let (dim, hiddenDim) = (configuration.dim, configuration.hiddenDim)
    order = configuration.normalization
    norm = LayerNorm(scope / "norm2" / "norm", channels: dim)
    hidden = Conv2d(scope / "ffn" / "hidden", inputs: dim, outputs: hiddenDim, kernelSize: 1)
    out = Conv2d(scope / "ffn" / "out", inputs: hiddenDim, outputs: dim, kernelSize: 1)
  }

  /// N x H x W x C to the same.
  func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    guard order == .pre else { return self(consume x, adding: nil, context: context) }
    return mlp(
      consume x, norm: NormParameters(norm), hidden: PointwiseParameters(hidden), out: PointwiseParameters(out),
      addsInput: true)
  }

  /// The layer, whose norm is behind the network, applied to x + branch.
  func callAsFunction(
    _ x: consuming Variable, adding branch: NormedBranch?, context: TrainingContext?
  ) -> Variable {
    feedForward(
      consume x, adding: branch, hidden: PointwiseParameters(hidden), out: PointwiseParameters(out),
      norm: NormParameters(norm), savesIntermediates: context.map { $0.checkpointing == .none } ?? true)
  }

  /// The layer, whose norm is behind the network, applied to x + norm(mix(heads)).
  func callAsFunction(
    _ x: consuming Variable, addingMixed heads: Variable, _ mix: MobiVariLayer, _ branchNorm: LayerNorm
  ) -> Variable {
    mixedFeedForward(
      consume x, heads: heads, mix: mix.parameters, activation: mix.activation, branchNorm: NormParameters(branchNorm),
      hidden: PointwiseParameters(hidden), out: PointwiseParameters(out), norm: NormParameters(norm))
  }

  func composed(_ x: Variable, context: TrainingContext?) -> Variable { x + branch(x) }

  /// What is added to x, by small operations.
  func branch(_ x: Variable) -> Variable {
    order == .post ? norm(out(gelu(hidden(x)))) : out(gelu(hidden(norm(x))))
  }
}
