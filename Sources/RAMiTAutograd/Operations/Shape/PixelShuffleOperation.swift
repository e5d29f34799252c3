import RAMiTKernels
import RAMiTTensorCore

/// Channels to space: N x H x W x (C r r) to N x (r H) x (r W) x C. Channel c r r + i r + j becomes channel c of pixel
/// (i, j) of each cell (Shi et al., "Real-Time Single Image and Video Super-Resolution ...", 2016).
/// - Precondition: the channels are a multiple of r r, the factor's square.
public func pixelShuffle(_ x: Variable, _ factor: Int) -> Variable {
  let cell = factor * factor
  require(
    x.shape.rank == 4 && factor > 0 && x.shape.last % cell == 0,
    "a map to shuffle by \(factor) is N x H x W x C, with C a multiple of \(cell), not \(x.shape)")
  if factor == 1 { return x }
  return Variable(
    rearranging: x, into: [x.shape[0], x.shape[1] * factor, x.shape[2] * factor, x.shape[3] / cell],
    by: [shuffle(x.shape, factor)], as: GraphDescription(.pixelShuffle(factor: factor)))
}

/// Space to channels, the inverse of `pixelShuffle`: N x (r H) x (r W) x C to N x H x W x (C r r). Channel c r r + i r
/// + j holds pixel (i, j) of each cell, as in PyTorch.
/// - Precondition: both sides are multiples of the factor r.
public func pixelUnshuffle(_ x: Variable, _ factor: Int) -> Variable {
  require(
    x.shape.rank == 4 && factor > 0 && x.shape[1] % factor == 0 && x.shape[2] % factor == 0,
    "a map to unshuffle by \(factor) is N x H x W x C, with H and W multiples of \(factor), not \(x.shape)")
  if factor == 1 { return x }
  if GraphTrace.isRecording { return composedUnshuffle(x, factor) }
  let low: Shape = [x.shape[0], x.shape[1] / factor, x.shape[2] / factor, x.shape[3] * factor * factor]
  return Variable(rearranging: x, into: low, by: [shuffle(low, factor).reversed], as: nil)
}

/// From the low-resolution map to the high-resolution one.
private func shuffle(_ low: Shape, _ factor: Int) -> StridedCopy {
  let channels = low[3] / (factor * factor)
  // Cells row by row; in the low-resolution map a cell is the innermost axes of a channel.
  let source: Shape = [low[0], low[1], low[2], channels, factor, factor]
  let order = [0, 1, 4, 2, 5, 3], strides = source.strides
  let sizes = order.map { source[$0] }
  return StridedCopy(sizes: sizes, from: order.map { strides[$0] }, to: Shape(sizes).strides)
}

/// `pixelUnshuffle` from general operations.
private func composedUnshuffle(_ x: Variable, _ r: Int) -> Variable {
  let (n, h, w, c) = (x.shape[0], x.shape[1] / r, x.shape[2] / r, x.shape[3])
  return x.reshaped([n, h, r, w, r, c]).permuted([0, 1, 3, 5, 2, 4]).reshaped([n, h, w, c * r * r])
}
