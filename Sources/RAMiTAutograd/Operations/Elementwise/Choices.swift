import RAMiTKernels
import RAMiTTensorCore

// Comparisons give tensors of 1 (true) and 0 (false), through which no gradient flows, and `where` chooses by them.

extension Variable {
  private static func compare(_ a: Tensor, _ b: Tensor, _ comparison: ComparisonOperation) -> Tensor {
    let result = Tensor(Shape.broadcast(a.shape, b.shape)) {
      comparison.kernel(a.pointer, b.pointer, Broadcast([a.shape.dimensions, b.shape.dimensions]), into: $0)
    }
    let description = GraphDescription(.comparison(comparison), operands: [a, b])
    GraphTrace.current?.record(description, named: "compare", result, [])
    return result
  }

  /// 1 where a > b, else 0; with broadcasting.
  public static func .> (a: Variable, b: Variable) -> Tensor { compare(a.value, b.value, .greater) }
  /// 1 where a >= b, else 0; with broadcasting.
  public static func .>= (a: Variable, b: Variable) -> Tensor { compare(a.value, b.value, .greaterOrEqual) }
  /// 1 where a < b, else 0; with broadcasting.
  public static func .< (a: Variable, b: Variable) -> Tensor { compare(a.value, b.value, .less) }
  /// 1 where a <= b, else 0; with broadcasting.
  public static func .<= (a: Variable, b: Variable) -> Tensor { compare(a.value, b.value, .lessOrEqual) }
  /// 1 where a = b, else 0; with broadcasting.
  public static func .== (a: Variable, b: Variable) -> Tensor { compare(a.value, b.value, .equal) }
  /// 1 where a and b differ, else 0; with broadcasting.
  public static func .!= (a: Variable, b: Variable) -> Tensor { compare(a.value, b.value, .notEqual) }

  /// 1 where a > b, else 0.
  public static func .> (a: Variable, b: Float) -> Tensor { compare(a.value, Tensor(b), .greater) }
  /// 1 where a >= b, else 0.
  public static func .>= (a: Variable, b: Float) -> Tensor { compare(a.value, Tensor(b), .greaterOrEqual) }
  /// 1 where a < b, else 0.
  public static func .< (a: Variable, b: Float) -> Tensor { compare(a.value, Tensor(b), .less) }
  /// 1 where a <= b, else 0.
  public static func .<= (a: Variable, b: Float) -> Tensor { compare(a.value, Tensor(b), .lessOrEqual) }
  /// 1 where a = b, else 0.
  public static func .== (a: Variable, b: Float) -> Tensor { compare(a.value, Tensor(b), .equal) }
  /// 1 where a and b differ, else 0.
  public static func .!= (a: Variable, b: Float) -> Tensor { compare(a.value, Tensor(b), .notEqual) }
}

/// a where the condition is not 0, else b; with broadcasting.
///
/// Elements that are not chosen get no gradient, even where they are not finite.
/// - Precondition: the shapes can be broadcast.
public func `where`(_ condition: Tensor, _ a: Variable, _ b: Variable) -> Variable {
  let shape = Shape.broadcast(condition.shape, a.shape, b.shape)
  let y = Tensor(shape) {
    TernaryFunction.choice(
      condition.pointer, a.value.pointer, b.value.pointer,
      Broadcast([condition.shape.dimensions, a.shape.dimensions, b.shape.dimensions]), into: $0)
  }
  let description = GraphDescription(.choice, operands: [condition, a.value, b.value])
  return Variable(y, from: [a, b], operation: "where", as: description) {
    [condition, a = a.gradientSlot, b = b.gradientSlot] dy, gradients in
    let zero = Tensor(0)
    for (operand, isFirst) in [(a, true), (b, false)] where operand.requiresGradient {
      let chosen = Tensor(shape) {
        let (first, second) = isFirst ? (dy, zero) : (zero, dy)
        TernaryFunction.choice(
          condition.pointer, first.pointer, second.pointer,
          Broadcast([condition.shape.dimensions, first.shape.dimensions, second.shape.dimensions]), into: $0)
      }
      gradients.add(chosen, times: 1, reducedTo: operand)
    }
  }
}

/// The larger of a and b, element by element, with broadcasting; NaN where either is.
///
/// Where both are equal, each gets half of the gradient.
/// - Precondition: the shapes can be broadcast.
public func maximum(_ a: consuming Variable, _ b: consuming Variable) -> Variable { elementwise(a, b, .maximum) }

/// The smaller of a and b, element by element, with broadcasting; NaN where either is.
///
/// Where both are equal, each gets half of the gradient.
/// - Precondition: the shapes can be broadcast.
public func minimum(_ a: consuming Variable, _ b: consuming Variable) -> Variable { elementwise(a, b, .minimum) }

/// x, and weight times x below 0 (He et al., 2015); with broadcasting.
///
/// - Parameters:
///   - x: ... x C.
///   - weight: C numbers, or one for all channels.
/// - Precondition: the weight can be broadcast to x.
public func prelu(_ x: consuming Variable, weight: Variable) -> Variable {
  require(
    [[], [1], [x.shape.last]].contains(weight.shape.dimensions),
    "the weight for \(x.shape) is 1 or \(x.shape.last), not \(weight.shape)")
  return elementwise(x, weight, .prelu)
}

extension Variable {
  /// x to the power of another variable's elements, with broadcasting; NaN where x is negative and the exponent is not
  /// an integer.
  /// - Precondition: the shapes can be broadcast.
  public consuming func pow(_ exponent: Variable) -> Variable { elementwise(self, exponent, .power) }
}
