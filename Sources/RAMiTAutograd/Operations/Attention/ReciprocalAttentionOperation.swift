import Foundation
import RAMiTKernels
import RAMiTTensorCore

/// The parameters of a block's two self-attentions.
package struct ReciprocalAttentionParameters {
  /// C to 3 C.
  let qkv: PointwiseParameters
  let spatial: Spatial?
  let channel: Channel?

  /// The parameters of S spatial heads.
  package struct Spatial {
    /// S x 1 x 1.
    let logitScale: Variable
    /// (2 M - 1)^2 x S.
    let biasTable: Variable
    /// S c to S c.
    let projection: PointwiseParameters

    package init(logitScale: Variable, biasTable: Variable, projection: PointwiseParameters) {
      self.logitScale = logitScale
      self.biasTable = biasTable
      self.projection = projection
    }
  }

  /// The parameters of K channel heads.
  package struct Channel {
    /// K x 1 x 1.
    let logitScale: Variable
    /// K c to K c.
    let projection: PointwiseParameters

    package init(logitScale: Variable, projection: PointwiseParameters) {
      self.logitScale = logitScale
      self.projection = projection
    }
  }

  /// - Precondition: there is at least one kind of attention.
  package init(qkv: PointwiseParameters, spatial: Spatial?, channel: Channel?) {
    require(spatial != nil || channel != nil, "attention needs a head")
    self.qkv = qkv
    self.spatial = spatial
    self.channel = channel
  }

  /// - Precondition: the map is made of windows, its channels are the heads', and the layers and tables fit both.
  fileprivate func requireFit(_ map: Shape, window: Int) {
    let channels = map.last, heads = spatialHeads + channelHeads
    require(
      window > 0 && map[1] % window == 0 && map[2] % window == 0,
      "a map of windows of \(window) x \(window) has sides that are multiples of \(window), not \(map)")
    require(channels % heads == 0, "the channels of \(heads) heads are a multiple of \(heads), not those of \(map)")
    requireShape(qkv.shape, [3 * channels, channels], of: "the layer of queries, keys and values for \(map)")
    func requireProjection(_ layer: PointwiseParameters?, heads: Int, of kind: String) {
      let width = heads * (channels / (spatialHeads + channelHeads))
      requireShape(layer?.shape, [width, width], of: "the projection of \(heads) \(kind) heads for \(map)")
    }
    requireProjection(spatial?.projection, heads: spatialHeads, of: "spatial")
    requireProjection(channel?.projection, heads: channelHeads, of: "channel")
    requireShape(
      spatial?.biasTable.shape, [(2 * window - 1) * (2 * window - 1), spatialHeads],
      of: "the table of biases of windows of \(window) x \(window)")
  }

  var spatialHeads: Int { spatial?.logitScale.value.count ?? 0 }
  var channelHeads: Int { channel?.logitScale.value.count ?? 0 }

  /// The multiply-adds of one pixel: the projections, and for each head Q K^T and the product with V, over a window's
  /// pixels or a head's channels.
  func multiplyAdds(channels: Int, window: Int) -> Int {
    let headDim = channels / (spatialHeads + channelHeads)
    let projections = (spatial?.projection.weight.value.count ?? 0) + (channel?.projection.weight.value.count ?? 0)
    return qkv.weight.value.count + projections
      + 2 * headDim * (spatialHeads * window * window + channelHeads * headDim)
  }

  var variables: [Variable] {
    qkv.variables + (spatial.map { [$0.logitScale, $0.biasTable] + $0.projection.variables } ?? [])
      + (channel.map { [$0.logitScale] + $0.projection.variables } ?? [])
  }
}

