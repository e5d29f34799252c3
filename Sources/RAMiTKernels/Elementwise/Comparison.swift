/// A comparison of two tensors' elements, with broadcasting: 1 where it is true, else 0. With NaN only `notEqual` is
/// true.
package struct Comparison: Sendable {
  private let apply: @Sendable (ThreeOperands, Broadcast, UnsafeMutablePointer<Float>) -> Void

  private init<Term: ElementTerm & Sendable>(_ term: Term) {
    apply = { applyTerm(term, $0, $1, into: $2, accumulate: false) }
  }

  /// result = 1 or 0; overwrites.
  /// - Parameter broadcast: of a and b.
  package func callAsFunction(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ broadcast: Broadcast,
    into result: UnsafeMutablePointer<Float>
  ) {
    apply((a, b, a), broadcast, result)
  }

  package static let greater = Comparison(Greater())
  package static let greaterOrEqual = Comparison(GreaterOrEqual())
  package static let less = Comparison(Less())
  package static let lessOrEqual = Comparison(LessOrEqual())
  package static let equal = Comparison(Equal())
  package static let notEqual = Comparison(NotEqual())
}

private struct Greater: ElementTerm, Sendable {
  @inline(__always)
  func callAsFunction(_ a: Vector, _ b: Vector, _: Vector) -> Vector { Vector.zero.replacing(with: 1, where: a .> b) }
}

private struct GreaterOrEqual: ElementTerm, Sendable {
  @inline(__always)
  func callAsFunction(_ a: Vector, _ b: Vector, _: Vector) -> Vector { Vector.zero.replacing(with: 1, where: a .>= b) }
}

private struct Less: ElementTerm, Sendable {
  @inline(__always)
  func callAsFunction(_ a: Vector, _ b: Vector, _: Vector) -> Vector { Vector.zero.replacing(with: 1, where: a .< b) }
}

private struct LessOrEqual: ElementTerm, Sendable {
  @inline(__always)
  func callAsFunction(_ a: Vector, _ b: Vector, _: Vector) -> Vector { Vector.zero.replacing(with: 1, where: a .<= b) }
}

private struct Equal: ElementTerm, Sendable {
  @inline(__always)
  func callAsFunction(_ a: Vector, _ b: Vector, _: Vector) -> Vector { Vector.zero.replacing(with: 1, where: a .== b) }
}

private struct NotEqual: ElementTerm, Sendable {
  @inline(__always)
  func callAsFunction(_ a: Vector, _ b: Vector, _: Vector) -> Vector { Vector.zero.replacing(with: 1, where: a .!= b) }
}
