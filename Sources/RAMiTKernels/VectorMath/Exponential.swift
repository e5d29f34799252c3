// exp over the whole range of numbers, with IEEE's special values, for operations of their own; and a shorter one,
// which stops short of 0 and infinity, for fused kernels.
//
// `minimum` and `maximum` give their second operand where one is not a number, so x comes second where NaN has to stay.

/// exp(x) with a relative error below 2e-7. x is clamped to -87 ... 88, so that the result is neither 0 nor infinity.
/// The NaN of arithmetic stays.
@_transparent
func exp(_ x: Vector) -> Vector { expOfNegative(minimum(Vector(repeating: 88), x)) }

/// exp(x) for x below 88, clamped at -87, with a relative error below 1e-7. The NaN of arithmetic stays: its low bits
/// are zeros, so the exponent is not changed.
@_transparent
func expOfNegative(_ x: Vector) -> Vector {
  let (shifted, r) = reduced(maximum(Vector(repeating: -87), x))
  // exp(r) = 1 + r + ..., a minimax fit of degree 6.
  var value = Vector(repeating: 1.381_453_94e-3)
  value = multiplyAdd(value, r, Vector(repeating: 8.368_745_45e-3))
  value = multiplyAdd(value, r, Vector(repeating: 4.166_838_9e-2))
  value = multiplyAdd(value, r, Vector(repeating: 1.666_652_11e-1))
  value = multiplyAdd(value, r, Vector(repeating: 0.499_999_94))
  value = multiplyAdd(value, r, Vector(repeating: 1))
  value = multiplyAdd(value, r, Vector(repeating: 1))
  return timesPowerOfTwo(value, shifted)
}

/// exp(x) is two to the power of log2(e) x.
@_transparent
var log2OfE: Float { 1.442_695_04 }

/// 2^x for x below 127, clamped at -126, with a relative error below 2e-7. The NaN of arithmetic stays.
@_transparent
func exp2OfNegative(_ x: Vector) -> Vector { exp2Unclamped(maximum(Vector(repeating: -126), x)) }

/// 2^x for x from -126 to 127, with a relative error below 2e-7. The NaN of arithmetic stays.
@_transparent
func exp2Unclamped(_ x: Vector) -> Vector {
  let shifted = x + Vector(repeating: integerShift)
  let r = x - (shifted - Vector(repeating: integerShift))
  // 2^r = 1 + r ln 2 + ..., a minimax fit of degree 5 for |r| <= 1/2.
  var value = Vector(repeating: 1.326_472_73e-3)
  value = multiplyAdd(value, r, Vector(repeating: 9.671_512_99e-3))
  value = multiplyAdd(value, r, Vector(repeating: 5.550_733_58e-2))
  value = multiplyAdd(value, r, Vector(repeating: 2.402_224_24e-1))
  value = multiplyAdd(value, r, Vector(repeating: 6.931_470_04e-1))
  value = multiplyAdd(value, r, Vector(repeating: 1))
  return timesPowerOfTwo(value, shifted)
}

/// value times 2^n, straight into the exponent, where the low bits of `shifted` hold n.
@_transparent
private func timesPowerOfTwo(_ value: Vector, _ shifted: Vector) -> Vector {
  let exponent = unsafeBitCast(shifted, to: SIMD16<UInt32>.self) &<< SIMD16(repeating: 23)
  return unsafeBitCast(unsafeBitCast(value, to: SIMD16<UInt32>.self) &+ exponent, to: Vector.self)
}

/// x = n ln 2 + r with |r| <= ln 2 / 2. The low bits of `shifted` hold n.
@_transparent
private func reduced(_ x: Vector) -> (shifted: Vector, r: Vector) {
  let shifted = multiplyAdd(x, Vector(repeating: log2OfE), Vector(repeating: integerShift))
  let n = shifted - Vector(repeating: integerShift)
  let r = multiplyAdd(n, Vector(repeating: -0.693_359_375), x)
  return (shifted, multiplyAdd(n, Vector(repeating: 2.121_944_4e-4), r))
}

/// Added to a number, it leaves the nearest integer in the low bits.
@_transparent
private var integerShift: Float { 0x1.8p23 }

