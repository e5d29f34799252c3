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

/// The standard normal distribution function, with an absolute error below 5e-7: (1 + erf(x / sqrt(2))) / 2, whose
/// factors are in the coefficients.
@_transparent
private func normalDistribution(_ x: Vector) -> Vector {
  let held = minimum(maximum(x, Vector(repeating: -5.656_854_2)), Vector(repeating: 5.656_854_2))
  let s = held * held
  var p = Vector(repeating: -1.505_995_09e-12)
  p = multiplyAdd(p, s, Vector(repeating: 3.061_199_35e-10))
  p = multiplyAdd(p, s, Vector(repeating: -4.642_650_71e-8))
  p = multiplyAdd(p, s, Vector(repeating: -2.515_756_02e-6))
  p = multiplyAdd(p, s, Vector(repeating: -6.496_460_99e-5))
  p = multiplyAdd(p, s, Vector(repeating: -5.223_043_85e-4))
  p = multiplyAdd(p, s, Vector(repeating: -5.690_807_01e-3))
  var q = Vector(repeating: -9.103_794_70e-7)
  q = multiplyAdd(q, s, Vector(repeating: -2.667_175_61e-5))
  q = multiplyAdd(q, s, Vector(repeating: -4.207_067_54e-4))
  q = multiplyAdd(q, s, Vector(repeating: -3.686_664_63e-3))
  q = multiplyAdd(q, s, Vector(repeating: -1.426_473_91e-2))
  return held * p / q + Vector(repeating: 0.5)
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
  // exp(-x^2 / 2) as a power of two, and 1 / sqrt(2 pi).
  let bell = exp2OfNegative(x * x * Vector(repeating: -0.721_347_52))
  return (x * distribution, multiplyAdd(x * Vector(repeating: 0.398_942_28), bell, distribution))
}
