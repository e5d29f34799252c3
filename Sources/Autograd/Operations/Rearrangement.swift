import Kernels
import TensorCore

/// Channels to space (Shi et al., 2016): N x H x W x (C r r) to N x (r H) x (r W) x C.
public func pixelShuffle(_ x: Variable, _ factor: Int) -> Variable {
  let cell = factor * factor
  precondition(x.shape.rank == 4 && x.shape.last % cell == 0, "\(x.shape) cannot be shuffled by \(factor)")
  if factor == 1 { return x }
  let kernel = PixelShuffle(
    images: x.shape[0], height: x.shape[1], width: x.shape[2], channels: x.shape[3] / cell, factor: factor)
  let y = Tensor([x.shape[0], x.shape[1] * factor, x.shape[2] * factor, x.shape[3] / cell]) {
    kernel.forward(x.value.pointer, $0)
  }
  return Variable(y, from: [x]) { [x = x.gradientSlot] dy, gradients in
    gradients.write(to: x) { dx, accumulate in kernel.backward(dy.pointer, dx, adds: accumulate) }
  }
}

/// The four pixels of each 2 x 2 cell on the channels, row by row: N x H x W x C to N x H/2 x W/2 x 4 C.
public func spaceToDepth(_ x: Variable) -> Variable {
  precondition(x.shape.rank == 4 && x.shape[1] % 2 == 0 && x.shape[2] % 2 == 0, "\(x.shape) has no 2 x 2 cells")
  let kernel = SpaceToDepth(images: x.shape[0], height: x.shape[1], width: x.shape[2], channels: x.shape[3])
  let y = Tensor([x.shape[0], x.shape[1] / 2, x.shape[2] / 2, 4 * x.shape[3]]) { kernel.forward(x.value.pointer, $0) }
  return Variable(y, from: [x]) { [x = x.gradientSlot] dy, gradients in
    gradients.write(to: x) { dx, accumulate in kernel.backward(dy.pointer, dx, adds: accumulate) }
  }
}

/// The largest value of each size x size cell: N x H x W x C to N x H/s x W/s x C.
public func maxPool(_ x: Variable, _ size: Int) -> Variable {
  precondition(
    x.shape.rank == 4 && x.shape[1] % size == 0 && x.shape[2] % size == 0, "\(x.shape) has no cells of \(size)")
  if size == 1 { return x }
  let kernel = MaxPool(
    images: x.shape[0], height: x.shape[1], width: x.shape[2], channels: x.shape[3], size: size)
  let y = Tensor([x.shape[0], x.shape[1] / size, x.shape[2] / size, x.shape[3]]) { kernel.forward(x.value.pointer, $0) }
  return Variable(y, from: [x]) { [x = x.saved] dy, gradients in
    gradients.write(to: x) { dx, accumulate in kernel.backward(x.value.pointer, dy: dy.pointer, dx, adds: accumulate) }
  }
}

/// Zeros below and to the right, or the top left part: N x H x W x C to N x height x width x C.
public func resized(_ x: Variable, height: Int, width: Int) -> Variable {
  precondition(x.shape.rank == 4, "a feature map is N x H x W x C, not \(x.shape)")
  if x.shape[1] == height && x.shape[2] == width { return x }
  let (images, channels) = (x.shape[0], x.shape[3])
  let common = (height: min(height, x.shape[1]), width: min(width, x.shape[2]))
  /// Copies the common part, image by image; whole rows of pixels are the columns of the copy.
  func copy(
    _ source: UnsafePointer<Float>, _ from: (height: Int, width: Int), _ target: UnsafeMutablePointer<Float>,
    _ to: (height: Int, width: Int)
  ) {
    for image in 0..<images {
      copyColumns(
        source + image * from.height * from.width * channels, stride: from.width * channels,
        into: target + image * to.height * to.width * channels, stride: to.width * channels,
        columns: common.width * channels, rows: common.height, adds: true)
    }
  }
  let y = Tensor(zeros: [images, height, width, channels])
  let here = (height: x.shape[1], width: x.shape[2]), there = (height: height, width: width)
  y.initialize { copy(x.value.pointer, here, $0, there) }
  return Variable(y, from: [x]) { [x = x.gradientSlot] dy, gradients in
    gradients.accumulate(to: x) { dx in copy(dy.pointer, there, dx, here) }
  }
}
