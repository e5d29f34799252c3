import RAMiTKernels
import RAMiTTensorCore

/// The mean of each window, per channel, by PyTorch's definition.
///
/// - Parameters:
///   - x: N x H x W x C.
///   - kernelSize: height and width of a window.
///   - stride: pixels between windows (default: `kernelSize`).
///   - padding: zeros on either side of the map, at most half of `kernelSize`.
///   - countIncludesPadding: whether those zeros count in the mean.
/// - Returns: N x H' x W' x C, with H' = (H + 2 padding - kernelSize) / stride + 1, rounded down.
/// - Precondition: a window fits into the padded map.
public func avgPool2d(
  _ x: Variable, kernelSize: some IntPairConvertible, stride: (some IntPairConvertible)? = Int?.none,
  padding: some IntPairConvertible = 0, countIncludesPadding: Bool = true
) -> Variable {
  let kernelSize = kernelSize.intPair, stride = stride?.intPair ?? kernelSize, padding = padding.intPair
  // Checks the sizes.
  _ = ConvolutionGeometry(poolOf: x.shape, kernelSize: kernelSize, stride: stride, padding: padding)
  func axis(_ size: Int, _ axis: KeyPath<IntPair, Int>) -> AxisResampling {
    .average(
      size, kernel: kernelSize[keyPath: axis], stride: stride[keyPath: axis], padding: padding[keyPath: axis],
      countIncludesPadding: countIncludesPadding)
  }
  return resampled(
    x, vertical: axis(x.shape[1], \.height), horizontal: axis(x.shape[2], \.width), operation: "avgPool2d",
    as: GraphDescription(
      .averagePool(kernel: kernelSize, stride: stride, padding: padding, countsPadding: countIncludesPadding)))
}

/// The means of height x width parts that cover the map, per channel, by PyTorch's definition: parts overlap where the
/// map cannot be divided.
///
/// - Parameter x: N x H x W x C.
/// - Returns: N x height x width x C.
/// - Precondition: height and width are at least 1.
public func adaptiveAvgPool2d(_ x: Variable, height: Int, width: Int) -> Variable {
  requireMap(x.shape)
  require(height > 0 && width > 0, "a map of \(height) x \(width) cannot be made from \(x.shape)")
  if height == 1 && width == 1 { return globalAvgPool2d(x) }
  if GraphTrace.isRecording, x.shape[1] % height == 0, x.shape[2] % width == 0 {
    return avgPool2d(x, kernelSize: IntPair(x.shape[1] / height, x.shape[2] / width))
  }
  return resampled(
    x, vertical: .adaptiveAverage(x.shape[1], to: height), horizontal: .adaptiveAverage(x.shape[2], to: width),
    operation: "adaptiveAvgPool2d", as: nil)
}

/// The mean over all pixels of each image, per channel: N x H x W x C to N x 1 x 1 x C.
public func globalAvgPool2d(_ x: Variable) -> Variable {
  requireMap(x.shape)
  let map = ChannelPixels(samples: x.shape[0], pixels: x.shape[1] * x.shape[2], channels: x.shape[3])
  let y = Tensor([x.shape[0], 1, 1, x.shape[3]]) { y in
    let sums = GradientSums(count: x.shape[3])
    map.average(x.value.pointer, y, sums: sums.sums)
    withExtendedLifetime(sums) {}
  }
  let description = GraphDescription(.reduction(.mean, axes: [1, 2], keepsDimensions: true))
  return Variable(y, from: [x], as: description) { [x = x.gradientSlot] dy, gradients in
    gradients.write(to: x) { dx, accumulate in map.averageBackward(dy: dy.pointer, dx, accumulate: accumulate) }
  }
}
