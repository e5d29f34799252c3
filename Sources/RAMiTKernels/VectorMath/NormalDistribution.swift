/// The error function, with an absolute error below 5e-7.
///
/// An odd rational function on [-4, 4], where float32 reaches 1 beyond; the coefficients are a minimax fit.
@_transparent
func erf(_ x: Vector) -> Vector {
  oddRational(
    x, upTo: 4,
    (
      -2.726_142_25e-10, 2.770_681_42e-8, -2.101_024_02e-6, -5.692_506_39e-5,
      -7.349_906_30e-4, -2.954_599_81e-3, -1.609_603_33e-2
    ),
    (-1.456_607_18e-5, -2.133_740_55e-4, -1.682_826_97e-3, -7.373_329_17e-3, -1.426_473_90e-2))
}

/// With x held between -limit and limit and s = x^2: x p(s) / q(s), coefficients of the highest powers first.
@_transparent
private func oddRational(
  _ x: Vector, upTo limit: Float, _ numerator: (Float, Float, Float, Float, Float, Float, Float),
  _ denominator: (Float, Float, Float, Float, Float)
) -> Vector {
  let held = minimum(maximum(x, Vector(repeating: -limit)), Vector(repeating: limit))
  let s = held * held
  var p = Vector(repeating: numerator.0)
  p = multiplyAdd(p, s, Vector(repeating: numerator.1))
  p = multiplyAdd(p, s, Vector(repeating: numerator.2))
  p = multiplyAdd(p, s, Vector(repeating: numerator.3))
  p = multiplyAdd(p, s, Vector(repeating: numerator.4))
  p = multiplyAdd(p, s, Vector(repeating: numerator.5))
  p = multiplyAdd(p, s, Vector(repeating: numerator.6))
  var q = Vector(repeating: denominator.0)
  q = multiplyAdd(q, s, Vector(repeating: denominator.1))
  q = multiplyAdd(q, s, Vector(repeating: denominator.2))
  q = multiplyAdd(q, s, Vector(repeating: denominator.3))
  q = multiplyAdd(q, s, Vector(repeating: denominator.4))
  return held * p / q
}

/// The standard normal distribution function, with an absolute error below 5e-7: (1 + erf(x / sqrt(2))) / 2, whose
/// factors are in erf's coefficients.
@_transparent
private func normalDistribution(_ x: Vector) -> Vector {
  oddRational(
    x, upTo: 5.656_854_2,
    (
      -1.505_995_09e-12, 3.061_199_35e-10, -4.642_650_71e-8, -2.515_756_02e-6,
      -6.496_460_99e-5, -5.223_043_85e-4, -5.690_807_01e-3
    ),
    (-9.103_794_70e-7, -2.667_175_61e-5, -4.207_067_54e-4, -3.686_664_63e-3, -1.426_473_91e-2))
    + Vector(repeating: 0.5)
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
