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
struct ReciprocalAttentionLayer: FusedLayer {
  /// The S spatial heads.
  private struct Spatial {
    /// S x 1 x 1.
    let logitScale: Parameter
    /// (2 M - 1)^2 x S.
    let biasTable: Parameter
    /// S c to S c.
    let projection: Conv2d
  }

  /// The K channel heads.
  private struct Channel {
    /// K x 1 x 1.
    let logitScale: Parameter
    /// K c to K c.
    let projection: Conv2d
  }

  private let window, shift, headDim, spatialHeads, channelHeads: Int
  private let usesHelper: Bool
  private let dropout: (rate: Double, layer: Int, use: UInt64)
  /// For each head, one after the other, its q, k and v.
  private let qkv: Conv2d
  private let spatial: Spatial?
  private let channel: Channel?

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
    func logitScale(_ scope: ParameterScope, heads: Int) -> Parameter {
      // The cosines' factor starts at 10 (Liu et al., 2022).
      scope.parameter("logit_scale", [heads, 1, 1], start: .constant(Float(log(10.0))))
    }
    func projection(_ scope: ParameterScope, heads: Int) -> Conv2d {
      Conv2d(scope / "proj", inputs: heads * c.headDim, outputs: heads * c.headDim, kernelSize: 1)
    }
    if c.spatialHeads > 0 {
      let scope = scope / "sp_attn"
      spatial = Spatial(
        logitScale: logitScale(scope, heads: c.spatialHeads),
        biasTable: scope.parameter(
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
  ///   - previous: what this gave in the stage's previous block; the shape of x.
  /// - Returns: N x H x W x C: the spatial heads' channels, then the channel heads'.
  func callAsFunction(
    _ x: consuming Variable, previous: consuming Variable?, context: TrainingContext?
  ) -> Variable {
    reciprocalAttention(
      x, previous: usesHelper ? consume previous : nil,
      ReciprocalAttentionParameters(
        qkv: PointwiseParameters(qkv),
        spatial: spatial.map {
          .init(
            logitScale: $0.logitScale.variable, biasTable: $0.biasTable.variable,
            projection: PointwiseParameters($0.projection))
        },
        channel: channel.map {
          .init(logitScale: $0.logitScale.variable, projection: PointwiseParameters($0.projection))
        }), window: window, shift: shift, dropout: mask(context))
  }

  /// Which entries of the attention maps are kept.
  private func mask(_ context: TrainingContext?) -> DropoutMask? {
    context?.dropoutMask(rate: dropout.rate, layer: dropout.layer, use: dropout.use)
  }
}

extension ReciprocalAttentionLayer {
  func composed(_ x: Variable, context: TrainingContext?) -> Variable {
    composed(x, previous: nil, context: context)
  }

  func composed(_ x: Variable, previous: Variable?, context: TrainingContext?) -> Variable {
    let (images, height, width) = (x.shape[0], x.shape[1], x.shape[2])
    let heads = spatialHeads + channelHeads, spatialWidth = spatialHeads * headDim
    let mask = mask(context)
    // N x H x W x heads x c each.
    let qkv = qkv(x).reshaped([images, height, width, heads, 3, headDim])
      .split(axis: 4, parts: 3).map { $0.squeezed(axis: 4) }
    var results: [Variable] = []
    if let spatial {
      var parts = qkv.map { $0.sliced(axis: 3, 0..<spatialHeads) }
      if usesHelper, let previous {
        let before = previous.sliced(axis: 3, spatialWidth..<x.shape.last)
          .reshaped([images, height, width, channelHeads, headDim])
        parts[2] = parts[2] * before.mean(axes: [3], keepsDimensions: true)
      }
      results.append(spatial.projection(attend(parts, spatial, mask)))
    }
    if let channel {
      var parts = qkv.map { $0.sliced(axis: 3, spatialHeads..<heads) }
      if usesHelper, let previous {
        let before = previous.sliced(axis: 3, 0..<spatialWidth).mean(axes: [3])
        parts[2] = parts[2] * before.reshaped([images, height, width, 1, 1])
      }
      results.append(channel.projection(attend(parts, channel, mask?.derived(1))))
    }
    return concatenate(results, axis: -1)
  }

  /// Each N x H x W x S x c to N x H x W x S c.
  private func attend(_ qkv: [Variable], _ spatial: Spatial, _ mask: DropoutMask?) -> Variable {
    let map = qkv[0].shape, tokens = window * window, channels = spatialHeads * headDim
    // windows x S x M^2 x c.
    let parts = qkv.map { part in
      windowPartition(rolled(part.reshaped([map[0], map[1], map[2], channels]), by: -shift), window: window)
        .reshaped([-1, tokens, spatialHeads, headDim]).permuted([0, 2, 1, 3])
    }
    let bias = spatial.biasTable.variable.gather(axis: 0, indices: WindowAttention.relativePositions(window: window))
      .reshaped([tokens, tokens, spatialHeads]).permuted([2, 0, 1])
    var attention = softmax(cosines(parts) * factors(spatial.logitScale) + bias)
    if let mask { attention = attention * kept(mask, windows: attention.shape[0]) }
    let mixed = matmul(attention, parts[2]).permuted([0, 2, 1, 3]).reshaped([-1, tokens, channels])
    return rolled(windowMerge(mixed, window: window, height: map[1], width: map[2]), by: shift)
  }

  /// Each N x H x W x K x c to N x H x W x K c.
  private func attend(_ qkv: [Variable], _ channel: Channel, _ mask: DropoutMask?) -> Variable {
    let map = qkv[0].shape
    // N x K x c x pixels.
    let parts = qkv.map {
      $0.reshaped([map[0], map[1] * map[2], channelHeads, headDim]).permuted([0, 2, 3, 1])
    }
    var attention = softmax(cosines(parts) * factors(channel.logitScale))
    if let mask { attention = RAMiTAutograd.dropout(attention, mask) }
    return matmul(attention, parts[2]).permuted([0, 3, 1, 2])
      .reshaped([map[0], map[1], map[2], channelHeads * headDim])
  }

  /// The cosine of each query's row with each key's.
  private func cosines(_ qkv: [Variable]) -> Variable {
    matmul(l2Normalize(qkv[0]), l2Normalize(qkv[1]), transposeB: true)
  }

  private func factors(_ logitScale: Parameter) -> Variable {
    logitScale.variable.clamp(max: Float(log(100.0))).exp()
  }

  private func rolled(_ x: Variable, by shift: Int) -> Variable {
    shift == 0 ? x : x.rolled(shifts: [shift, shift], axes: [1, 2])
  }

  /// The factors by which dropout multiplies the spatial maps, windows x S x M^2 x M^2. The fused operation counts
  /// their entries key by key, in rows of whole vectors of queries.
  private func kept(_ mask: DropoutMask, windows: Int) -> Variable {
    let tokens = window * window
    let ones = Variable(constant: Tensor(repeating: 1, [windows, spatialHeads, tokens, paddedToVector(tokens)]))
    return RAMiTAutograd.dropout(ones, mask).sliced(axis: 3, 0..<tokens).permuted([0, 1, 3, 2])
  }
}
