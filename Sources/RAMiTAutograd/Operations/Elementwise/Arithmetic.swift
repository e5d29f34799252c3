import RAMiTKernels
import RAMiTTensorCore

// Arithmetic element by element. Shapes are broadcast by NumPy's rule: [C] or [1, 1, 1, C] is repeated for each pixel,
// [N, 1, 1, C] for each pixel of a sample. The gradient of a repeated operand is summed over the repeated axes.
//
// A consumed operand (`consume x + y`) may be overwritten in plain inference.

extension Variable {
  /// - Precondition: the shapes can be broadcast.
  public static func + (a: consuming Variable, b: consuming Variable) -> Variable {
    elementwise(a, b, .add, operation: "add")
  }

  /// - Precondition: the shapes can be broadcast.
  public static func - (a: consuming Variable, b: consuming Variable) -> Variable {
    elementwise(a, b, .subtract, operation: "subtract")
  }

  /// - Precondition: the shapes can be broadcast.
  public static func * (a: consuming Variable, b: consuming Variable) -> Variable {
    elementwise(a, b, .multiply, operation: "multiply")
  }

  /// - Precondition: the shapes can be broadcast.
  public static func / (a: consuming Variable, b: consuming Variable) -> Variable {
    elementwise(a, b, .divide, operation: "divide")
  }

  /// Negates every element.
  public static prefix func - (x: consuming Variable) -> Variable { elementwise(x, .negative, operation: "negative") }

  /// Adds the number to every element.
  public static func + (x: consuming Variable, number: Float) -> Variable {
    elementwise(x, .adding(number), operation: "add")
  }

  /// Adds the number to every element.
  public static func + (number: Float, x: consuming Variable) -> Variable { x + number }

  /// Subtracts the number from every element.
  public static func - (x: consuming Variable, number: Float) -> Variable { x + -number }

  /// Subtracts every element from the number.
  public static func - (number: Float, x: consuming Variable) -> Variable {
    elementwise(x, .subtracting(from: number), operation: "subtract")
  }

  /// Multiplies every element with the number.
  public static func * (x: consuming Variable, number: Float) -> Variable {
    elementwise(x, .multiplying(by: number), operation: "multiply")
  }

  /// Multiplies every element with the number.
  public static func * (number: Float, x: consuming Variable) -> Variable { x * number }

  /// Divides every element by the number.
  public static func / (x: consuming Variable, number: Float) -> Variable {
    elementwise(x, .dividing(by: number), operation: "divide")
  }

  /// Divides the number by every element.
  public static func / (number: Float, x: consuming Variable) -> Variable {
    elementwise(x, .quotient(of: number), operation: "divide")
  }

  // The left side becomes another variable: whoever holds the old one sees no change.

  /// a becomes a + b, broadcast.
  public static func += (a: inout Variable, b: consuming Variable) { a = consume a + b }
  /// a becomes a - b, broadcast.
  public static func -= (a: inout Variable, b: consuming Variable) { a = consume a - b }
  /// a becomes a * b, broadcast.
  public static func *= (a: inout Variable, b: consuming Variable) { a = consume a * b }
  /// a becomes a / b, broadcast.
  public static func /= (a: inout Variable, b: consuming Variable) { a = consume a / b }
  /// Every element becomes x + number.
  public static func += (x: inout Variable, number: Float) { x = consume x + number }
  /// Every element becomes x - number.
  public static func -= (x: inout Variable, number: Float) { x = consume x - number }
  /// Every element becomes x * number.
  public static func *= (x: inout Variable, number: Float) { x = consume x * number }
  /// Every element becomes x / number.
  public static func /= (x: inout Variable, number: Float) { x = consume x / number }
}

/// x * scale + shift with constant numbers for each channel, in one pass: what normalises an image.
///
/// - Parameters:
///   - x: ... x C.
///   - scale: C numbers.
///   - shift: C numbers.
public func scaleAndShift(_ x: consuming Variable, scale: [Float], shift: [Float]) -> Variable {
  require(
    scale.count == x.shape.last && shift.count == scale.count,
    "\(scale.count) scales and \(shift.count) shifts for the \(x.shape.last) channels of \(x.shape)")
  var x = x
  let operation = GraphOperation.scaleAndShift(scale: scale, shift: shift)
  let (scale, shift) = (Tensor(scale, [scale.count]), Tensor(shift, [shift.count]))
  let result = x.memoryForResult(), shapes = [x.shape.dimensions, scale.shape.dimensions, scale.shape.dimensions]
  result.initialize { y in
    TernaryFunction.scaleAndShift(x.value.pointer, scale.pointer, shift.pointer, Broadcast(shapes), into: y)
  }
  return Variable(result, from: [x], as: GraphDescription(operation)) { [x = x.gradientSlot, scale] dy, gradients in
    gradients.write(to: x) { dx, accumulate in
      TernaryFunction.product(
        dy.pointer, scale.pointer, dy.pointer, Broadcast([shapes[0], shapes[1], shapes[0]]), into: dx,
        accumulate: accumulate)
    }
  }
}
