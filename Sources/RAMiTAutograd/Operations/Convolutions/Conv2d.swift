import RAMiTKernels
import RAMiTTensorCore

/// A whole number for each of a map's two axes.
public typealias IntPair = RAMiTKernels.IntPair

/// An `Int` for both axes of a map, or an `IntPair` where height and width differ.
public protocol IntPairConvertible {
  /// The numbers of both axes.
  var intPair: IntPair { get }
}

extension Int: IntPairConvertible {
  /// The number for both axes.
  public var intPair: IntPair { IntPair(self) }
}

extension IntPair: IntPairConvertible {
  /// The pair itself.
  public var intPair: IntPair { self }
}

/// A 2-D convolution with zero padding, by PyTorch's definition (cross-correlation).
///
/// - Parameters:
///   - x: N x H x W x I.
///   - weight: O x kh x kw x I/groups.
///   - bias: O; nil for none.
///   - stride: pixels between the places of the kernel.
///   - padding: zeros on either side of the map.
///   - dilation: pixels between the taps of the kernel.
///   - groups: parts of the channels that do not mix.
/// - Returns: N x H' x W' x O, with H' = (H + 2 padding - dilation (kh - 1) - 1) / stride + 1, rounded down.
/// - Precondition: `groups` divides I and O, and the kernel fits into the padded map.
public func conv2d(
  _ x: Variable, weight: Variable, bias: Variable? = nil, stride: some IntPairConvertible = 1,
  padding: some IntPairConvertible = 0, dilation: some IntPairConvertible = 1, groups: Int = 1
) -> Variable {
  requireMap(x.shape)
  require(weight.shape.rank == 4, "a convolution's weight is O x kh x kw x I/groups, not \(weight.shape)")
  let (inputs, outputs) = (x.shape[3], weight.shape[0])
  require(
    groups > 0 && inputs % groups == 0 && outputs % groups == 0,
    "\(groups) groups do not divide the channels of the map \(x.shape) and the weight \(weight.shape)")
  requireShape(
    weight.shape, weight.shape.replacing(-1, with: inputs / groups),
    of: "the weight\(groups == 1 ? "" : " in \(groups) groups") for the map \(x.shape)")
  requireShape(bias?.shape, [outputs], of: "the bias with the weight \(weight.shape)")
  let geometry = ConvolutionGeometry(
    x.shape, window: "weight \(weight.shape)", kernel: IntPair(weight.shape[1], weight.shape[2]),
    stride: stride.intPair, padding: padding.intPair, dilation: dilation.intPair)
  let kernel = Convolution(geometry, inputs: inputs, outputs: outputs, groups: groups)
  let y = Tensor([x.shape[0], geometry.output.height, geometry.output.width, outputs]) {
    kernel.forward(x.value, weight: weight.value, bias: bias?.value, into: $0)
  }
  return Variable(
    y, from: [x, weight, bias].compactMap { $0 }, multiplyAdds: y.shape.rows * weight.shape.count,
    as: GraphDescription(
      .convolution(
        stride: stride.intPair, padding: padding.intPair, dilation: dilation.intPair, groups: groups))
  ) {
    [
      x = x.gradientSlot, weight = weight.gradientSlot, bias = bias?.gradientSlot,
      xValue = weight.requiresGradient ? x.saved : nil, weightValue = x.requiresGradient ? weight.saved : nil
    ] dy, gradients in
    if let xValue {
      let sums = kernel.weightGradient(xValue.value, dy: dy, hasBias: bias?.requiresGradient == true)
      gradients.add(sums.weight.reshaped(weight.shape), to: weight)
      if let bias { gradients.add(sums.bias, to: bias) }
    } else {
      gradients.addColumnSums(of: dy, to: bias)
    }
    gradients.write(to: x) { dx, accumulate in
      kernel.inputGradient(dy: dy, weight: weightValue!.value, into: dx, accumulate: accumulate)
    }
  }
}

extension ConvolutionGeometry {
  /// The sizes of a convolution of the map `x`, N x H x W x C.
  /// - Parameter window: what slides over the map, for the message.
  /// - Precondition: the numbers are positive (the padding not negative), and the kernel fits into the padded map.
  init(_ x: Shape, window: String, kernel: IntPair, stride: IntPair, padding: IntPair, dilation: IntPair) {
    Self.check(stride: stride, padding: padding, dilation: dilation)
    let input = IntPair(x[1], x[2])
    let output = Self.outputSize(input: input, kernel: kernel, stride: stride, padding: padding, dilation: dilation)
    require(
      output.height > 0 && output.width > 0,
      "the \(window) with padding \(padding) and dilation \(dilation) does not fit into the map \(x)")
    self.init(
      images: x[0], input: input, output: output, kernel: kernel, stride: stride, padding: padding, dilation: dilation)
  }

  static func check(stride: IntPair, padding: IntPair, dilation: IntPair) {
    require(stride.height > 0 && stride.width > 0, "a stride is at least 1, not \(stride)")
    require(dilation.height > 0 && dilation.width > 0, "a dilation is at least 1, not \(dilation)")
    require(padding.height >= 0 && padding.width >= 0, "a padding is at least 0, not \(padding)")
  }
}

/// The kernel with memory of the pool.
extension Convolution {
  func forward(
    _ x: Tensor, weight: Tensor, bias: Tensor?, into y: UnsafeMutablePointer<Float>, accumulate: Bool = false
  ) {
    let memory = ConvolutionMemory(forwardNeeds)
    forward(
      x.pointer, weight: weight.pointer, bias: bias?.pointer, y, accumulate: accumulate, packed: memory.packed.pointer,
      scratch: memory.scratch.scratch)
    withExtendedLifetime((x, weight, bias, memory)) {}
  }

  func inputGradient(
    dy: Tensor, weight: Tensor, bias: Tensor? = nil, into dx: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    let memory = ConvolutionMemory(gradientNeeds)
    inputGradient(
      dy: dy.pointer, weight: weight.pointer, bias: bias?.pointer, dx, accumulate: accumulate,
      packed: memory.packed.pointer, scratch: memory.scratch.scratch)
    withExtendedLifetime((dy, weight, bias, memory)) {}
  }

  /// The gradients of the weight, flat, and of the bias, zeros where there is none.
  func weightGradient(_ x: Tensor, dy: Tensor, hasBias: Bool) -> (weight: Tensor, bias: Tensor) {
    let sums = Tensor(uninitialized: [weightGradientSumsCount])
    let scratch = KernelMemory(scratch: weightGradientScratchCount, pieces: weightGradientPieces)
    weightGradient(x.pointer, dy: dy.pointer, sums: sums.pointer, hasBias: hasBias, scratch: scratch.scratch)
    withExtendedLifetime((x, dy, scratch)) {}
    return (sums.slice(0..<weightCount), sums.slice(weightCount..<gradientCount))
  }
}

private struct ConvolutionMemory {
  let packed: Tensor
  let scratch: KernelMemory

  init(_ needs: Convolution.Needs) {
    packed = Tensor(uninitialized: [needs.packed])
    scratch = KernelMemory(scratch: needs.scratch, pieces: needs.pieces)
  }
}
