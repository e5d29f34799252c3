import RAMiTKernels

extension Twin {
  /// The numbers of a convolution beside its shapes.
  package struct Window: Sendable, CustomStringConvertible {
    package let stride: IntPair
    package let padding: IntPair
    package let dilation: IntPair
    package let groups: Int

    package init(
      stride: IntPair = IntPair(1), padding: IntPair = IntPair(0), dilation: IntPair = IntPair(1), groups: Int = 1
    ) {
      self.stride = stride
      self.padding = padding
      self.dilation = dilation
      self.groups = groups
    }

    package var description: String { "stride \(stride), padding \(padding), dilation \(dilation), \(groups) groups" }

    func size(_ input: Int, kernel: Int, _ axis: KeyPath<IntPair, Int>) -> Int {
      (input + 2 * padding[keyPath: axis] - dilation[keyPath: axis] * (kernel - 1) - 1) / stride[keyPath: axis] + 1
    }
  }

  /// y[n, p, q, o] = bias[o] + sum over taps and the group's i of weight[o, ky, kx, i] x[n, p s - pad + ky d, q s - pad
  /// + kx d, i].
  package static func conv2d(
    _ x: DoubleTensor, weight: DoubleTensor, bias: DoubleTensor?, _ window: Window
  ) -> DoubleTensor {
    let (kh, kw, each) = (weight.shape[1], weight.shape[2], weight.shape[3]), outputs = weight.shape[0]
    var y = DoubleTensor(zeros: [
      x.shape[0], window.size(x.shape[1], kernel: kh, \.height), window.size(x.shape[2], kernel: kw, \.width), outputs,
    ])
    forEachTap(x, y, kernel: IntPair(kh, kw), window) { n, from, to, tap in
      for o in 0..<outputs {
        let group = o / (outputs / window.groups)
        for i in 0..<each {
          y[n, to.height, to.width, o] +=
            weight.values[(o * kh * kw + tap) * each + i] * x[n, from.height, from.width, group * each + i]
        }
      }
    }
    return biased(y, bias)
  }

  /// y[n, p s - pad + ky d, q s - pad + kx d, o] = bias[o] + the sum over taps and the group's i of weight[i, ky, kx,
  /// o] x[n, p, q, i].
  package static func convTranspose2d(
    _ x: DoubleTensor, weight: DoubleTensor, bias: DoubleTensor?, _ window: Window, outputPadding: IntPair
  ) -> DoubleTensor {
    let (kh, kw, each) = (weight.shape[1], weight.shape[2], weight.shape[3]), inputs = weight.shape[0]
    func size(_ input: Int, _ kernel: Int, _ axis: KeyPath<IntPair, Int>) -> Int {
      (input - 1) * window.stride[keyPath: axis] - 2 * window.padding[keyPath: axis]
        + window.dilation[keyPath: axis] * (kernel - 1) + outputPadding[keyPath: axis] + 1
    }
    var y = DoubleTensor(zeros: [
      x.shape[0], size(x.shape[1], kh, \.height), size(x.shape[2], kw, \.width), each * window.groups,
    ])
    forEachTap(y, x, kernel: IntPair(kh, kw), window) { n, to, from, tap in
      for i in 0..<inputs {
        let group = i / (inputs / window.groups)
        for o in 0..<each {
          y[n, to.height, to.width, group * each + o] +=
            weight.values[(i * kh * kw + tap) * each + o] * x[n, from.height, from.width, i]
        }
      }
    }
    return biased(y, bias)
  }

  /// y[c] = bias[c] + the sum over taps of weight[ky, kx, c] x[c].
  package static func depthwiseConv2d(
    _ x: DoubleTensor, weight: DoubleTensor, bias: DoubleTensor?, _ window: Window
  ) -> DoubleTensor {
    let (kh, kw, channels) = (weight.shape[0], weight.shape[1], weight.shape[2])
    var y = DoubleTensor(zeros: [
      x.shape[0], window.size(x.shape[1], kernel: kh, \.height), window.size(x.shape[2], kernel: kw, \.width), channels,
    ])
    forEachTap(x, y, kernel: IntPair(kh, kw), window) { n, from, to, tap in
      for c in 0..<channels {
        y[n, to.height, to.width, c] += weight.values[tap * channels + c] * x[n, from.height, from.width, c]
      }
    }
    return biased(y, bias)
  }

  /// Every pixel of y with each of the pixels of x that its taps read.
  static func forEachTap(
    _ x: DoubleTensor, _ y: DoubleTensor, kernel: IntPair, _ window: Window,
    _ body: (_ n: Int, _ from: IntPair, _ to: IntPair, _ tap: Int) -> Void
  ) {
    for n in 0..<y.shape[0] {
      for row in 0..<y.shape[1] {
        for column in 0..<y.shape[2] {
          for tap in 0..<kernel.height * kernel.width {
            let from = IntPair(
              row * window.stride.height - window.padding.height + tap / kernel.width * window.dilation.height,
              column * window.stride.width - window.padding.width + tap % kernel.width * window.dilation.width)
            guard (0..<x.shape[1]).contains(from.height), (0..<x.shape[2]).contains(from.width) else { continue }
            body(n, from, IntPair(row, column), tap)
          }
        }
      }
    }
  }

  private static func biased(_ y: DoubleTensor, _ bias: DoubleTensor?) -> DoubleTensor {
    guard let bias else { return y }
    var y = y
    for place in y.values.indices { y.values[place] += bias.values[place % y.channels] }
    return y
  }
}
