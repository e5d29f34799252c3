/// The sizes of a 2-D convolution from an input map N x H x W to an output map N x H' x W', as PyTorch defines it:
/// output pixel p reads the input at p * stride - padding + k * dilation for each tap k of the kernel; zeros lie
/// outside.
///
/// A transposed convolution has the same sizes, read from the output to the input.
package struct ConvolutionGeometry: Equatable, Sendable {
  let images: Int
  let input: IntPair
  package let output: IntPair
  let kernel: IntPair
  let stride: IntPair
  let padding: IntPair
  let dilation: IntPair

  /// - Parameter output: the output map's height and width, which `outputSize` gives for a convolution.
  package init(
    images: Int, input: IntPair, output: IntPair, kernel: IntPair, stride: IntPair, padding: IntPair, dilation: IntPair
  ) {
    self.images = images
    self.input = input
    self.output = output
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
  }

  /// The output's height and width. They are below one when the kernel does not fit into the padded input.
  package static func outputSize(
    input: IntPair, kernel: IntPair, stride: IntPair, padding: IntPair, dilation: IntPair
  ) -> IntPair {
    func size(_ axis: IntPair.Axis) -> Int {
      let room = input[axis] + 2 * padding[axis]
      let reach = dilation[axis] * (kernel[axis] - 1) + 1
      return room < reach ? 0 : (room - reach) / stride[axis] + 1
    }
    return IntPair(size(.height), size(.width))
  }

  /// The same convolution with longer rows, where it reads each pixel by itself: images and rows run on then, and short
  /// rows would leave parts of the tiles empty.
  var flattened: ConvolutionGeometry {
    guard kernel.isBoth(1), stride.isBoth(1), padding.isBoth(0), input == output else { return self }
    let lines = images * input.height
    let joined = (1...max(1, lines)).first { lines % $0 == 0 && $0 * input.width >= 64 } ?? max(1, lines)
    let size = IntPair(lines / joined, joined * input.width)
    return ConvolutionGeometry(
      images: 1, input: size, output: size, kernel: kernel, stride: stride, padding: padding, dilation: dilation)
  }

  /// The taps along one axis that make the output.
  func forwardAxis(_ axis: IntPair.Axis) -> TapAxis {
    let (padding, dilation) = (padding[axis], dilation[axis])
    return TapAxis(
      count: output[axis], targetStart: 0, targetStep: 1, sourceCount: input[axis],
      sourceStep: stride[axis],
      taps: (0..<kernel[axis]).map { TapAxis.Tap(index: $0, offset: $0 * dilation - padding) })
  }

  /// The taps along one axis that make the gradient of the input from that of the output, one phase of the stride after
  /// the other: the input's positions phase, phase + stride, ... have the same taps. A phase that no tap reaches has
  /// none.
  func gradientAxes(_ axis: IntPair.Axis) -> [TapAxis] {
    let (stride, padding, dilation) = (stride[axis], padding[axis], dilation[axis])
    let size = input[axis]
    return (0..<min(stride, size)).map { phase in
      let taps = (0..<kernel[axis]).reversed().compactMap { tap in
        let distance = phase + padding - tap * dilation
        return distance % stride == 0 ? TapAxis.Tap(index: tap, offset: distance / stride) : nil
      }
      return TapAxis(
        count: (size - phase + stride - 1) / stride, targetStart: phase, targetStep: stride,
        sourceCount: output[axis], sourceStep: 1, taps: taps)
    }
  }
}
