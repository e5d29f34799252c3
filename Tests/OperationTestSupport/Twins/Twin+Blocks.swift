import RAMiTKernels

extension Twin {
  /// The weight and bias of a point-wise convolution.
  package struct Pointwise {
    package let weight: DoubleTensor
    package let bias: DoubleTensor
    package let groups: Int

    package init(_ weight: DoubleTensor, _ bias: DoubleTensor, groups: Int = 1) {
      self.weight = weight
      self.bias = bias
      self.groups = groups
    }

    func callAsFunction(_ x: DoubleTensor) -> DoubleTensor {
      Twin.pointwise(x, weight: weight, bias: bias, groups: groups)
    }
  }

  /// MobiVari (Sec. A.1), version 2 with an expansion, version 1 without.
  package static func mobiVari(
    _ x: DoubleTensor, expand: Pointwise?, depthwiseWeight: DoubleTensor, depthwiseBias: DoubleTensor,
    pointwise: Pointwise, activation: Activation
  ) -> DoubleTensor {
    func depthwise(_ e: DoubleTensor) -> DoubleTensor {
      Twin.depthwiseConv2d(e, weight: depthwiseWeight, bias: depthwiseBias, Window(padding: IntPair(1)))
    }
    let y: DoubleTensor
    if let expand {
      let e = activate(expand(x), activation)
      y = pointwise(activate(depthwise(e) + e, activation))
    } else {
      y = activate(pointwise(activate(depthwise(x), activation) + x), activation)
    }
    return y.channels == x.channels ? y + x : y
  }

  /// out(activation(hidden(x))).
  package static func mlp(
    _ x: DoubleTensor, hidden: Pointwise, out: Pointwise, _ activation: Activation
  ) -> DoubleTensor {
    out(activate(hidden(x), activation))
  }
}
