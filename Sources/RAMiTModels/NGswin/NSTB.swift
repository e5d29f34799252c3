import RAMiTAutograd
import RAMiTNN

/// An N-Gram Swin Transformer block (NSTB): cosine attention in windows that have their N-Gram context added,
/// every second block with shifted windows, and norms behind the branches:
///
///     x = x + LN(attention(x + context));  x = x + LN(FFN(x))
struct NSTB: FusedLayer {
  private let window: Int
  private let ngramContext: NGramContext
  private let attention: WindowAttention
  private let norm1, norm2: LayerNorm
  private let ffn: MLP
  private let drops: (attention: DropPath, ffn: DropPath)

  /// - Parameters:
  ///   - stage: 0 to 3, the decoder's last.
  ///   - shift: how far the windows are shifted, in pixels.
  ///   - block: the block's number in the model, from 0, which names its random choices.
  init(_ scope: ParameterScope, _ configuration: NGswinConfiguration, stage: Int, shift: Int, block: Int) {
    let c = configuration
    window = c.window
    ngramContext = NGramContext(
      scope / "ngram_window_partition" / "ngram_context", dim: c.dim, heads: c.heads[stage], window: c.window,
      ngram: c.ngrams[stage])
    attention = WindowAttention(
      scope / "attn", channels: c.dim, heads: c.heads[stage], window: c.window, shift: shift, similarity: .cosine)
    norm1 = LayerNorm(scope / "norm1", channels: c.dim)
    ffn = MLP(
      scope / "ffn", channels: c.dim, hidden: c.hiddenDim,
      initialWeight: .truncatedNormal(standardDeviation: 0.02), initialBias: .constant(0))
    norm2 = LayerNorm(scope / "norm2", channels: c.dim)
    let rate = DropPath.linearRates(to: c.stochasticDepth, blocks: c.depths.reduce(0, +))[block]
    drops = (DropPath(rate: rate, layer: block, use: 0), DropPath(rate: rate, layer: block, use: 1))
  }

  /// N x H x W x D to the same, H and W multiples of the window.
  func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    let x = consume x
    let informed = inject(ngramContext(x, context: context), into: x)
    let attended = attention(consume informed, context: context)
    if context != nil, drops.attention.rate > 0 {
      return residuals(x, consume attended, context) { ffn($0, context: context) }
    }
    return feedForward(
      consume x, adding: NormedBranch(attended, NormParameters(norm1)), hidden: PointwiseParameters(ffn.first),
      out: PointwiseParameters(ffn.second), norm: NormParameters(norm2),
      savesIntermediates: context?.checkpointing == ActivationCheckpointing.none)
  }

  func composed(_ x: Variable, context: TrainingContext?) -> Variable {
    let informed = inject(ngramContext.composed(x, context: context), into: x)
    return residuals(x, attention.composed(informed, context: context), context) { ffn.composed($0, context: context) }
  }

  /// m + LN(FFN(m)), with m = x + LN(attended).
  private func residuals(
    _ x: Variable, _ attended: Variable, _ context: TrainingContext?, _ feedForward: (Variable) -> Variable
  ) -> Variable {
    let mixed = drops.attention(norm1(attended), context: context) + x
    return drops.ffn(norm2(feedForward(mixed)), context: context) + mixed
  }

  /// Adds each window's context, N x H/M x W/M x D, to all of its pixels.
  private func inject(_ contexts: Variable, into x: Variable) -> Variable {
    let (images, rows, columns, dim) = (x.shape[0], contexts.shape[1], contexts.shape[2], x.shape[3])
    let windows = x.reshaped([images, rows, window, columns, window, dim])
    return (windows + contexts.reshaped([images, rows, 1, columns, 1, dim])).reshaped(x.shape)
  }
}