/// Spatial and channel self-attention in parallel (Sec. 3.2, Eq. 2 and 3), projected, side by side on the channels.
///
/// - Parameters:
///   - x: N x H x W x C, H and W multiples of the window.
///   - previous: the result of the stage's previous block, when the reciprocal helper is on; the shape of x.
///   - window: M.
///   - shift: how far the windows are shifted, cyclically.
///   - dropout: drops entries of the attention maps; nil drops none.
/// - Returns: N x H x W x C: the spatial attention's channels, then the channel attention's.
package func reciprocalAttention(
  _ x: Variable, previous: consuming Variable?, _ parameters: ReciprocalAttentionParameters, window: Int, shift: Int,
  dropout: DropoutMask? = nil
) -> Variable {
  var previous = consume previous
  requireMap(x.shape)
  requireShape(previous?.shape, x.shape, of: "the previous block's attention")
  parameters.requireFit(x.shape, window: window)
  require(
    previous == nil || (parameters.spatial != nil && parameters.channel != nil), "the helper needs both attentions")
  AttentionObserver.tell { parameters.observed(x, window: window, shift: shift) }
  // A window of the previous result is read before that of this one is written.
  let y = previous?.reusableMemory() ?? Tensor(uninitialized: x.shape)
  let channelWidth = parameters.channelHeads * x.shape.last / (parameters.spatialHeads + parameters.channelHeads)
  let values = Tensor(uninitialized: x.shape.replacing(-1, with: channelWidth))
  var sums: Tensor?
  y.initialize { y in
    withKernel(x.shape, parameters, window: window, shift: shift, dropout: dropout) { kernel in
      let saved = Tensor(uninitialized: [x.shape[0], kernel.sumsCount])
      let memory = Tensor(uninitialized: [kernel.forwardMemoryCount])
      let scratch = KernelMemory(scratch: kernel.forwardScratchCount, pieces: kernel.pieces)
      kernel.forward(
        x.value.pointer, previous: previous?.value.pointer, y, values: values.pointer, sums: saved.pointer,
        memory: memory.pointer, scratch: scratch.scratch)
      withExtendedLifetime((memory, scratch)) {}
      sums = saved
    }
  }
  return Variable(
    y, from: [x] + (previous.map { [$0] } ?? []) + parameters.variables,
    multiplyAdds: x.shape.rows * parameters.multiplyAdds(channels: x.shape.last, window: window)
  ) { [x = x.saved, previous = previous?.saved, parameters, values, sums] dy, gradients in
    guard let sums else { fatalError("a meta tensor has no gradient") }
    withKernel(x.shape, parameters, window: window, shift: shift, dropout: dropout) { kernel in
      let partial = GradientSums(count: kernel.gradientOffsets.count)
      let channelGradients = Tensor(zeros: [kernel.channelGradientCount])
      let memory = Tensor(uninitialized: [kernel.backwardMemoryCount])
      let scratch = KernelMemory(scratch: kernel.backwardScratchCount, pieces: kernel.pieces)
      func run(
        _ dx: UnsafeMutablePointer<Float>, _ accumulate: Bool, _ dPrevious: UnsafeMutablePointer<Float>?, _ addsP: Bool
      ) {
        kernel.backward(
          x.value.pointer, previous: previous?.value.pointer, dy: dy.pointer, values: values.pointer,
          saved: sums.pointer, dx: dx, accumulate: accumulate, dPrevious: dPrevious, accumulatePrevious: addsP,
          channelGradients: channelGradients.pointer, memory: memory.pointer, scratch: scratch.scratch,
          sums: partial.sums)
      }
      gradients.write(toOrDiscard: x) { dx, accumulate in
        guard let previous, previous.requiresGradient else { return run(dx, accumulate, nil, false) }
        gradients.write(to: previous) { dPrevious, accumulatePrevious in
          run(dx, accumulate, dPrevious, accumulatePrevious)
        }
      }
      withExtendedLifetime((memory, scratch)) {}
      var cursor = partial.results
      for parameter in parameters.qkv.variables { cursor.add(to: parameter, gradients) }
      if let spatial = parameters.spatial {
        for parameter in spatial.projection.variables { cursor.add(to: parameter, gradients) }
        let offsets = kernel.gradientOffsets
        let bias = RelativePosition(window: window, heads: parameters.spatialHeads)
        gradients.accumulate(to: spatial.biasTable) { table in
          bias.addGradient(cursor.tensor.pointer + offsets.positionBias, to: table)
        }
        gradients.accumulate(to: spatial.logitScale) { dScale in
          addLogitScaleGradient(cursor.tensor.pointer + offsets.spatialScale, of: spatial.logitScale.value, to: dScale)
        }
      }
      if let channel = parameters.channel {
        let (weight, bias) = (channel.projection.weight, channel.projection.bias)
        let count = weight.value.count
        gradients.add(channelGradients.slice(0..<count).reshaped(weight.shape), to: weight)
        gradients.add(channelGradients.slice(count..<count + bias.value.count), to: bias)
        gradients.accumulate(to: channel.logitScale) { dScale in
          addLogitScaleGradient(
            channelGradients.pointer + count + bias.value.count, of: channel.logitScale.value, to: dScale)
        }
      }
    }
  }
}

