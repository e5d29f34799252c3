/// x to the power p, with a relative error below 2e-7: its logarithm is taken in double precision, since the product
/// with p makes its error larger.
///
/// As in C: 1 where p is 0 or x is 1; NaN where x is negative and p is no integer.
@inline(__always)
func power(_ x: Vector, _ p: Vector) -> Vector {
  let size = magnitude(x)
  let product = doubleLogarithm(size) * Halves(p)
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
  value.replace(with: magnitude(value, signOf: x), where: isOdd)
  value.replace(with: .nan, where: (x .< 0) .& (x .> Vector(repeating: -.infinity)) .& (isInteger .^ true))
  value.replace(with: .nan, where: (x .!= x) .| (p .!= p))
  return value.replacing(with: one, where: (p .== 0) .| (x .== one))
}

/// Sixteen numbers in double precision.
private struct Halves {
  var low, high: SIMD8<Double>

  @inline(__always)
  init(_ low: SIMD8<Double>, _ high: SIMD8<Double>) { (self.low, self.high) = (low, high) }

  @inline(__always)
  init(_ vector: Vector) { self.init(doubles(vector.lowHalf), doubles(vector.highHalf)) }

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
    let one = SIMD8<Double>(repeating: 1)
    let s = (m - one) / (m + one), square = s * s
    // 2 artanh(s): |s| <= 0.172, so the first term left out is below 1e-11 of the sum.
    var p = SIMD8<Double>(repeating: 2.0 / 13)
    p = p * square + SIMD8(repeating: 2.0 / 11)
    p = p * square + SIMD8(repeating: 2.0 / 9)
    p = p * square + SIMD8(repeating: 2.0 / 7)
    p = p * square + SIMD8(repeating: 2.0 / 5)
    p = p * square + SIMD8(repeating: 2.0 / 3)
    p = p * square + SIMD8(repeating: 2)
    // A small integer becomes a number by the bits that rounding to integers leaves.
    let shift = SIMD8<Double>(repeating: 0x1.8p52)
    let shifted = unsafeBitCast(exponent &+ unsafeBitCast(shift, to: SIMD8<Int64>.self), to: SIMD8<Double>.self)
    return (shifted - shift) * SIMD8(repeating: 0.693_147_180_559_945_3) + s * p
  }
  let halves = Halves(x)
  return Halves(logarithm(halves.low), logarithm(halves.high))
}

@inline(__always)
private func doubleExponential(_ x: Halves) -> Vector {
  @inline(__always)
  func exponential(_ x: SIMD8<Double>) -> SIMD8<Float> {
    // Beyond, single precision has 0 or infinity. What is not a number becomes any.
    let bound = SIMD8<Double>(repeating: 150)
    let above = SIMD8(repeating: -150).replacing(with: x, where: x .>= SIMD8(repeating: -150))
    let held = above.replacing(with: bound, where: above .> bound)
    let shift = SIMD8<Double>(repeating: 0x1.8p52)
    let shifted = held * SIMD8(repeating: 1.442_695_040_888_963_4) + shift
    let r = held - (shifted - shift) * SIMD8(repeating: 0.693_147_180_559_945_3)
    // |r| <= 0.347: the first term left out is below 1e-11.
    var p = SIMD8<Double>(repeating: 1.0 / 362_880)
    p = p * r + SIMD8(repeating: 1.0 / 40_320)
    p = p * r + SIMD8(repeating: 1.0 / 5_040)
    p = p * r + SIMD8(repeating: 1.0 / 720)
    p = p * r + SIMD8(repeating: 1.0 / 120)
    p = p * r + SIMD8(repeating: 1.0 / 24)
    p = p * r + SIMD8(repeating: 1.0 / 6)
    p = p * r + SIMD8(repeating: 0.5)
    p = p * r + SIMD8(repeating: 1)
    p = p * r + SIMD8(repeating: 1)
    // The low bits of the sum are the integer.
    let exponent = unsafeBitCast(shifted, to: SIMD8<Int64>.self) &<< SIMD8(repeating: 52)
    return floats(unsafeBitCast(unsafeBitCast(p, to: SIMD8<Int64>.self) &+ exponent, to: SIMD8<Double>.self))
  }
  return Vector(lowHalf: exponential(x.low), highHalf: exponential(x.high))
}

/// The same numbers in double precision. (The standard library's conversion is a call that goes lane by lane.)
@inline(__always)
func doubles(_ x: SIMD8<Float>) -> SIMD8<Double> {
  SIMD8(
    Double(x[0]), Double(x[1]), Double(x[2]), Double(x[3]), Double(x[4]), Double(x[5]), Double(x[6]), Double(x[7]))
}

/// The numbers rounded to single precision.
@inline(__always)
func floats(_ x: SIMD8<Double>) -> SIMD8<Float> {
  SIMD8(Float(x[0]), Float(x[1]), Float(x[2]), Float(x[3]), Float(x[4]), Float(x[5]), Float(x[6]), Float(x[7]))
}
