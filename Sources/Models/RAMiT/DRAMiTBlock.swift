import Foundation
import RAMiTAutograd
import RAMiTNN
import RAMiTTensorCore

/// A dimensional reciprocal attention mixing Transformer block (Fig. 2b):
///
///     attention = MobiVari([SPSA, CHSA]);  x = LN(attention) + x;  x = LN(FFN(x)) + x
package final class DRAMiTBlock {
  private let window: Int
  private let shift: Int
  private let helper: Bool
  /// The block's number in the model, and its rates of dropout.
  private let index: Int
  private let rates: (attention: Double, projection: Double, depth: Double)
  private let qkv: (weight: Parameter, bias: Parameter)
  private let spatial: (logitScale: Parameter, biasTable: Parameter, projection: (weight: Parameter, bias: Parameter))?
  private let channel: (logitScale: Parameter, projection: (weight: Parameter, bias: Parameter))?
  private let mix: MobiVariLayer
  private let norm1: (gamma: Parameter, beta: Parameter)
  private let norm2: (gamma: Parameter, beta: Parameter)
  private let hidden: (weight: Parameter, bias: Parameter)
  private let out: (weight: Parameter, bias: Parameter)

  /// - Parameters:
  ///   - index: the block's number in the model, from 0.
  ///   - shift: how far the windows are shifted, cyclically.
  package init(_ scope: ParameterScope, _ configuration: RAMiTConfiguration, index: Int, shift: Int) {
    let c = configuration
    self.index = index
    let last = max(1, c.depths.reduce(0, +) - 1)
    rates = (c.attentionDropout, c.projectionDropout, c.stochasticDepth * Double(index) / Double(last))
    window = c.window
    self.shift = shift
    helper = c.helper && c.spatialHeads > 0 && c.channelHeads > 0
    qkv = (scope / "qkv_proj").pointwise("qkv", inputs: c.dim, outputs: 3 * c.dim)
    // The cosines' factor starts at 10 (Liu et al., 2022).
    let start = Initializer.constant(Float(log(10.0)))
    if c.spatialHeads > 0 {
      let scope = scope / "sp_attn"
      let width = c.spatialHeads * c.headDim
      spatial = (
        scope.parameter("logit_scale", [c.spatialHeads, 1, 1], start: start),
        scope.parameter(
          "relative_position_bias_table", [(2 * c.window - 1) * (2 * c.window - 1), c.spatialHeads],
          start: .constant(0)),
        scope.pointwise("proj", inputs: width, outputs: width)
      )
    } else {
      spatial = nil
    }
    if c.channelHeads > 0 {
      let scope = scope / "ch_attn"
      let width = c.channelHeads * c.headDim
      channel = (
        scope.parameter("logit_scale", [c.channelHeads, 1, 1], start: start),
        scope.pointwise("proj", inputs: width, outputs: width)
      )
    } else {
      channel = nil
    }
    mix = MobiVariLayer(scope / "mobivari", c.mobivari, width: c.mobivari.width, inputs: c.dim, outputs: c.dim)
    norm1 = scope.norm("norm1", channels: c.dim)
    norm2 = scope.norm("norm2", channels: c.dim)
    let ffn = scope / "ffn"
    hidden = ffn.pointwise("hidden", inputs: c.dim, outputs: c.hiddenDim)
    out = ffn.pointwise("out", inputs: c.hiddenDim, outputs: c.dim)
  }

  /// - Parameters:
  ///   - x: N x H x W x C.
  ///   - previous: what the stage's previous block returned as `heads`.
  ///   - context: of a training step.
  /// - Returns: the features, both kinds of heads side by side, and the mixed attention; all of the shape of x.
  package func callAsFunction(
    _ x: consuming Variable, previous: consuming Variable?, context: TrainingContext?
  ) -> (x: Variable, heads: Variable, attention: Variable) {
    let x = consume x
    // Local functions capture what they name, and x is to be given away.
    let samples = x.shape[0]
    let savesIntermediates = context.map { $0.checkpointing == .none } ?? true
    let mapMask = context?.dropoutMask(rate: rates.attention, layer: index, use: Choice.attentionMap.rawValue)
    var heads = reciprocalAttention(
      x, previous: helper ? consume previous : nil,
      ReciprocalAttentionParameters(
        qkv: PointwiseParameters(qkv),
        spatial: spatial.map {
          .init(
            logitScale: $0.logitScale.variable, biasTable: $0.biasTable.variable,
            projection: PointwiseParameters($0.projection))
        },
        channel: channel.map {
          .init(logitScale: $0.logitScale.variable, projection: PointwiseParameters($0.projection))
        }), window: window, shift: shift, dropout: mapMask)
    if let mask = context?.dropoutMask(rate: rates.projection, layer: index, use: Choice.projection.rawValue) {
      heads = dropout(heads, mask)
    }
    let attention = savesIntermediates ? mix(heads) : recomputing(heads) { [mix] in mix($0) }
    func factors(_ choice: Choice) -> [Float]? {
      context?.branchFactors(rate: rates.depth, samples: samples, layer: index, use: choice.rawValue)
    }
    guard let first = factors(.attentionBranch), let second = factors(.feedForwardBranch) else {
      let branch = NormedBranch(attention, NormParameters(norm1))
      // x is given away with its last use: in plain inference its memory takes the result.
      let result = feedForward(consume x, adding: branch, savesIntermediates: savesIntermediates)
      return (result, heads, attention)
    }
    // Stochastic depth stands between the two halves. Training does not keep what costs little beside the rest of the
    // block.
    let mixed = recomputing(consume x, attention) { [norm1] x, attention in
      let normed = layerNorm(attention, weight: norm1.gamma.variable, bias: norm1.beta.variable, residual: x)
      return stochasticDepth(x, normed, factors: first)
    }
    let result = feedForward(mixed, adding: nil, savesIntermediates: savesIntermediates)
    return (stochasticDepth(mixed, result, factors: second), heads, attention)
  }

  /// The random choices of a block in a training step.
  private enum Choice: UInt64 {
    case attentionMap, projection, attentionBranch, feedForwardBranch
  }

  /// m + LN(FFN(m)), with m = x + LN(branch) where there is one.
  private func feedForward(_ x: consuming Variable, adding branch: NormedBranch?, savesIntermediates: Bool) -> Variable
  {
    RAMiTAutograd.feedForward(
      consume x, adding: branch, hidden: PointwiseParameters(hidden), out: PointwiseParameters(out),
      norm: NormParameters(norm2), savesIntermediates: savesIntermediates)
  }
}
