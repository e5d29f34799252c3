// Activations of networks; at a kink the derivative is PyTorch's, the lower side's.

extension UnaryFunction {
  /// max(x, 0).
  package static let relu = UnaryFunction(ReLU())
  /// x between 0 and 6.
  package static let relu6 = UnaryFunction(ReLU6())
  /// x, and `slope` times x below 0.
  package static func leakyReLU(slope: Float) -> UnaryFunction { UnaryFunction(LeakyReLU(slope: slope)) }
  /// x, and alpha (exp(x) - 1) below 0 (Clevert et al., 2016).
  package static func elu(alpha: Float) -> UnaryFunction { UnaryFunction(ELU(alpha: alpha)) }
  /// x times the normal distribution function (Hendrycks and Gimpel, 2016).
  package static let gelu = UnaryFunction(GELU())
  /// GELU's approximation by a hyperbolic tangent.
  package static let tanhGELU = UnaryFunction(TanhGELU())
  /// x sigmoid(x) (Elfwing et al., 2018).
  package static let silu = UnaryFunction(SiLU())
  /// log(1 + exp(x)).
  package static let softplus = UnaryFunction(Softplus())
  /// x tanh(softplus(x)) (Misra, 2020).
  package static let mish = UnaryFunction(Mish())
  /// (x + 3) / 6 between 0 and 1.
  package static let hardsigmoid = UnaryFunction(Hardsigmoid())
  /// x hardsigmoid(x) (Howard et al., 2019).
  package static let hardswish = UnaryFunction(Hardswish())
}

struct ReLU: UnaryElementFunction {
  static let saves = UnaryFunction.Saved.result
  // x comes second: `maximum` and `minimum` give the second operand where one is NaN, which the loss must show.
  @inline(__always)
  func value(_ x: Vector) -> Vector { maximum(.zero, x) }
  @inline(__always)
  func derivative(_ y: Vector) -> Vector { Vector(repeating: 1).replacing(with: 0, where: y .<= 0) }
}

struct ReLU6: UnaryElementFunction {
  static let saves = UnaryFunction.Saved.result
  @inline(__always)
  func value(_ x: Vector) -> Vector { minimum(Vector(repeating: 6), maximum(.zero, x)) }
  @inline(__always)
  func derivative(_ y: Vector) -> Vector {
    Vector(repeating: 1).replacing(with: 0, where: (y .<= 0) .| (y .>= 6))
  }
}

struct LeakyReLU: UnaryElementFunction {
  let slope: Float
  @inline(__always)
  func value(_ x: Vector) -> Vector { x.leaking(slope: slope) }
  @inline(__always)
  func derivative(_ x: Vector) -> Vector { Vector(repeating: 1).replacing(with: slope, where: x .<= 0) }
}

private struct ELU: UnaryElementFunction {
  let alpha: Float
  @inline(__always)
  func value(_ x: Vector) -> Vector {
    x.replacing(with: Vector(repeating: alpha) * exponentialMinusOne(x), where: x .<= 0)
  }
  @inline(__always)
  func derivative(_ x: Vector) -> Vector {
    Vector(repeating: 1).replacing(with: Vector(repeating: alpha) * exponential(x), where: x .<= 0)
  }
}

struct GELU: UnaryElementFunction {
  @inline(__always)
  func value(_ x: Vector) -> Vector { RAMiTKernels.gelu(x) }
  @inline(__always)
  func derivative(_ x: Vector) -> Vector { geluDerivative(x) }
}

private struct TanhGELU: UnaryElementFunction {
  @inline(__always)
  private func tangent(_ x: Vector) -> Vector {
    hyperbolicTangent(x * (x * x * Vector(repeating: 0.035_677_408) + Vector(repeating: 0.797_884_56)))
  }
  @inline(__always)
  func value(_ x: Vector) -> Vector {
    let half = x * Vector(repeating: 0.5)
    return half * (Vector(repeating: 1) + tangent(x))
  }
  @inline(__always)
  func derivative(_ x: Vector) -> Vector {
    let one = Vector(repeating: 1), half = Vector(repeating: 0.5), t = tangent(x)
    let inner = x * x * Vector(repeating: 0.107_032_22) + Vector(repeating: 0.797_884_56)
    return half * (one + t) + half * x * ((one - t) * (one + t)) * inner
  }
}

struct SiLU: UnaryElementFunction {
  @inline(__always)
  func value(_ x: Vector) -> Vector { x / (Vector(repeating: 1) + exp(-x)) }
  @inline(__always)
  func derivative(_ x: Vector) -> Vector {
    let one = Vector(repeating: 1), sigmoid = one / (one + exp(-x))
    return sigmoid * (one + x * (one - sigmoid))
  }
}

private struct Softplus: UnaryElementFunction {
  @inline(__always)
  func value(_ x: Vector) -> Vector { RAMiTKernels.softplus(x) }
  @inline(__always)
  func derivative(_ x: Vector) -> Vector { RAMiTKernels.sigmoid(x) }
}

private struct Mish: UnaryElementFunction {
  /// With e = exp(x), tanh(log(1 + e)) = n / (n + 2) for n = e (e + 2). Above 20 it is 1.
  @inline(__always)
  private func tangent(_ x: Vector) -> (tangent: Vector, rest: Vector, e: Vector) {
    let two = Vector(repeating: 2), e = exponential(minimum(Vector(repeating: 20), x))
    let n = e * (e + two)
    return (n / (n + two), two / (n + two), e)
  }
  @inline(__always)
  func value(_ x: Vector) -> Vector { x * tangent(x).tangent }
  @inline(__always)
  func derivative(_ x: Vector) -> Vector {
    let (t, rest, e) = tangent(x), one = Vector(repeating: 1)
    return t + x * (rest * (one + t)) * (e / (one + e))
  }
}

private struct Hardsigmoid: UnaryElementFunction {
  @inline(__always)
  func value(_ x: Vector) -> Vector { hardSigmoid(x) }
  @inline(__always)
  func derivative(_ x: Vector) -> Vector {
    Vector(repeating: 1 / 6).replacing(with: 0, where: (x .<= -3) .| (x .>= 3))
  }
}

private struct Hardswish: UnaryElementFunction {
  @inline(__always)
  func value(_ x: Vector) -> Vector { x * hardSigmoid(x) }
  @inline(__always)
  func derivative(_ x: Vector) -> Vector {
    let inner = x * Vector(repeating: 1 / 3) + Vector(repeating: 0.5)
    return inner.replacing(with: 0, where: x .<= -3).replacing(with: 1, where: x .>= 3)
  }
}

@inline(__always)
private func hardSigmoid(_ x: Vector) -> Vector {
  let six = Vector(repeating: 6)
  return minimum(six, maximum(.zero, x + Vector(repeating: 3))) / six
}
