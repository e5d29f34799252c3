// Mathematical functions. Where the derivative follows from the value, a pullback saves the value.

extension UnaryFunction {
  package static let exp = UnaryFunction(Exp())
  /// The natural logarithm.
  package static let log = UnaryFunction(Log())
  /// log(1 + x).
  package static let log1p = UnaryFunction(Log1p())
  package static let sqrt = UnaryFunction(Sqrt())
  /// 1 / sqrt(x).
  package static let rsqrt = UnaryFunction(Rsqrt())
  /// 1 / x.
  package static let reciprocal = UnaryFunction(Reciprocal())
  package static let square = UnaryFunction(Square())
  /// |x|; its derivative at 0 is 0.
  package static let abs = UnaryFunction(Abs())
  /// -1, 0 or 1; its derivative is 0 everywhere.
  package static let sign = UnaryFunction(Sign())
  package static let sin = UnaryFunction(Sin())
  package static let cos = UnaryFunction(Cos())
  package static let tanh = UnaryFunction(Tanh())
  package static let sigmoid = UnaryFunction(Sigmoid())
  /// x, and 0 where x is infinite or NaN.
  package static let finite = UnaryFunction(Finite())
  /// The error function.
  package static let erf = UnaryFunction(Erf())
  /// x to a power.
  package static func pow(_ exponent: Float) -> UnaryFunction {
    switch exponent {
    case 2: square
    case 0.5: sqrt
    case -0.5: rsqrt
    case -1: reciprocal
    default: UnaryFunction(Pow(exponent: exponent))
    }
  }
  /// x held between two bounds, at which the derivative is still 1.
  package static func clamp(from lower: Float, to upper: Float) -> UnaryFunction {
    UnaryFunction(Clamp(lower: lower, upper: upper))
  }
}

private struct Exp: UnaryElementFunction {
  static let saves = UnaryFunction.Saved.result
  @inline(__always)
  func value(_ x: Vector) -> Vector { exponential(x) }
  @inline(__always)
  func derivative(_ y: Vector) -> Vector { y }
}

private struct Log: UnaryElementFunction {
  @inline(__always)
  func value(_ x: Vector) -> Vector { logarithm(x) }
  @inline(__always)
  func derivative(_ x: Vector) -> Vector { Vector(repeating: 1) / x }
}

private struct Log1p: UnaryElementFunction {
  @inline(__always)
  func value(_ x: Vector) -> Vector { logarithmOfOnePlus(x) }
  @inline(__always)
  func derivative(_ x: Vector) -> Vector { Vector(repeating: 1) / (x + Vector(repeating: 1)) }
}

private struct Sqrt: UnaryElementFunction {
  static let saves = UnaryFunction.Saved.result
  @inline(__always)
  func value(_ x: Vector) -> Vector { squareRoot(x) }
  @inline(__always)
  func derivative(_ y: Vector) -> Vector { Vector(repeating: 0.5) / y }
}

private struct Rsqrt: UnaryElementFunction {
  static let saves = UnaryFunction.Saved.result
  @inline(__always)
  func value(_ x: Vector) -> Vector { Vector(repeating: 1) / squareRoot(x) }
  @inline(__always)
  func derivative(_ y: Vector) -> Vector { Vector(repeating: -0.5) * y * y * y }
}

private struct Reciprocal: UnaryElementFunction {
  static let saves = UnaryFunction.Saved.result
  @inline(__always)
  func value(_ x: Vector) -> Vector { Vector(repeating: 1) / x }
  @inline(__always)
  func derivative(_ y: Vector) -> Vector { y * y * Vector(repeating: -1) }
}

private struct Square: UnaryElementFunction {
  @inline(__always)
  func value(_ x: Vector) -> Vector { x * x }
  @inline(__always)
  func derivative(_ x: Vector) -> Vector { x + x }
}

private struct Abs: UnaryElementFunction {
  @inline(__always)
  func value(_ x: Vector) -> Vector { magnitude(x) }
  @inline(__always)
  func derivative(_ x: Vector) -> Vector { signs(x) }
}

private struct Sign: UnaryElementFunction {
  static let saves = UnaryFunction.Saved.nothing
  @inline(__always)
  func value(_ x: Vector) -> Vector { signs(x) }
  @inline(__always)
  func derivative(_: Vector) -> Vector { .zero }
}

/// -1, 0 or 1; NaN stays.
@inline(__always)
private func signs(_ x: Vector) -> Vector {
  x.replacing(with: 1, where: x .> 0).replacing(with: -1, where: x .< 0)
}

private struct Sin: UnaryElementFunction {
  @inline(__always)
  func value(_ x: Vector) -> Vector { sine(x) }
  @inline(__always)
  func derivative(_ x: Vector) -> Vector { sine(x, plusQuarters: 1) }
}

private struct Cos: UnaryElementFunction {
  @inline(__always)
  func value(_ x: Vector) -> Vector { sine(x, plusQuarters: 1) }
  @inline(__always)
  func derivative(_ x: Vector) -> Vector { sine(x) * Vector(repeating: -1) }
}

private struct Tanh: UnaryElementFunction {
  static let saves = UnaryFunction.Saved.result
  @inline(__always)
  func value(_ x: Vector) -> Vector { hyperbolicTangent(x) }
  @inline(__always)
  func derivative(_ y: Vector) -> Vector { Vector(repeating: 1) - y * y }
}

private struct Sigmoid: UnaryElementFunction {
  static let saves = UnaryFunction.Saved.result
  @inline(__always)
  func value(_ x: Vector) -> Vector { RAMiTKernels.sigmoid(x) }
  @inline(__always)
  func derivative(_ y: Vector) -> Vector { y * (Vector(repeating: 1) - y) }
}

private struct Finite: UnaryElementFunction {
  @inline(__always)
  func value(_ x: Vector) -> Vector { x.replacing(with: 0, where: (x - x) .!= 0) }
  @inline(__always)
  func derivative(_ x: Vector) -> Vector { Vector(repeating: 1).replacing(with: 0, where: (x - x) .!= 0) }
}

private struct Erf: UnaryElementFunction {
  @inline(__always)
  func value(_ x: Vector) -> Vector { RAMiTKernels.erf(x).replacing(with: x, where: x .!= x) }
  @inline(__always)
  func derivative(_ x: Vector) -> Vector {
    exponential(x * x * Vector(repeating: -1)) * Vector(repeating: 1.128_379_17)
  }
}

private struct Pow: UnaryElementFunction {
  let exponent: Float
  @inline(__always)
  func value(_ x: Vector) -> Vector {
    exponent == 1 ? x : exponent == 3 ? x * x * x : power(x, Vector(repeating: exponent))
  }
  @inline(__always)
  func derivative(_ x: Vector) -> Vector {
    switch exponent {
    case 0: .zero
    case 1: Vector(repeating: 1)
    case 3: Vector(repeating: 3) * x * x
    default: Vector(repeating: exponent) * power(x, Vector(repeating: exponent - 1))
    }
  }
}

private struct Clamp: UnaryElementFunction {
  let lower, upper: Float
  @inline(__always)
  func value(_ x: Vector) -> Vector { minimum(Vector(repeating: upper), maximum(Vector(repeating: lower), x)) }
  @inline(__always)
  func derivative(_ x: Vector) -> Vector {
    Vector(repeating: 1).replacing(with: 0, where: (x .< Vector(repeating: lower)) .| (x .> Vector(repeating: upper)))
  }
}