/// n, and exp(r) - 1 = r + p r^2.
@_transparent
private func reducedMinusOne(_ x: Vector) -> (n: SIMD16<Int32>, expm1: Vector) {
  let (shifted, r) = reduced(x), shift = SIMD16(repeating: Int32(bitPattern: integerShift.bitPattern))
  var p = Vector(repeating: 1.987_569_15e-4)
  p = multiplyAdd(p, r, Vector(repeating: 1.398_199_95e-3))
  p = multiplyAdd(p, r, Vector(repeating: 8.333_451_9e-3))
  p = multiplyAdd(p, r, Vector(repeating: 4.166_579_6e-2))
  p = multiplyAdd(p, r, Vector(repeating: 1.666_666_55e-1))
  p = multiplyAdd(p, r, Vector(repeating: 0.5))
  return (unsafeBitCast(shifted, to: SIMD16<Int32>.self) &- shift, multiplyAdd(p, r * r, r))
}

/// 2^n x for integers n of -252 ... 252, in two factors, so that results may be denormal or infinite.
@_transparent
private func scaled(_ x: Vector, by n: SIMD16<Int32>) -> Vector {
  let half = n &>> SIMD16(repeating: 1)
  return x * powerOfTwo(half) * powerOfTwo(n &- half)
}

/// 2^n for n of -126 ... 127.
@_transparent
private func powerOfTwo(_ n: SIMD16<Int32>) -> Vector {
  unsafeBitCast((n &+ SIMD16(repeating: 127)) &<< SIMD16(repeating: 23), to: Vector.self)
}

/// exp(x), with a relative error below 3e-7 where the result is a normal number; 0 and infinity are reached as in IEEE
/// arithmetic.
@_transparent
func exponential(_ x: Vector) -> Vector {
  let held = maximum(Vector(repeating: -105), minimum(Vector(repeating: 90), x))
  let (n, expm1) = reducedMinusOne(held)
  let value = scaled(Vector(repeating: 1) + expm1, by: n)
  // The exponent of what is not a number means nothing.
  return value.replacing(with: x, where: x .!= x)
}

/// exp(x) - 1, with a relative error below 4e-7 also near 0.
@_transparent
func exponentialMinusOne(_ x: Vector) -> Vector {
  let one = Vector(repeating: 1)
  let held = maximum(Vector(repeating: -20), minimum(Vector(repeating: 89), x))
  let (n, expm1) = reducedMinusOne(held)
  // 2^128 is no number: half of it, twice.
  let half = powerOfTwo(n &- SIMD16(repeating: 1))
  let value = multiplyAdd(half, expm1, half - Vector(repeating: 0.5)) * Vector(repeating: 2)
  // The sum loses the sign of zero, and small numbers are their own.
  let isSmall = magnitude(x) .< Vector(repeating: 1e-4)
  let small = multiplyAdd(x * Vector(repeating: 0.5), x, x)
  return value.replacing(with: small, where: isSmall).replacing(with: x, where: x .!= x)
    .replacing(with: one * Vector(repeating: -1), where: x .< Vector(repeating: -20))
}

/// |x|.
@_transparent
func magnitude(_ x: Vector) -> Vector {
  let bits = unsafeBitCast(x, to: SIMD16<UInt32>.self) & SIMD16(repeating: 0x7fff_ffff)
  return unsafeBitCast(bits, to: Vector.self)
}

/// The magnitude of x with the sign of y.
@_transparent
func magnitude(_ x: Vector, signOf y: Vector) -> Vector {
  let sign = unsafeBitCast(y, to: SIMD16<UInt32>.self) & SIMD16(repeating: 0x8000_0000)
  return unsafeBitCast(unsafeBitCast(magnitude(x), to: SIMD16<UInt32>.self) | sign, to: Vector.self)
}

/// 1 / (1 + exp(-x)), with a relative error below 5e-7 down to -88.
@_transparent
func sigmoid(_ x: Vector) -> Vector {
  let one = Vector(repeating: 1)
  return one / (one + exponential(x * Vector(repeating: -1)))
}

/// The hyperbolic tangent, with a relative error below 5e-7.
@_transparent
func hyperbolicTangent(_ x: Vector) -> Vector {
  let e = exponentialMinusOne(magnitude(x) * Vector(repeating: -2))
  let value = e / (e + Vector(repeating: 2))
  return magnitude(value, signOf: x).replacing(with: x, where: x .!= x)
}
