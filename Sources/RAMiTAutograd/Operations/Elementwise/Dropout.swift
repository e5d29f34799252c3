import RAMiTKernels
import RAMiTTensorCore

/// Drops values at random and scales the others up, so that the expected value stays (Srivastava et al., 2014); for
/// training only.
///
/// - Parameter mask: which values; the same ones in the backward pass.
public func dropout(_ x: Variable, _ mask: DropoutMask) -> Variable {
  let y = Tensor(x.shape) { mask.apply(x.value.pointer, $0, count: x.shape.count, accumulate: false) }
  return Variable(y, from: [x]) { [x = x.gradientSlot] dy, gradients in
    gradients.write(to: x) { dx, accumulate in mask.apply(dy.pointer, dx, count: dy.count, accumulate: accumulate) }
  }
}

/// Stochastic depth (Huang et al., 2016): scales the residual branch y - x of each sample by its factor.
///
/// A factor is 0 where the branch is dropped, and 1 / (1 - drop rate) elsewhere.
/// - Parameters:
///   - x: N x ..., what goes around the branch.
///   - y: the shape of x: x plus the branch.
///   - factors: N numbers.
/// - Returns: x + factors (y - x), of the shape of x.
public func stochasticDepth(_ x: Variable, _ y: Variable, factors: [Float]) -> Variable {
  requireShape(y.shape, x.shape, of: "the end of a branch")
  require(factors.count == x.shape[0], "\(factors.count) factors for the \(x.shape[0]) samples of \(x.shape)")
  let kernel = StochasticDepth(factors: factors, size: x.value.count / max(1, factors.count))
  let result = Tensor(x.shape) { kernel.forward(x.value.pointer, y.value.pointer, into: $0) }
  return Variable(result, from: [x, y]) { [x = x.gradientSlot, y = y.gradientSlot] gradient, gradients in
    gradients.write(to: x) { dx, accumulate in
      kernel.backwardToInput(gradient.pointer, dx, accumulate: accumulate)
    }
    gradients.write(to: y) { dy, accumulate in
      kernel.backwardToOutput(gradient.pointer, dy, accumulate: accumulate)
    }
  }
}
