import RAMiTAutograd

extension TorchOperations {
  static let elementwise = arithmetic.merging(functions) { one, _ in one }

  private static let arithmetic: [String: Operation] = [
    "add": { v, _ in [v[0] + v[1]] },
    "subtract": { v, _ in [v[0] - v[1]] },
    "multiply": { v, _ in [v[0] * v[1]] },
    "divide": { v, _ in [v[0] / v[1]] },
    "maximum": { v, _ in [maximum(v[0], v[1])] },
    "minimum": { v, _ in [minimum(v[0], v[1])] },
    "powerOfVariable": { v, _ in [v[0].pow(v[1])] },
    "where": { v, _ in [`where`(v[0] .> 0, v[1], v[2])] },
    "prelu": { v, _ in [prelu(v[0], weight: v[1])] },
    "negate": { v, _ in [-v[0]] },
    "power": { v, a in [v[0].pow(a.float("exponent"))] },
    "clamp": { v, a in [v[0].clamp(min: a.float("min"), max: a.float("max"))] },
    "leakyReLU": { v, a in [leakyReLU(v[0], slope: a.float("slope"))] },
    "elu": { v, a in [elu(v[0], alpha: a.float("alpha"))] },
    "scaleAndShift": { v, a in [scaleAndShift(v[0], scale: a.floats("scale"), shift: a.floats("shift"))] },
    "softmax": { v, a in [softmax(v[0], axis: a.int("axis"))] },
    "logSoftmax": { v, a in [logSoftmax(v[0], axis: a.int("axis"))] },
  ]

  private static let functions: [String: Operation] = [
    "exp": { v, _ in [v[0].exp()] },
    "log": { v, _ in [v[0].log()] },
    "log1p": { v, _ in [v[0].log1p()] },
    "sqrt": { v, _ in [v[0].sqrt()] },
    "rsqrt": { v, _ in [v[0].rsqrt()] },
    "reciprocal": { v, _ in [v[0].reciprocal()] },
    "square": { v, _ in [v[0].square()] },
    "abs": { v, _ in [v[0].abs()] },
    "sin": { v, _ in [v[0].sin()] },
    "cos": { v, _ in [v[0].cos()] },
    "tanh": { v, _ in [v[0].tanh()] },
    "sigmoid": { v, _ in [v[0].sigmoid()] },
    "erf": { v, _ in [v[0].erf()] },
    "relu": { v, _ in [relu(v[0])] },
    "relu6": { v, _ in [relu6(v[0])] },
    "gelu": { v, _ in [gelu(v[0])] },
    "geluTanh": { v, _ in [gelu(v[0], approximation: .tanh)] },
    "silu": { v, _ in [silu(v[0])] },
    "softplus": { v, _ in [softplus(v[0])] },
    "mish": { v, _ in [mish(v[0])] },
    "hardsigmoid": { v, _ in [hardsigmoid(v[0])] },
    "hardswish": { v, _ in [hardswish(v[0])] },
  ]
}
