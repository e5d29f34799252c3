import RAMiTKernels
import RAMiTTensorCore

/// Self-attention between channels ("transposed attention": Zamir et al., "Restormer", CVPR 2022, Eq. 1) by cosines:
/// `channelAttention(_:heads:scale:)` with `.cosine(scale)`.
///
/// - Parameter scale: a number for each head, in any shape (Restormer's temperature).
public func channelAttention(_ qkv: Variable, heads: Int, scale: Variable) -> Variable {
  channelAttention(qkv, heads: heads, scale: .cosine(scale))
}

/// Self-attention between channels: in each head, with c = C / heads channels as vectors over all pixels of an image,
///
///     A = softmax(scale * s(q_i, k_j));  y_i = sum over j of A(i, j) v_j
///
/// where s is the cosine, with lengths below 1e-12 as 1e-12 (Zamir et al., "Restormer", CVPR 2022, Eq. 1), or the dot
/// product, which grows with the number of pixels (Ding et al., "DaViT", ECCV 2022).
///
/// - Parameters:
///   - qkv: N x ... x 3C: all heads' queries, then all keys, then all values; the axes between are pixels.
///   - heads: C is a multiple of it.
///   - scale: a constant for dot products, or for cosines a number for each head.
/// - Returns: N x ... x C, the heads side by side.
public func channelAttention(_ qkv: Variable, heads: Int, scale: AttentionScale) -> Variable {
  let shape = qkv.shape, channels = shape.last / 3
  require(
    shape.rank >= 2 && heads > 0 && shape.last == 3 * channels && channels % heads == 0,
    "queries, keys and values of \(heads) heads are N x ... x 3C, with C a multiple of \(heads), not \(shape)")
  if GraphTrace.isRecording { return composedChannelAttention(qkv, heads: heads, scale: scale) }
  let isCosine = scale.isCosine, scale = scale.factors(heads: heads)
  require(scale.shape.count == heads, "\(heads) heads have \(heads) scales, not \(scale.shape)")
  let kernel = ChannelAttentionKernel(
    images: shape[0], pixels: shape.rows / shape[0], heads: heads, headDim: channels / heads, isCosine: isCosine)
  AttentionObserver.tell {
    let headDim = channels / heads
    return [
      ObservedAttention(
        kind: .channel, heads: heads, headDim: headDim, height: shape.rank == 4 ? shape[1] : 1,
        width: shape.rank == 4 ? shape[2] : shape.rows / shape[0], features: qkv.value.channels,
        queries: { $0 * headDim }, keys: { channels + $0 * headDim },
        scale: { Double(scale.value.pointer[$0]) }, isCosine: isCosine)
    ]
  }
  var statistics: Tensor?
  let y = Tensor(shape.replacing(-1, with: channels)) { y in
    let sums = Tensor(uninitialized: [kernel.statisticsCount]), memory = Tensor(uninitialized: [kernel.memoryCount])
    kernel.forward(
      qkv.value.pointer, scale: scale.value.pointer, into: y, statistics: sums.pointer, memory: memory.pointer)
    withExtendedLifetime(memory) {}
    statistics = sums
  }
  return Variable(y, from: [qkv, scale], multiplyAdds: 2 * shape.rows * channels * (channels / heads)) {
    [qkv = qkv.saved, scale = scale.saved, statistics] dy, gradients in
    guard let statistics else { fatalError("a meta tensor has no gradient") }
    let memory = Tensor(uninitialized: [kernel.memoryCount]), dScale = Tensor(zeros: scale.shape)
    gradients.write(toOrDiscard: qkv) { dqkv, accumulate in
      kernel.backward(
        qkv.value.pointer, scale: scale.value.pointer, statistics: statistics.pointer, dy: dy.pointer, dqkv: dqkv,
        accumulate: accumulate, dScale: dScale.pointer, memory: memory.pointer)
    }
    gradients.add(dScale, to: scale)
    withExtendedLifetime(memory) {}
  }
}
