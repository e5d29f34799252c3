import Autograd
import NN

/// An N-Gram Swin Transformer block (NSTB): cosine attention in windows that have been told of their N-Gram context, every second block
/// with shifted windows, and norms behind the branches:
///
///     x = x + LN(attention(x + context));  x = x + LN(FFN(x))
final class NSTB {
  private let window: Int
  private let ngramContext: NGramContext
  private let attention: WindowAttention
  private let norm1, norm2: LayerNorm
  private let ffn: MLP
  private let drops: (attention: DropPath, ffn: DropPath)

  /// - Parameters:
  ///   - stage: 0 to 3, the decoder's last.
  ///   - shift: of the windows.
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
    let attended = attention(inject(ngramContext(x, context: context), into: x), context: context)
    let mixed = drops.attention(normalized(attended, by: norm1, context), context: context) + x
    let hidden = normalized(ffn(mixed, context: context), by: norm2, context)
    return drops.ffn(hidden, context: context) + mixed
  }

  /// Adds each window's context, N x H/M x W/M x D, to all of its pixels.
  private func inject(_ contexts: Variable, into x: Variable) -> Variable {
    let (images, rows, columns, dim) = (x.shape[0], contexts.shape[1], contexts.shape[2], x.shape[3])
    let windows = x.reshaped([images, rows, window, columns, window, dim])
    return (windows + contexts.reshaped([images, rows, 1, columns, 1, dim])).reshaped(x.shape)
  }

  /// A norm costs little beside the rest: what goes into it is computed again where memory is short.
  private func normalized(_ x: consuming Variable, by norm: LayerNorm, _ context: TrainingContext?) -> Variable {
    guard let context, context.checkpointing == .blocks else { return norm(consume x) }
    return recomputing(consume x) { norm($0) }
  }
}
