import RAMiTKernels
import RAMiTTensorCore

/// The largest value of each window, per channel, by PyTorch's definition; what lies outside the map does not count.
///
/// The gradient goes to the first one of equal largest values. A NaN is the largest of its window.
/// - Parameters:
///   - x: N x H x W x C.
///   - kernelSize: height and width of a window.
///   - stride: pixels between windows (default: `kernelSize`).
///   - padding: pixels by which windows reach over the map's edges, at most half of `kernelSize`.
/// - Returns: N x H' x W' x C, with H' = (H + 2 padding - kernelSize) / stride + 1, rounded down.
/// - Precondition: a window fits into the padded map.
public func maxPool2d(
  _ x: Variable, kernelSize: some IntPairConvertible, stride: (some IntPairConvertible)? = Int?.none,
  padding: some IntPairConvertible = 0
) -> Variable {
  let kernelSize = kernelSize.intPair, stride = stride?.intPair ?? kernelSize, padding = padding.intPair
  let geometry = ConvolutionGeometry(poolOf: x.shape, kernelSize: kernelSize, stride: stride, padding: padding)
  if kernelSize == IntPair(1), stride == IntPair(1) { return x }
  let kernel = MaxPool(geometry, channels: x.shape[3])
  let y = Tensor([x.shape[0], geometry.output.height, geometry.output.width, x.shape[3]]) {
    kernel.forward(x.value.pointer, $0)
  }
  let description = GraphDescription(.maxPool(kernel: kernelSize, stride: stride, padding: padding))
  return Variable(y, from: [x], as: description) { [x = x.saved] dy, gradients in
    gradients.write(to: x) { dx, accumulate in
      kernel.backward(x.value.pointer, dy: dy.pointer, dx, accumulate: accumulate)
    }
  }
}

extension ConvolutionGeometry {
  /// The sizes of windows over the map `x`, N x H x W x C.
  init(poolOf x: Shape, kernelSize: IntPair, stride: IntPair, padding: IntPair) {
    requireMap(x)
    require(kernelSize.height > 0 && kernelSize.width > 0, "a window has at least one pixel, not \(kernelSize)")
    require(
      2 * padding.height <= kernelSize.height && 2 * padding.width <= kernelSize.width,
      "the padding \(padding) must be at most half of the window \(kernelSize)")
    self.init(
      x, window: "window \(kernelSize)", kernel: kernelSize, stride: stride, padding: padding, dilation: IntPair(1))
  }
}
