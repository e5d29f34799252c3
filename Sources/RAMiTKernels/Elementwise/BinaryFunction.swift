/// A function of two numbers and its gradients, side by side.
protocol BinaryElementFunction: Sendable {
  func value(_ a: Vector, _ b: Vector) -> Vector
  /// dy times the derivatives with respect to a and to b.
  func gradients(_ dy: Vector, _ a: Vector, _ b: Vector) -> (a: Vector, b: Vector)
  /// What the gradients are made of.
  static var gradientKind: BinaryFunction.GradientKind { get }
}

extension BinaryElementFunction {
  static var gradientKind: BinaryFunction.GradientKind { .general }
}

/// A function of two tensors' elements, with broadcasting.
///
/// Each is a type of its own within this module, so that its loops are compiled for it alone.
package struct BinaryFunction: Sendable {
  private typealias Loop = @Sendable (ThreeOperands, Broadcast, UnsafeMutablePointer<Float>, Bool) -> Void

  /// What the gradients of the operands are computed from; some kinds have a shorter way.
  package enum GradientKind: Sendable {
    /// dy alone, times these signs.
    case signs(a: Double, b: Double)
    /// dy times the other operand.
    case products
    case general
  }

  package let gradientKind: GradientKind
  private let value, gradientA, gradientB: Loop

  init<Function: BinaryElementFunction>(_ function: Function) {
    gradientKind = Function.gradientKind
    value = { applyTerm(ValueTerm(function: function), $0, $1, into: $2, accumulate: $3) }
    gradientA = { applyTerm(GradientATerm(function: function), $0, $1, into: $2, accumulate: $3) }
    gradientB = { applyTerm(GradientBTerm(function: function), $0, $1, into: $2, accumulate: $3) }
  }

  /// result = f(a, b); overwrites. The result may be an operand of its own shape.
  /// - Parameter broadcast: of a and b.
  package func forward(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ broadcast: Broadcast,
    into result: UnsafeMutablePointer<Float>
  ) {
    value((a, b, a), broadcast, result, false)
  }

  /// The operand whose gradient is wanted.
  package enum Operand: Sendable { case a, b }

  /// result = dy times the derivative with respect to an operand, of the shape of dy; overwrites, or adds.
  /// - Parameter broadcast: of dy, a and b.
  package func backward(
    to operand: Operand, dy: UnsafePointer<Float>, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    _ broadcast: Broadcast, into result: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    switch operand {
    case .a: gradientA((dy, a, b), broadcast, result, accumulate)
    case .b: gradientB((dy, a, b), broadcast, result, accumulate)
    }
  }
}

private struct ValueTerm<Function: BinaryElementFunction>: ElementTerm {
  let function: Function
  @inline(__always)
  func callAsFunction(_ a: Vector, _ b: Vector, _: Vector) -> Vector { function.value(a, b) }
}

private struct GradientATerm<Function: BinaryElementFunction>: ElementTerm {
  let function: Function
  @inline(__always)
  func callAsFunction(_ dy: Vector, _ a: Vector, _ b: Vector) -> Vector { function.gradients(dy, a, b).a }
}

private struct GradientBTerm<Function: BinaryElementFunction>: ElementTerm {
  let function: Function
  @inline(__always)
  func callAsFunction(_ dy: Vector, _ a: Vector, _ b: Vector) -> Vector { function.gradients(dy, a, b).b }
}
