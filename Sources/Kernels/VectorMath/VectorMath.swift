/// exp(x) with a relative error below 2e-7; 0 and infinity are not reached: x is held within -87 and 88.
///
/// x = n ln 2 + r with |r| <= ln 2 / 2; 2^n goes straight into the exponent bits. The sum with 1.5 * 2^23 rounds to an integer
/// and leaves it in the low bits.
@_transparent
func exp(_ x: Vector) -> Vector { expOfNegative(minimum(x, Vector(repeating: 88))) }

/// exp(x) for x below 88.
@_transparent
func expOfNegative(_ x: Vector) -> Vector {
  let held = maximum(x, Vector(repeating: -87))
  let shift = Vector(repeating: 0x1.8p23)
  let shifted = multiplyAdd(held, Vector(repeating: 1.442_695_04), shift)
  let n = shifted - shift
  var r = multiplyAdd(n, Vector(repeating: -0.693_359_375), held)
  r = multiplyAdd(n, Vector(repeating: 2.121_944_4e-4), r)
  var p = Vector(repeating: 1.987_569_15e-4)
  p = multiplyAdd(p, r, Vector(repeating: 1.398_199_95e-3))
  p = multiplyAdd(p, r, Vector(repeating: 8.333_451_9e-3))
  p = multiplyAdd(p, r, Vector(repeating: 4.166_579_6e-2))
  p = multiplyAdd(p, r, Vector(repeating: 1.666_666_55e-1))
  p = multiplyAdd(p, r, Vector(repeating: 0.5))
  let value = multiplyAdd(p, r * r, Vector(repeating: 1) + r)
  let bits = unsafeBitCast(value, to: SIMD16<UInt32>.self)
  let exponent = unsafeBitCast(shifted, to: SIMD16<UInt32>.self) &<< SIMD16(repeating: 23)
  return unsafeBitCast(bits &+ exponent, to: Vector.self)
}

/// The error function, with an absolute error below 5e-7.
///
/// An odd rational function on [-4, 4], where float32 reaches 1 beyond; the coefficients are a minimax fit.
@_transparent
func erf(_ x: Vector) -> Vector {
  let held = minimum(maximum(x, Vector(repeating: -4)), Vector(repeating: 4))
  let s = held * held
  var p = Vector(repeating: -2.726_142_25e-10)
  p = multiplyAdd(p, s, Vector(repeating: 2.770_681_42e-8))
  p = multiplyAdd(p, s, Vector(repeating: -2.101_024_02e-6))
  p = multiplyAdd(p, s, Vector(repeating: -5.692_506_39e-5))
  p = multiplyAdd(p, s, Vector(repeating: -7.349_906_30e-4))
  p = multiplyAdd(p, s, Vector(repeating: -2.954_599_81e-3))
  p = multiplyAdd(p, s, Vector(repeating: -1.609_603_33e-2))
  var q = Vector(repeating: -1.456_607_18e-5)
  q = multiplyAdd(q, s, Vector(repeating: -2.133_740_55e-4))
  q = multiplyAdd(q, s, Vector(repeating: -1.682_826_97e-3))
  q = multiplyAdd(q, s, Vector(repeating: -7.373_329_17e-3))
  q = multiplyAdd(q, s, Vector(repeating: -1.426_473_90e-2))
  return held * p / q
}

/// The standard normal distribution function.
@_transparent
private func normalDistribution(_ x: Vector) -> Vector {
  multiplyAdd(Vector(repeating: 0.5), erf(x * Vector(repeating: 0.707_106_78)), Vector(repeating: 0.5))
}

/// GELU, exact: x times the normal distribution function (Hendrycks and Gimpel, 2016).
@_transparent
func gelu(_ x: Vector) -> Vector { x * normalDistribution(x) }

/// The derivative of GELU.
@_transparent
func geluDerivative(_ x: Vector) -> Vector { geluAndDerivative(x).derivative }

/// Both, which share the distribution function.
@_transparent
func geluAndDerivative(_ x: Vector) -> (value: Vector, derivative: Vector) {
  let distribution = normalDistribution(x)
  let density = expOfNegative(x * x * Vector(repeating: -0.5)) * Vector(repeating: 0.398_942_28)
  return (x * distribution, multiplyAdd(x, density, distribution))
}

/// The sum of the lanes, in a fixed order.
@_transparent
func sum(_ v: Vector) -> Float {
  let a = v.lowHalf + v.highHalf
  let b = a.evenHalf + a.oddHalf
  let c = b.evenHalf + b.oddHalf
  return c.x + c.y
}

/// The sums of the lanes of eight vectors at once: one after the other, each would wait for its own lanes.
struct EightSums {
  private(set) var totals = SIMD8<Float>.zero

  /// Adds the lanes of vector i to sum i.
  @inline(__always)
  mutating func add(_ vector: (_ i: Int) -> Vector) {
    let first = pairSums(pairSums(vector(0), vector(1)), pairSums(vector(2), vector(3)))
    let second = pairSums(pairSums(vector(4), vector(5)), pairSums(vector(6), vector(7)))
    let both = pairSums(first, second)
    totals += pairSums(both, both).lowHalf
  }
}

/// The sums of neighbouring lanes: those of a, then those of b.
@_transparent
private func pairSums(_ a: Vector, _ b: Vector) -> Vector {
  let (even, odd) = deal(a, b)
  return even + odd
}
