import RAMiTAutograd
import RAMiTNN

/// A dimensional reciprocal attention mixing Transformer block (Fig. 2b):
///
///     attention = MobiVari([SPSA, CHSA]);  x = LN(attention) + x;  x = LN(FFN(x)) + x
///
/// With the norms before the branches, attention = MobiVari([SPSA, CHSA](LN(x))), x = attention + x and
/// x = FFN(LN(x)) + x. Convolutions that encode positions add x = depthwise(x) + x before either branch.
package struct DRAMiTBlock: FusedLayer {
  private let attention: ReciprocalAttentionLayer
  private let mix: MobiVariLayer
  private let norm: LayerNorm
  private let feedForward: FeedForwardLayer
  private let order: NormalizationOrder
  /// The convolutions that encode positions.
  private let positions: (attention: Conv2d, feedForward: Conv2d)?
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
    order = c.normalization
    func position(_ index: Int) -> Conv2d {
      Conv2d(
        scope / "cpe" / "\(index)" / "proj", inputs: c.dim, outputs: c.dim, kernelSize: 3, padding: 1, groups: c.dim)
    }
    positions = c.positionEncoding == .convolution ? (position(0), position(1)) : nil
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
    var x = consume x
    if let positions { x = encoded(x, positions.attention) }
    let samples = x.shape[0]
    let attended = attention(x, norm: order == .pre ? norm : nil, previous: consume previous, context: context)
    let heads = projectionDropout(consume attended, context: context)
    let savesIntermediates = context.map { $0.checkpointing == .none } ?? true
    let mixed = savesIntermediates ? mix(heads) : recomputing(heads) { [mix] in mix($0) }
    if positions != nil || order == .pre {
      return (finish(consume x, mixed, context: context), heads, mixed)
    }
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

  /// The features and both kinds of heads alone: in plain inference the mixed attention is never in memory.
  func withoutAttention(
    _ x: consuming Variable, previous: consuming Variable?, context: TrainingContext?
  ) -> (x: Variable, heads: Variable) {
    guard context == nil, positions == nil, order == .post else {
      let result = self(consume x, previous: consume previous, context: context)
      return (result.x, result.heads)
    }
    let heads = attention(copy x, previous: consume previous, context: nil)
    return (feedForward(consume x, addingMixed: heads, mix, norm), heads)
  }

  /// The rest of a block that has a convolution between its halves, or norms before them.
  private func finish(_ x: consuming Variable, _ mixed: Variable, context: TrainingContext?) -> Variable {
    let x = consume x
    let samples = x.shape[0]
    var middle = order == .post ? norm.fused(mixed, adding: x) : x + mixed
    if let factors = drops.attention.factors(samples: samples, context: context) {
      middle = stochasticDepth(x, middle, factors: factors)
    }
    if let positions { middle = encoded(middle, positions.feedForward) }
    guard let factors = drops.feedForward.factors(samples: samples, context: context) else {
      return feedForward(consume middle, context: context)
    }
    return stochasticDepth(middle, feedForward(middle, context: context), factors: factors)
  }

  private func encoded(_ x: Variable, _ position: Conv2d) -> Variable { x + position(x) }

  package func composed(_ x: Variable, context: TrainingContext?) -> Variable {
    composed(x, previous: nil, context: context).x
  }

  package func composed(
    _ x: Variable, previous: Variable?, context: TrainingContext?
  ) -> (x: Variable, heads: Variable, attention: Variable) {
    let start = positions.map { encoded(x, $0.attention) } ?? x
    let input = order == .pre ? norm(start) : start
    let heads = projectionDropout(attention.composed(input, previous: previous, context: context), context: context)
    let mixed = mix.composed(heads, context: context)
    let sum = start + drops.attention(order == .post ? norm(mixed) : mixed, context: context)
    let middle = positions.map { encoded(sum, $0.feedForward) } ?? sum
    let result = middle + drops.feedForward(feedForward.branch(middle), context: context)
    return (result, heads, mixed)
  }
}
