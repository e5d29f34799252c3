/// A function of three tensors' elements, with broadcasting: choices, and the gradients of reductions, which spread
/// over what was reduced.
package struct TernaryFunction: Sendable {
  private let apply: @Sendable (ThreeOperands, Broadcast, UnsafeMutablePointer<Float>, Bool) -> Void

  init<Term: ElementTerm & Sendable>(_ term: Term) {
    apply = { applyTerm(term, $0, $1, into: $2, accumulate: $3) }
  }

  /// result = f(a, b, c); overwrites, or adds. The result may be an operand of its own shape.
  /// - Parameter broadcast: of a, b and c.
  package func callAsFunction(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafePointer<Float>, _ broadcast: Broadcast,
    into result: UnsafeMutablePointer<Float>, accumulate: Bool = false
  ) {
    apply((a, b, c), broadcast, result, accumulate)
  }

  /// b where a is not 0, else c.
  package static let choice = TernaryFunction(Choice())
  /// a b + c.
  package static let scaleAndShift = TernaryFunction(ScaleAndShift())
  /// b, whatever a and c are.
  package static let second = TernaryFunction(Second())
  /// a b.
  package static let product = TernaryFunction(Product())
  /// b times the sign of a.
  package static let signed = TernaryFunction(Signed())
  /// b where a = c, else 0.
  package static let whereEqual = TernaryFunction(WhereEqual())
  /// b (a - c).
  package static let deviation = TernaryFunction(Deviation())
  /// c a / b; 0 where b is 0.
  package static let quotient = TernaryFunction(Quotient())
  /// b exp(a - c).
  package static let exponential = TernaryFunction(Exponential())
}

private struct Choice: ElementTerm, Sendable {
  @inline(__always)
  func callAsFunction(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector { b.replacing(with: c, where: a .== 0) }
}

private struct ScaleAndShift: ElementTerm, Sendable {
  @inline(__always)
  func callAsFunction(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector { a * b + c }
}

private struct Second: ElementTerm, Sendable {
  @inline(__always)
  func callAsFunction(_: Vector, _ b: Vector, _: Vector) -> Vector { b }
}

private struct Product: ElementTerm, Sendable {
  @inline(__always)
  func callAsFunction(_ a: Vector, _ b: Vector, _: Vector) -> Vector { a * b }
}

private struct Signed: ElementTerm, Sendable {
  @inline(__always)
  func callAsFunction(_ a: Vector, _ b: Vector, _: Vector) -> Vector {
    b.replacing(with: b * Vector(repeating: -1), where: a .< 0).replacing(with: 0, where: a .== 0)
  }
}

private struct WhereEqual: ElementTerm, Sendable {
  @inline(__always)
  func callAsFunction(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector {
    Vector.zero.replacing(with: b, where: a .== c)
  }
}

private struct Deviation: ElementTerm, Sendable {
  @inline(__always)
  func callAsFunction(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector { b * (a - c) }
}

private struct Quotient: ElementTerm, Sendable {
  @inline(__always)
  func callAsFunction(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector {
    (c * a / b).replacing(with: 0, where: b .== 0)
  }
}

private struct Exponential: ElementTerm, Sendable {
  @inline(__always)
  func callAsFunction(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector { b * RAMiTKernels.exponential(a - c) }
}
