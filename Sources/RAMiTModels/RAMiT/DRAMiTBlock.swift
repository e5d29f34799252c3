import RAMiTAutograd
import RAMiTNN

/// A dimensional reciprocal attention mixing Transformer block (Fig. 2b):
///
///     attention = MobiVari([SPSA, CHSA]);  x = LN(attention) + x;  x = LN(FFN(x)) + x
package struct DRAMiTBlock: FusedLayer {
  private let attention: ReciprocalAttentionLayer
  private let mix: MobiVariLayer
  private let norm: LayerNorm
  private let feedForward: FeedForwardLayer
  private let projectionDropout: Dropout
  private let drops: (attention: DropPath, feedForward: DropPath)

  /// The random choices of a block in a training step.
  private enum Choice: UInt64 {
    case attentionMap, projection, attentionBranch, feedForwardBranch
  }

  /// - Parameters:
  ///   - index: the block's number in the model, from 0.
  ///   - shift: how far the windows are shifted, cyclically.
  package init(_ scope: ParameterScope, _ configuration: RAMiTConfiguration, index: Int, shift: Int) {
    let c = configuration
    attention = ReciprocalAttentionLayer(scope, c, shift: shift, layer: index, use: Choice.attentionMap.rawValue)
    mix = MobiVariLayer(scope / "mobivari", c.mobivari, width: c.mobivari.width, inputs: c.dim, outputs: c.dim)
    norm = LayerNorm(scope / "norm1" / "norm", channels: c.dim)
    feedForward = FeedForwardLayer(scope, c)
    projectionDropout = Dropout(rate: c.projectionDropout, layer: index, use: Choice.projection.rawValue)
    let rate = c.stochasticDepth * Double(index) / Double(max(1, c.depths.reduce(0, +) - 1))
    func drop(_ choice: Choice) -> DropPath { DropPath(rate: rate, layer: index, use: choice.rawValue) }
    drops = (drop(.attentionBranch), drop(.feedForwardBranch))
  }

  /// The features, without a previous block.
  package func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    self(consume x, previous: nil, context: context).x
  }

  /// - Parameters:
  ///   - x: N x H x W x C.
  ///   - previous: what the stage's previous block returned as `heads`.
  ///   - context: that of a training step.
  /// - Returns: the features, both kinds of heads side by side, and the mixed attention; all of the shape of x.
  package func callAsFunction(
    _ x: consuming Variable, previous: consuming Variable?, context: TrainingContext?
  ) -> (x: Variable, heads: Variable, attention: Variable) {
    // x is consumed below, so no closure may capture the parameter.
    let x = consume x
    let samples = x.shape[0]
    let attended = attention(x, previous: consume previous, context: context)
    let heads = projectionDropout(consume attended, context: context)
    let savesIntermediates = context.map { $0.checkpointing == .none } ?? true
    let mixed = savesIntermediates ? mix(heads) : recomputing(heads) { [mix] in mix($0) }
    guard let first = drops.attention.factors(samples: samples, context: context),
      let second = drops.feedForward.factors(samples: samples, context: context)
    else {
      // x is consumed: in plain inference its memory takes the result.
      let branch = NormedBranch(mixed, NormParameters(norm))
      let result = feedForward(consume x, adding: branch, context: context)
      return (result, heads, mixed)
    }
    // Stochastic depth acts between the two halves. Training does not save values that are cheap compared with the rest
    // of the block.
    let middle = recomputing(consume x, mixed) { [norm] x, mixed in
      stochasticDepth(x, norm.fused(mixed, adding: x), factors: first)
    }
    let result = feedForward(middle, context: context)
    return (stochasticDepth(middle, result, factors: second), heads, mixed)
  }

  package func composed(_ x: Variable, context: TrainingContext?) -> Variable {
    composed(x, previous: nil, context: context).x
  }

  package func composed(
    _ x: Variable, previous: Variable?, context: TrainingContext?
  ) -> (x: Variable, heads: Variable, attention: Variable) {
    let heads = projectionDropout(attention.composed(x, previous: previous, context: context), context: context)
    let mixed = mix.composed(heads, context: context)
    let middle = x + drops.attention(norm(mixed), context: context)
    let result = middle + drops.feedForward(feedForward.branch(middle), context: context)
    return (result, heads, mixed)
  }
}
