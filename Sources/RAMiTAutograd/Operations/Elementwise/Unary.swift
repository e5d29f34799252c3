import RAMiTKernels
import RAMiTTensorCore

/// f(x) for each element. In plain inference the result takes x's memory when x was consumed.
///
/// The pullback saves what the derivative is computed from: x, the result, or nothing.
func elementwise(
  _ x: consuming Variable, _ named: UnaryOperation, operation: String = #function
) -> Variable {
  var x = x
  let function = named.kernel
  let y = x.memoryForResult()
  y.initialize { function.forward(x.value.pointer, $0, count: y.count) }
  func backward(_ saved: Tensor, _ dy: Tensor, to x: some Operand, _ gradients: Gradients) {
    gradients.write(to: x) { dx, accumulate in
      function.backward(saved.pointer, dy: dy.pointer, dx: dx, count: dy.count, accumulate: accumulate)
    }
  }
  return switch function.saves {
  case .nothing:
    Variable(y, from: [x], operation: operation, as: GraphDescription(.unary(named))) {
      [x = x.gradientSlot] dy, gradients in
      backward(dy, dy, to: x, gradients)
    }
  case .input:
    Variable(y, from: [x], operation: operation, as: GraphDescription(.unary(named))) { [x = x.saved] dy, gradients in
      backward(x.value, dy, to: x, gradients)
    }
  case .result:
    Variable(y, from: [x], operation: operation, as: GraphDescription(.unary(named))) {
      [x = x.gradientSlot, y] dy, gradients in
      backward(y, dy, to: x, gradients)
    }
  }
}

// Mathematical functions, with IEEE's special values: exp overflows to infinity, log(0) is minus infinity, and the
// logarithm and the square root of a negative number are NaN.
extension Variable {
  /// exp(x); infinite from 88.73 on.
  public consuming func exp() -> Variable { elementwise(self, .exp) }

  /// The natural logarithm.
  public consuming func log() -> Variable { elementwise(self, .log) }

  /// log(1 + x), exact near 0.
  public consuming func log1p() -> Variable { elementwise(self, .log1p) }

  /// The square root. Its derivative at 0 is infinite.
  public consuming func sqrt() -> Variable { elementwise(self, .sqrt) }

  /// 1 / sqrt(x).
  public consuming func rsqrt() -> Variable { elementwise(self, .rsqrt) }

  /// 1 / x.
  public consuming func reciprocal() -> Variable { elementwise(self, .reciprocal) }

  /// x^2.
  public consuming func square() -> Variable { elementwise(self, .square) }

  /// x to a power; NaN where x is negative and the exponent is not an integer.
  public consuming func pow(_ exponent: Float) -> Variable { elementwise(self, .pow(exponent)) }

  /// |x|. Its derivative at 0 is 0.
  public consuming func abs() -> Variable { elementwise(self, .abs) }

  /// -1, 0 or 1. No gradient flows through it.
  public consuming func sign() -> Variable { elementwise(self.detached, .sign) }

  /// The sine of an angle in radians.
  public consuming func sin() -> Variable { elementwise(self, .sin) }

  /// The cosine of an angle in radians.
  public consuming func cos() -> Variable { elementwise(self, .cos) }

  /// The hyperbolic tangent, in [-1, 1].
  public consuming func tanh() -> Variable { elementwise(self, .tanh) }

  /// 1 / (1 + exp(-x)).
  public consuming func sigmoid() -> Variable { elementwise(self, .sigmoid) }

  /// The error function, with an absolute error below 5e-7.
  public consuming func erf() -> Variable { elementwise(self, .erf) }

  /// Limits x to the range between two bounds. The derivative is 1 in the range and 0 outside.
  /// - Parameters:
  ///   - min: the lower bound; no bound by default.
  ///   - max: the upper bound; no bound by default.
  public consuming func clamp(min: Float = -.infinity, max: Float = .infinity) -> Variable {
    require(min <= max, "x cannot be held between \(min) and \(max)")
    return elementwise(self, .clamp(from: min, to: max))
  }
}
