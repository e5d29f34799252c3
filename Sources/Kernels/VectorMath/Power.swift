/// x to the power p, with a relative error below 2e-7: its logarithm is taken in double precision, since the product
/// with p makes its error larger.
///
/// As in C: 1 where p is 0 or x is 1; NaN where x is negative and p is no integer.
@inline(__always)
func power(_ x: Vector, _ p: Vector) -> Vector {
  let size = magnitude(x)
  let product = Halves(doubleLogarithm(size)) * Halves(p)
  var value = doubleExponential(product)
  // The logarithm knows no 0, infinity and NaN.
  let infinity = Vector(repeating: .infinity), one = Vector(repeating: 1)
  let grows = (p .> 0) .^ (size .< one)
  value.replace(with: .zero.replacing(with: infinity, where: grows), where: (size .== infinity) .| (size .== 0))
  let isUnbounded = magnitude(p) .== infinity
  value.replace(with: .zero.replacing(with: infinity, where: grows), where: isUnbounded)
  value.replace(with: one, where: isUnbounded .& (size .== one))
  let isInteger = p .== p.rounded(.towardZero)
  let half = p * Vector(repeating: 0.5)
  let isOdd = isInteger .& (half .!= half.rounded(.towardZero))
  value = value.replacing(with: magnitude(value) * Vector(repeating: -1), where: isOdd .& isNegative(x))
  value.replace(with: .nan, where: (x .< 0) .& (x .> Vector(repeating: -.infinity)) .& (isInteger .^ true))
  value.replace(with: .nan, where: (x .!= x) .| (p .!= p))
  return value.replacing(with: one, where: (p .== 0) .| (x .== one))
}

/// True where the sign bit is set.
@inline(__always)
private func isNegative(_ x: Vector) -> SIMDMask<SIMD16<Int32>> {
  unsafeBitCast(x, to: SIMD16<Int32>.self) .< SIMD16(repeating: 0)
}

/// Sixteen numbers in double precision.
private struct Halves {
  var low, high: SIMD8<Double>

  @inline(__always)
  init(_ low: SIMD8<Double>, _ high: SIMD8<Double>) { (self.low, self.high) = (low, high) }

  @inline(__always)
  init(_ halves: Halves) { self = halves }

  @inline(__always)
  init(_ vector: Vector) { self.init(SIMD8<Double>(vector.lowHalf), SIMD8<Double>(vector.highHalf)) }

  @inline(__always)
  static func * (a: Halves, b: Halves) -> Halves { Halves(a.low * b.low, a.high * b.high) }
}

/// The logarithm of a finite positive number.
@inline(__always)
private func doubleLogarithm(_ x: Vector) -> Halves {
  @inline(__always)
  func logarithm(_ x: SIMD8<Double>) -> SIMD8<Double> {
    let bits = unsafeBitCast(x, to: SIMD8<Int64>.self)
    let exponent = (bits &- SIMD8(repeating: 0x3fe6_a09e_667f_3bcd)) &>> SIMD8(repeating: 52)
    let m = unsafeBitCast(bits &- (exponent &<< SIMD8(repeating: 52)), to: SIMD8<Double>.self)
    let s = (m - 1) / (m + 1), square = s * s
    // 2 artanh(s): |s| <= 0.172, so the first term left out is below 1e-11 of the sum.
    var p = SIMD8<Double>(repeating: 2.0 / 13)
    for divisor in [11.0, 9, 7, 5, 3, 1] { p = p * square + 2 / divisor }
    return SIMD8<Double>(exponent) * 0.693_147_180_559_945_3 + s * p
  }
  let halves = Halves(x)
  return Halves(logarithm(halves.low), logarithm(halves.high))
}

@inline(__always)
private func doubleExponential(_ x: Halves) -> Vector {
  @inline(__always)
  func exponential(_ x: SIMD8<Double>) -> SIMD8<Float> {
    // Beyond, single precision has 0 or infinity. What is not a number becomes any.
    let held = SIMD8(repeating: -150).replacing(with: x, where: x .>= -150).replacing(with: 150, where: x .> 150)
    let n = (held * 1.442_695_040_888_963_4).rounded(.toNearestOrEven)
    let r = held - n * 0.693_147_180_559_945_3
    // |r| <= 0.347: the first term left out is below 1e-11.
    var p = SIMD8<Double>(repeating: 1 / 362_880.0)
    for factorial in [40_320.0, 5_040, 720, 120, 24, 6, 2, 1, 1] { p = p * r + 1 / factorial }
    let exponent = (SIMD8<Int64>(n) &+ SIMD8(repeating: 1023)) &<< SIMD8(repeating: 52)
    return SIMD8<Float>(p * unsafeBitCast(exponent, to: SIMD8<Double>.self))
  }
  return Vector(lowHalf: exponential(x.low), highHalf: exponential(x.high))
}
