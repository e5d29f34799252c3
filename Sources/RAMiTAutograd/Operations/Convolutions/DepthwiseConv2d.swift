import RAMiTKernels
import RAMiTTensorCore

/// A depth-wise 2-D convolution with zero padding: each channel with a kernel of its own.
///
/// - Parameters:
///   - x: N x H x W x C.
///   - weight: kh x kw x C.
///   - bias: C; nil for none.
///   - stride: as that of `conv2d`.
///   - padding: as that of `conv2d`.
///   - dilation: as that of `conv2d`.
/// - Returns: N x H' x W' x C, of `conv2d`'s height and width.
/// - Precondition: the kernel fits into the padded map.
public func depthwiseConv2d(
  _ x: Variable, weight: Variable, bias: Variable? = nil, stride: some IntPairConvertible = 1,
  padding: some IntPairConvertible = 0, dilation: some IntPairConvertible = 1
) -> Variable {
  requireMap(x.shape)
  let channels = x.shape[3]
  require(
    weight.shape.rank == 3 && weight.shape[2] == channels,
    "a depth-wise weight for the map \(x.shape) is kh x kw x \(channels), not \(weight.shape)")
  requireShape(bias?.shape, [channels], of: "the bias for the map \(x.shape)")
  let geometry = ConvolutionGeometry(
    x.shape, window: "weight \(weight.shape)", kernel: IntPair(weight.shape[0], weight.shape[1]),
    stride: stride.intPair, padding: padding.intPair, dilation: dilation.intPair)
  let kernel = DepthwiseConvolution(geometry, channels: channels)
  let y = Tensor([x.shape[0], geometry.output.height, geometry.output.width, channels]) {
    kernel.forward(x.value.pointer, weight: weight.value.pointer, bias: bias?.value.pointer, $0)
  }
  return Variable(
    y, from: [x, weight, bias].compactMap { $0 }, multiplyAdds: y.shape.rows * weight.shape.count,
    as: GraphDescription(
      .depthwiseConvolution(stride: stride.intPair, padding: padding.intPair, dilation: dilation.intPair))
  ) {
    [
      x = x.gradientSlot, weight = weight.gradientSlot, bias = bias?.gradientSlot,
      xValue = weight.requiresGradient ? x.saved : nil, weightValue = x.requiresGradient ? weight.saved : nil
    ] dy, gradients in
    if let xValue {
      let sums = GradientSums(count: kernel.gradientCount)
      kernel.weightGradient(xValue.value.pointer, dy: dy.pointer, sums: sums.sums)
      sums.add(to: [weight, bias].compactMap { $0 }, gradients)
    } else {
      gradients.addColumnSums(of: dy, to: bias)
    }
    gradients.write(to: x) { dx, accumulate in
      kernel.inputGradient(dy: dy.pointer, weight: weightValue!.value.pointer, dx, accumulate: accumulate)
    }
  }
}
