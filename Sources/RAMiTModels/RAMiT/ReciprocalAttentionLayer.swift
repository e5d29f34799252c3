import Foundation
import RAMiTAutograd
import RAMiTKernels
import RAMiTNN
import RAMiTTensorCore

/// A block's two self-attentions (Sec. 3.2, Eq. 2 and 3), in parallel, each with its projection, side by side on the
/// channels. Heads have c channels each. The first S heads attend over the pixels of windows, the other K over the
/// channels of the head:
///
///     softmax(s cos(q, k) + bias) v;  softmax(s cos(q, k)) v
///
/// with s = exp(min(logit scale, log 100)) for each head. Shifted windows reach round the map's edges, without a mask.
/// With the reciprocal helper, each kind's values are first multiplied by the mean of what the other kind gave in the
/// previous block: pixel and channel by the channel heads' mean, and pixel by the mean of all spatial channels.
///
/// With scaled dot products, q k / sqrt(c) stands in place of s cos(q, k); without relative positions there is no bias.
struct ReciprocalAttentionLayer: FusedLayer {
  /// The S spatial heads.
  struct Spatial {
    /// S x 1 x 1; nil with scaled dot products.
    let logitScale: Parameter?
    /// (2 M - 1)^2 x S; nil without relative positions.
    let biasTable: Parameter?
    /// S c to S c.
    let projection: Conv2d
  }

  /// The K channel heads.
  struct Channel {
    /// K x 1 x 1; nil with scaled dot products.
    let logitScale: Parameter?
    /// K c to K c.
    let projection: Conv2d
  }

  let window, shift, headDim, spatialHeads, channelHeads: Int
  let usesHelper: Bool
  private let dropout: (rate: Double, layer: Int, use: UInt64)
  /// For each head, one after the other, its q, k and v.
  let qkv: Conv2d
  let spatial: Spatial?
  let channel: Channel?

  /// - Parameters:
  ///   - scope: the block's.
  ///   - shift: how far the windows are shifted, cyclically.
  ///   - layer: the block's number in the model; with `use` it names the random choices.
  init(_ scope: ParameterScope, _ configuration: RAMiTConfiguration, shift: Int, layer: Int, use: UInt64) {
    let c = configuration
    (window, headDim, spatialHeads, channelHeads) = (c.window, c.headDim, c.spatialHeads, c.channelHeads)
    self.shift = shift
    usesHelper = c.helper && c.spatialHeads > 0 && c.channelHeads > 0
    dropout = (c.attentionDropout, layer, use)
    qkv = Conv2d(scope / "qkv_proj" / "qkv", inputs: c.dim, outputs: 3 * c.dim, kernelSize: 1)
    func logitScale(_ scope: ParameterScope, heads: Int) -> Parameter? {
      // The cosines' factor starts at 10 (Liu et al., 2022).
      c.similarity == .dotProduct
        ? nil : scope.parameter("logit_scale", [heads, 1, 1], start: .constant(Float(log(10.0))))
    }
    func projection(_ scope: ParameterScope, heads: Int) -> Conv2d {
      Conv2d(scope / "proj", inputs: heads * c.headDim, outputs: heads * c.headDim, kernelSize: 1)
    }
    if c.spatialHeads > 0 {
      let scope = scope / "sp_attn"
      spatial = Spatial(
        logitScale: logitScale(scope, heads: c.spatialHeads),
        biasTable: c.positionEncoding == .convolution
          ? nil
          : scope.parameter(
            "relative_position_bias_table", [(2 * c.window - 1) * (2 * c.window - 1), c.spatialHeads],
            start: .constant(0)),
        projection: projection(scope, heads: c.spatialHeads))
    } else {
      spatial = nil
    }
    if c.channelHeads > 0 {
      let scope = scope / "ch_attn"
      channel = Channel(
        logitScale: logitScale(scope, heads: c.channelHeads), projection: projection(scope, heads: c.channelHeads))
    } else {
      channel = nil
    }
  }

  /// Without a previous block.
  func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    self(consume x, previous: nil, context: context)
  }

  /// - Parameters:
  ///   - x: N x H x W x C, H and W multiples of M.
  ///   - norm: normalises x before; nil normalises nothing.
  ///   - previous: what this gave in the stage's previous block; the shape of x.
  /// - Returns: N x H x W x C: the spatial heads' channels, then the channel heads'.
  func callAsFunction(
    _ x: consuming Variable, norm: RAMiTNN.LayerNorm? = nil, previous: consuming Variable?, context: TrainingContext?
  ) -> Variable {
    if GraphTrace.isRecording {
      let input = consume x
      return composed(norm?(input) ?? input, previous: previous, context: context)
    }
    let previous = usesHelper ? consume previous : nil
    guard let parameters = reciprocalParameters else {
      return separate(consume x, norm: norm, previous: consume previous, context: context)
    }
    var input = consume x
    // Training computes the normalised values again.
    if let norm { input = recomputing(input) { norm($0) } }
    return reciprocalAttention(
      input, previous: consume previous, parameters, window: window, shift: shift, dropout: mask(context))
  }

  /// What the fused operation takes; nil for heads that it does not have.
  private var reciprocalParameters: ReciprocalAttentionParameters? {
    var spatialHeads: ReciprocalAttentionParameters.Spatial?
    var channelHeads: ReciprocalAttentionParameters.Channel?
    if let spatial {
      guard let logitScale = spatial.logitScale, let biasTable = spatial.biasTable else { return nil }
      spatialHeads = .init(
        logitScale: logitScale.variable, biasTable: biasTable.variable,
        projection: PointwiseParameters(spatial.projection))
    }
    if let channel {
      guard let logitScale = channel.logitScale else { return nil }
      channelHeads = .init(logitScale: logitScale.variable, projection: PointwiseParameters(channel.projection))
    }
    return ReciprocalAttentionParameters(
      qkv: PointwiseParameters(qkv), spatial: spatialHeads, channel: channelHeads)
  }

  /// Which entries of the attention maps are kept.
  func mask(_ context: TrainingContext?) -> DropoutMask? {
    context?.dropoutMask(rate: dropout.rate, layer: dropout.layer, use: dropout.use)
  }
}
