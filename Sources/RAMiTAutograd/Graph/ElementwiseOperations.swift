import RAMiTKernels

/// A function of each element, by name; its kernel computes it.
package enum UnaryOperation: Hashable, Sendable {
  case relu, relu6, leakyReLU(slope: Float), elu(alpha: Float), gelu, tanhGELU, silu, softplus, mish, hardsigmoid
  case hardswish, exp, log, log1p, sqrt, rsqrt, reciprocal, square, pow(Float), abs, sign, sin, cos, tanh, sigmoid, erf
  /// x between two bounds, which may be infinite.
  case clamp(from: Float, to: Float)
  case negative, adding(Float), multiplying(by: Float), dividing(by: Float), subtracting(from: Float)
  /// The number divided by x.
  case quotient(of: Float)

  var kernel: UnaryFunction {
    switch self {
    case .relu: .relu
    case .relu6: .relu6
    case .leakyReLU(let slope): .leakyReLU(slope: slope)
    case .elu(let alpha): .elu(alpha: alpha)
    case .gelu: .gelu
    case .tanhGELU: .tanhGELU
    case .silu: .silu
    case .softplus: .softplus
    case .mish: .mish
    case .hardsigmoid: .hardsigmoid
    case .hardswish: .hardswish
    case .exp: .exp
    case .log: .log
    case .log1p: .log1p
    case .sqrt: .sqrt
    case .rsqrt: .rsqrt
    case .reciprocal: .reciprocal
    case .square: .square
    case .pow(let exponent): .pow(exponent)
    case .abs: .abs
    case .sign: .sign
    case .sin: .sin
    case .cos: .cos
    case .tanh: .tanh
    case .sigmoid: .sigmoid
    case .erf: .erf
    case .clamp(let lower, let upper): .clamp(from: lower, to: upper)
    case .negative: .negative
    case .adding(let number): .adding(number)
    case .multiplying(let number): .multiplying(by: number)
    case .dividing(let number): .dividing(by: number)
    case .subtracting(let number): .subtracting(from: number)
    case .quotient(let number): .dividing(number)
    }
  }
}

/// A function of two numbers for each element, by name; its kernel computes it.
package enum BinaryOperation: Hashable, Sendable {
  case add, subtract, multiply, divide, maximum, minimum, prelu, power

  var kernel: BinaryFunction {
    switch self {
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .divide: .divide
    case .maximum: .maximum
    case .minimum: .minimum
    case .prelu: .prelu
    case .power: .power
    }
  }
}

/// A comparison of each pair of elements, by name; its kernel computes it.
package enum ComparisonOperation: Hashable, Sendable {
  case greater, greaterOrEqual, less, lessOrEqual, equal, notEqual

  var kernel: Comparison {
    switch self {
    case .greater: .greater
    case .greaterOrEqual: .greaterOrEqual
    case .less: .less
    case .lessOrEqual: .lessOrEqual
    case .equal: .equal
    case .notEqual: .notEqual
    }
  }
}
