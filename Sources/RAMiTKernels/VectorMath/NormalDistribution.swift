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
