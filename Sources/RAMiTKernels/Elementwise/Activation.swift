/// The activations of fused operations.
public enum Activation: String, CaseIterable, Sendable {
  case leakyReLU, relu, relu6, gelu, silu

  /// The slope of LeakyReLU below zero.
  public static let leakySlope: Float = 0.01

  /// The value at x.
  @inline(__always)
  func callAsFunction(_ x: Vector) -> Vector {
    switch self {
    case .leakyReLU: LeakyReLU(slope: Self.leakySlope).value(x)
    case .relu: ReLU().value(x)
    case .relu6: ReLU6().value(x)
    case .gelu: GELU().value(x)
    case .silu: SiLU().value(x)
    }
  }

  /// The derivative at x; at a kink the one of the lower side, as in PyTorch.
  @inline(__always)
  func derivative(_ x: Vector) -> Vector {
    switch self {
    case .leakyReLU: LeakyReLU(slope: Self.leakySlope).derivative(x)
    // Between the bounds x is the result, from which these compute their derivative.
    case .relu: ReLU().derivative(x)
    case .relu6: ReLU6().derivative(x)
    case .gelu: GELU().derivative(x)
    case .silu: SiLU().derivative(x)
    }
  }

  /// y = activation(x) over `count` floats, a multiple of 16; y may be x.
  func apply(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int) {
    switch self {
    case .leakyReLU: transform(x, y, count) { Activation.leakyReLU($0) }
    case .relu: transform(x, y, count) { Activation.relu($0) }
    case .relu6: transform(x, y, count) { Activation.relu6($0) }
    case .gelu: applyGELU(x, into: y, count: count)
    case .silu: transform(x, y, count) { Activation.silu($0) }
    }
  }

  /// y = activation(x), and the derivative there, over `count` floats, a multiple of 16; y may be x.
  func apply(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, derivative: UnsafeMutablePointer<Float>, count: Int
  ) {
    if self == .gelu { return applyGELU(x, into: y, derivative: derivative, count: count) }
    for i in stride(from: 0, to: count, by: vectorWidth) {
      let input = load(x + i)
      store(self.derivative(input), derivative + i)
      store(self(input), y + i)
    }
  }

  /// y = activation(x) + addend over any `count`; y may be x.
  func apply(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, adding addend: UnsafePointer<Float>?, count: Int
  ) {
    var i = 0
    while i < count {
      var value = self(load(x + i))
      if let addend { value += load(addend + i) }
      store(value, y + i, count: count &- i)
      i &+= vectorWidth
    }
  }

  /// gradient *= the derivative at x, over `count` floats, a multiple of 16.
  func multiplyByDerivative(_ gradient: UnsafeMutablePointer<Float>, at x: UnsafePointer<Float>, count: Int) {
    switch self {
    case .leakyReLU:
      for i in stride(from: 0, to: count, by: vectorWidth) {
        store(load(gradient + i) * Activation.leakyReLU.derivative(load(x + i)), gradient + i)
      }
    default: derivativeTimes(gradient, at: x, into: gradient, count: count)
    }
  }

  /// result = dy times the derivative at x over any `count`; result may be dy or x.
  func derivativeTimes(
    _ dy: UnsafePointer<Float>, at x: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>, count: Int
  ) {
    var i = 0
    while i < count {
      store(load(dy + i) * derivative(load(x + i)), result + i, count: count &- i)
      i &+= vectorWidth
    }
  }
}

@inline(__always)
private func transform(
  _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int, _ function: (Vector) -> Vector
) {
  var i = 0
  while i < count {
    store(function(load(x + i)), y + i)
    i &+= vectorWidth
  }
}

/// y = GELU(x) over `count` floats, a multiple of 16; y may be x.
///
/// This is a separate loop over a tile in cache. In the product's epilogue the polynomial would be repeated for every
/// register.
func applyGELU(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int) {
  var i = 0
  while i < count {
    store(gelu(load(x + i)), y + i)
    i &+= vectorWidth
  }
}

/// y = GELU(x), and the derivative there, over `count` floats, a multiple of 16; y may be x.
func applyGELU(
  _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, derivative: UnsafeMutablePointer<Float>, count: Int
) {
  var i = 0
  while i < count {
    let (value, slope) = geluAndDerivative(load(x + i))
    store(value, y + i)
    store(slope, derivative + i)
    i &+= vectorWidth
  }
}

#if !hasFeature(Embedded)
  extension Activation: Codable {
    /// Reads the name of an activation. Older files call SiLU "swish".
    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer(), name = try container.decode(String.self)
      guard let activation = name == "swish" ? .silu : Activation(rawValue: name) else {
        throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(name) is no activation")
      }
      self = activation
    }
  }
#endif