extension ReciprocalAttentionParameters {
  /// What an observer gets: the spatial heads, then the channel heads. Queries and keys are computed again for it.
  fileprivate func observed(_ x: Variable, window: Int, shift: Int) -> [ObservedAttention] {
    let channels = x.shape.last, spatialHeads = spatialHeads
    let headDim = channels / (spatialHeads + channelHeads)
    let (weight, layerBias) = (qkv.weight.value, qkv.bias.value)
    func features(_ pixel: Int, _ outputs: Range<Int>) -> [Double] {
      let input = x.value.channels(pixel, 0..<channels)
      return outputs.map { output in
        let row = weight.pointer + output * channels
        return input.indices.reduce(Double(layerBias.pointer[output])) { $0 + Double(row[$1]) * input[$1] }
      }
    }
    func attention(
      _ kind: ObservedAttention.Kind, heads: Int, after first: Int, _ logitScale: Variable
    ) -> ObservedAttention {
      ObservedAttention(
        kind: kind, heads: heads, headDim: headDim, height: x.shape[1], width: x.shape[2], features: features,
        queries: { (first + $0) * 3 * headDim }, keys: { ((first + $0) * 3 + 1) * headDim },
        scale: { Double(exp(min(logitScale.value.pointer[$0], largestLogitScale))) }, isCosine: true)
    }
    var result: [ObservedAttention] = []
    if let spatial {
      let kind = ObservedAttention.Kind.spatial(
        windowHeight: window, windowWidth: window, shiftDown: shift, shiftRight: shift)
      var observed = attention(kind, heads: spatialHeads, after: 0, spatial.logitScale)
      observed.bias = { head, query, key in
        let rows = query / window - key / window + window - 1, columns = query % window - key % window + window - 1
        let row = rows * (2 * window - 1) + columns
        return Double(spatial.biasTable.value.pointer[row * spatialHeads + head])
      }
      result.append(observed)
    }
    if let channel { result.append(attention(.channel, heads: channelHeads, after: spatialHeads, channel.logitScale)) }
    return result
  }
}

/// The largest logarithm of the factor: 1 / tau stays below 100.
private let largestLogitScale: Float = 4.605_170_2

/// exp(min(logitScale, log 100)).
private func factors(_ logitScale: Tensor?) -> Tensor {
  Tensor((logitScale?.array ?? []).map { exp(min($0, largestLogitScale)) }, [logitScale?.count ?? 0])
}

/// The clamp passes no gradient above its limit.
private func addLogitScaleGradient(
  _ gradient: UnsafePointer<Float>, of logitScale: Tensor, to sum: UnsafeMutablePointer<Float>
) {
  for head in 0..<logitScale.count where logitScale.pointer[head] <= largestLogitScale { sum[head] += gradient[head] }
}

/// Builds the kernel with packed weights, scales and bias alive around it.
private func withKernel(
  _ shape: Shape, _ parameters: ReciprocalAttentionParameters, window: Int, shift: Int, dropout: DropoutMask?,
  _ body: (ReciprocalAttention) -> Void
) {
  let (spatialHeads, channelHeads) = (parameters.spatialHeads, parameters.channelHeads)
  let qkv = PackedPointwise(parameters.qkv)
  let projection = parameters.spatial.map { PackedPointwise($0.projection) }
  let scales = (factors(parameters.spatial?.logitScale.value), factors(parameters.channel?.logitScale.value))
  let position = RelativePosition(window: window, heads: spatialHeads)
  let bias = Tensor(uninitialized: [position.count])
  if let spatial = parameters.spatial { position.expand(spatial.biasTable.value.pointer, into: bias.pointer) }
  let channel = parameters.channel.map {
    (weight: UnsafePointer($0.projection.weight.value.pointer), bias: UnsafePointer($0.projection.bias.value.pointer))
  }
  body(
    ReciprocalAttention(
      images: shape[0], height: shape[1], width: shape[2], spatialHeads: spatialHeads, channelHeads: channelHeads,
      headDim: shape[3] / (spatialHeads + channelHeads), window: window, shift: shift,
      weights: ReciprocalAttention.Weights(
        qkv: qkv.kernel, spatialProjection: projection?.kernel, channelProjection: channel,
        spatialScale: scales.0.pointer, channelScale: scales.1.pointer, positionBias: bias.pointer),
      dropout: dropout))
  withExtendedLifetime((qkv, projection, scales, bias)) {}
}
