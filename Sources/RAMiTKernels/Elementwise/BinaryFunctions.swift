extension BinaryFunction {
  package static let add = BinaryFunction(Add())
  package static let subtract = BinaryFunction(Subtract())
  package static let multiply = BinaryFunction(Multiply())
  package static let divide = BinaryFunction(Divide())
  package static let maximum = BinaryFunction(Maximum())
  package static let minimum = BinaryFunction(Minimum())
  package static let prelu = BinaryFunction(PReLU())
  package static let power = BinaryFunction(Power())
}

private struct Add: BinaryElementFunction {
  static let gradientKind = BinaryFunction.GradientKind.signs(a: 1, b: 1)
  @inline(__always)
  func value(_ a: Vector, _ b: Vector) -> Vector { a + b }
  @inline(__always)
  func gradients(_ dy: Vector, _: Vector, _: Vector) -> (a: Vector, b: Vector) { (dy, dy) }
}

private struct Subtract: BinaryElementFunction {
  static let gradientKind = BinaryFunction.GradientKind.signs(a: 1, b: -1)
  @inline(__always)
  func value(_ a: Vector, _ b: Vector) -> Vector { a - b }
  @inline(__always)
  func gradients(_ dy: Vector, _: Vector, _: Vector) -> (a: Vector, b: Vector) { (dy, dy * Vector(repeating: -1)) }
}

private struct Multiply: BinaryElementFunction {
  static let gradientKind = BinaryFunction.GradientKind.products
  @inline(__always)
  func value(_ a: Vector, _ b: Vector) -> Vector { a * b }
  @inline(__always)
  func gradients(_ dy: Vector, _ a: Vector, _ b: Vector) -> (a: Vector, b: Vector) { (dy * b, dy * a) }
}

private struct Divide: BinaryElementFunction {
  @inline(__always)
  func value(_ a: Vector, _ b: Vector) -> Vector { a / b }
  @inline(__always)
  func gradients(_ dy: Vector, _ a: Vector, _ b: Vector) -> (a: Vector, b: Vector) {
    (dy / b, dy * Vector(repeating: -1) * (a / b / b))
  }
}

/// The larger number; NaN where either is. At a tie each operand gets half of the gradient.
private struct Maximum: BinaryElementFunction {
  @inline(__always)
  func value(_ a: Vector, _ b: Vector) -> Vector { b.replacing(with: a, where: (a .> b) .| (a .!= a)) }
  @inline(__always)
  func gradients(_ dy: Vector, _ a: Vector, _ b: Vector) -> (a: Vector, b: Vector) {
    let half = dy * Vector(repeating: 0.5), isTie = a .== b
    return (
      dy.replacing(with: half, where: isTie).replacing(with: 0, where: a .< b),
      dy.replacing(with: half, where: isTie).replacing(with: 0, where: a .> b)
    )
  }
}

/// The smaller number; NaN where either is. At a tie each operand gets half of the gradient.
private struct Minimum: BinaryElementFunction {
  @inline(__always)
  func value(_ a: Vector, _ b: Vector) -> Vector { b.replacing(with: a, where: (a .< b) .| (a .!= a)) }
  @inline(__always)
  func gradients(_ dy: Vector, _ a: Vector, _ b: Vector) -> (a: Vector, b: Vector) {
    let half = dy * Vector(repeating: 0.5), isTie = a .== b
    return (
      dy.replacing(with: half, where: isTie).replacing(with: 0, where: a .> b),
      dy.replacing(with: half, where: isTie).replacing(with: 0, where: a .< b)
    )
  }
}

/// x, and weight times x below 0.
private struct PReLU: BinaryElementFunction {
  @inline(__always)
  func value(_ x: Vector, _ weight: Vector) -> Vector { x.replacing(with: weight * x, where: x .<= 0) }
  @inline(__always)
  func gradients(_ dy: Vector, _ x: Vector, _ weight: Vector) -> (a: Vector, b: Vector) {
    (dy.replacing(with: dy * weight, where: x .<= 0), (dy * x).replacing(with: 0, where: x .> 0))
  }
}

/// a to the power b. The derivative with respect to b is 0 where a is 0 and b is not negative.
private struct Power: BinaryElementFunction {
  @inline(__always)
  func value(_ a: Vector, _ b: Vector) -> Vector { power(a, b) }
  @inline(__always)
  func gradients(_ dy: Vector, _ a: Vector, _ b: Vector) -> (a: Vector, b: Vector) {
    let one = Vector(repeating: 1)
    return (
      (dy * b * power(a, b - one)).replacing(with: 0, where: b .== 0),
      (dy * power(a, b) * logarithm(a)).replacing(with: 0, where: (a .== 0) .& (b .>= 0))
    )
  }
}
