/// log(x), with a relative error below 3e-7: minus infinity at 0, NaN below it.
///
/// x = 2^e m with m between sqrt(1/2) and sqrt(2). With s = (m - 1) / (m + 1), log(m) = 2 artanh(s) = 2 s + s^3 p(s^2).
@_transparent
func logarithm(_ x: Vector) -> Vector {
  // Denormal numbers have no leading one: they are scaled up first.
  let isTiny = x .< Vector(repeating: .leastNormalMagnitude)
  let normal = x.replacing(with: x * Vector(repeating: 0x1p24), where: isTiny)
  let bits = unsafeBitCast(normal, to: SIMD16<Int32>.self)
  // The difference from the bits of sqrt(1/2) has the exponent in its high bits.
  let fromRoot = bits &- SIMD16(repeating: 0x3f35_04f3)
  let exponent = fromRoot &>> SIMD16(repeating: 23)
  let m = unsafeBitCast(bits &- (exponent &<< SIMD16(repeating: 23)), to: Vector.self)
  let e = Vector(exponent) - Vector.zero.replacing(with: 24, where: isTiny)

  let f = m - Vector(repeating: 1)
  let s = f / (f + Vector(repeating: 2)), square = s * s
  var p = Vector(repeating: 2 / 9)
  p = multiplyAdd(p, square, Vector(repeating: 2 / 7))
  p = multiplyAdd(p, square, Vector(repeating: 2 / 5))
  p = multiplyAdd(p, square, Vector(repeating: 2 / 3))
  // log(m) = f - s (f - s^2 p): near 1 the first term is exact.
  let correction = s * (f - square * p)
  let low = multiplyAdd(e, Vector(repeating: -2.121_944_4e-4), correction * Vector(repeating: -1))
  let value = multiplyAdd(e, Vector(repeating: 0.693_359_375), low + f)

  let infinity = Vector(repeating: .infinity)
  return value.replacing(with: x, where: (x .== infinity) .| (x .!= x))
    .replacing(with: .nan, where: x .< 0).replacing(with: -.infinity, where: x .== 0)
}

/// log(1 + x), with a relative error below 5e-7 also near 0.
///
/// What 1 + x loses by rounding is made up by the ratio of x to what was added (Kahan).
@_transparent
func logarithmOfOnePlus(_ x: Vector) -> Vector {
  let one = Vector(repeating: 1), u = one + x, added = u - one
  let value = logarithm(u) * (x / added)
  return value.replacing(with: x, where: (added .== 0) .| (x .== Vector(repeating: .infinity)))
}

/// log(1 + exp(x)), which is x where x is large.
@_transparent
func softplus(_ x: Vector) -> Vector {
  let rest = logarithmOfOnePlus(exponential(magnitude(x) * Vector(repeating: -1)))
  return maximum(.zero, x) + rest
}
