import RAMiTKernels
import RAMiTTensorCore

/// A transposed 2-D convolution, by PyTorch's definition: the gradient of a convolution's input as an operation.
///
/// - Parameters:
///   - x: N x H x W x I.
///   - weight: I x kh x kw x O/groups.
///   - bias: O; nil for none.
///   - stride: pixels of the result between the places of the kernel.
///   - padding: pixels that are left out on either side of the result.
///   - outputPadding: pixels more below and on the right.
///   - dilation: pixels between the taps of the kernel.
///   - groups: parts of the channels that do not mix.
/// - Returns: N x H' x W' x O, with H' = (H - 1) stride - 2 padding + dilation (kh - 1) + outputPadding + 1.
/// - Precondition: `groups` divides I and O, and the result has pixels. The output padding is less than the stride or
///   the dilation.
public func convTranspose2d(
  _ x: Variable, weight: Variable, bias: Variable? = nil, stride: some IntPairConvertible = 1,
  padding: some IntPairConvertible = 0, outputPadding: some IntPairConvertible = 0,
  dilation: some IntPairConvertible = 1, groups: Int = 1
) -> Variable {
  let (stride, padding, dilation) = (stride.intPair, padding.intPair, dilation.intPair)
  let outputPadding = outputPadding.intPair
  requireMap(x.shape)
  require(
    weight.shape.rank == 4, "a transposed convolution's weight is I x kh x kw x O/groups, not \(weight.shape)")
  let (inputs, outputs) = (x.shape[3], weight.shape[3] * groups)
  require(groups > 0 && inputs % groups == 0, "\(groups) groups do not divide the channels of the map \(x.shape)")
  requireShape(weight.shape, weight.shape.replacing(0, with: inputs), of: "the weight for the map \(x.shape)")
  requireShape(bias?.shape, [outputs], of: "the bias with the weight \(weight.shape) in \(groups) groups")
  ConvolutionGeometry.check(stride: stride, padding: padding, dilation: dilation)
  let size = IntPair(weight.shape[1], weight.shape[2]), map = x.shape
  func extent(_ axis: KeyPath<IntPair, Int>, _ input: Int) -> Int {
    let extra = outputPadding[keyPath: axis]
    require(
      extra >= 0 && extra < max(stride[keyPath: axis], dilation[keyPath: axis]),
      "the output padding \(outputPadding) must be less than the stride \(stride) or the dilation \(dilation)")
    return (input - 1) * stride[keyPath: axis] - 2 * padding[keyPath: axis]
      + dilation[keyPath: axis] * (size[keyPath: axis] - 1) + extra + 1
  }
  let result = IntPair(extent(\.height, map[1]), extent(\.width, map[2]))
  require(
    result.height > 0 && result.width > 0,
    "nothing is left of the map \(map) with the weight \(weight.shape) and padding \(padding)")
  // The convolution whose input's gradient this is leads from the result to x.
  let geometry = ConvolutionGeometry(
    images: map[0], input: result, output: IntPair(map[1], map[2]), kernel: size, stride: stride, padding: padding,
    dilation: dilation)
  let kernel = Convolution(geometry, inputs: outputs, outputs: inputs, groups: groups)
  let y = Tensor([map[0], result.height, result.width, outputs]) {
    kernel.inputGradient(dy: x.value, weight: weight.value, bias: bias?.value, into: $0, accumulate: false)
  }
  return Variable(
    y, from: [x, weight, bias].compactMap { $0 }, multiplyAdds: map.rows * weight.shape.count,
    as: GraphDescription(
      .transposedConvolution(
        stride: stride, padding: padding, outputPadding: outputPadding, dilation: dilation, groups: groups))
  ) {
    [
      x = x.gradientSlot, weight = weight.gradientSlot, bias = bias?.gradientSlot,
      xValue = weight.requiresGradient ? x.saved : nil, weightValue = x.requiresGradient ? weight.saved : nil
    ] dy, gradients in
    if let xValue {
      gradients.add(
        kernel.weightGradient(dy, dy: xValue.value, hasBias: false).weight.reshaped(weight.shape), to: weight)
    }
    gradients.addColumnSums(of: dy, to: bias)
    gradients.write(to: x) { dx, accumulate in
      kernel.forward(dy, weight: weightValue!.value, bias: nil, into: dx, accumulate: accumulate)
    }
  }
}
