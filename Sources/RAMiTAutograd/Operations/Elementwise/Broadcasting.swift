import RAMiTKernels
import RAMiTTensorCore

extension Shape {
  /// The shape of what two operands give element by element, by NumPy's rule: shapes are aligned at their last axes,
  /// and an axis that is missing or of size 1 is repeated.
  /// - Precondition: the shapes fit.
  public static func broadcast(_ shapes: Shape...) -> Shape {
    guard let dimensions = Broadcast.dimensions(shapes.map(\.dimensions)) else {
      fatalError(
        "\(shapes.map(\.description).joined(separator: " and ")) cannot be broadcast: sizes differ, and none is 1")
    }
    return Shape(dimensions)
  }
}

/// f(a, b) for each element, with broadcasting.
///
/// In plain inference the result takes the memory of a consumed operand of the same shape.
func elementwise(
  _ a: consuming Variable, _ b: consuming Variable, _ named: BinaryOperation, operation: String = #function
) -> Variable {
  var a = a, b = b
  let function = named.kernel
  let shape = Shape.broadcast(a.shape, b.shape)
  let result =
    (a.shape == shape ? a.reusableMemory() : nil) ?? (b.shape == shape ? b.reusableMemory() : nil)
    ?? Tensor(uninitialized: shape)
  let broadcast = Broadcast([a.shape.dimensions, b.shape.dimensions])
  result.initialize { function.forward(a.value.pointer, b.value.pointer, broadcast, into: $0) }
  if case .signs(let signA, let signB) = function.gradientKind {
    return Variable(result, from: [a, b], operation: operation, as: GraphDescription(.binary(named))) {
      [a = a.gradientSlot, b = b.gradientSlot] dy, gradients in
      for (operand, sign) in [(a, signA), (b, signB)] { gradients.add(dy, times: sign, reducedTo: operand) }
    }
  }
  return Variable(result, from: [a, b], operation: operation, as: GraphDescription(.binary(named))) {
    [a = a.saved, b = b.saved] dy, gradients in
    function.backward(to: .a, dy, a, b, gradients)
    function.backward(to: .b, dy, a, b, gradients)
  }
}

extension BinaryFunction {
  /// Adds the gradient of one operand, summed over the axes along which it is repeated.
  fileprivate func backward(
    to operand: Operand, _ dy: Tensor, _ a: SavedVariable, _ b: SavedVariable, _ gradients: Gradients
  ) {
    let variable = operand == .a ? a : b, other = operand == .a ? b : a
    gradients.write(to: variable) { target, accumulate in
      func write(_ pointer: UnsafeMutablePointer<Float>, accumulate: Bool) {
        backward(
          to: operand, dy: dy.pointer, a.value.pointer, b.value.pointer,
          Broadcast([dy.shape.dimensions, a.shape.dimensions, b.shape.dimensions]), into: pointer,
          accumulate: accumulate)
      }
      if variable.shape.count == dy.count { return write(target, accumulate: accumulate) }
      let plan = ReductionPlan(dy.shape.dimensions, axes: variable.shape.axesRepeated(in: dy.shape))
      if case .products = gradientKind, other.shape.count == dy.count {
        return Reduction.sumOfProducts(
          plan, dy.pointer, other.value.pointer, into: target, accumulate: accumulate)
      }
      let terms = Tensor(dy.shape) { write($0, accumulate: false) }
      Reduction.sum(plan, terms.pointer, into: target, accumulate: accumulate)
    }
  }
}

extension Gradients {
  /// Adds `sign` times a gradient, summed over the axes along which the operand is repeated.
  func add(_ gradient: Tensor, times sign: Double, reducedTo operand: some Operand) {
    if operand.shape.count == gradient.count, sign == 1 { return add(gradient.reshaped(operand.shape), to: operand) }
    write(to: operand) { target, accumulate in
      let plan = ReductionPlan(gradient.shape.dimensions, axes: operand.shape.axesRepeated(in: gradient.shape))
      if plan.terms == 1 {
        UnaryFunction.multiplying(by: Float(sign)).backward(
          gradient.pointer, dy: gradient.pointer, dx: target, count: gradient.count, accumulate: accumulate)
      } else {
        Reduction.sum(plan, gradient.pointer, scale: sign, into: target, accumulate: accumulate)
      }
    }
  }
}

extension Shape {
  /// The axes of a result along which an operand of this shape is repeated.
  func axesRepeated(in result: Shape) -> [Int] {
    let missing = result.rank - rank
    return (0..<result.rank).filter { $0 < missing || dimensions[$0 - missing] != result.dimensions[$0] }
  }
}
