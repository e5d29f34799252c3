import RAMiTKernels
import RAMiTTensorCore

/// The axes that a reduction takes away, and the shapes around it.
struct ReducedAxes {
  /// The result's shape.
  let shape: Shape
  /// The result's shape with the reduced axes at size 1, which broadcasts against the operand.
  let unsqueezed: Shape
  let operand: Shape
  let plan: ReductionPlan
  private let reduced: [Int]
  private let keepsDimensions: Bool

  /// - Parameter axes: negative ones count from the end; nil means all.
  /// - Precondition: the axes exist, each once.
  init(_ operand: Shape, _ axes: [Int]?, keepsDimensions: Bool) {
    let all = Array(0..<operand.rank), reduced = axes.map { operand.normalized(axes: $0) } ?? all
    let dimensions = operand.dimensions
    (self.operand, self.reduced, self.keepsDimensions) = (operand, reduced.sorted(), keepsDimensions)
    unsqueezed = Shape(all.map { reduced.contains($0) ? 1 : dimensions[$0] })
    shape = keepsDimensions ? unsqueezed : Shape(all.filter { !reduced.contains($0) }.map { dimensions[$0] })
    plan = ReductionPlan(dimensions, axes: reduced)
  }

  /// What a traced graph has of a reduction over these axes.
  func description(_ kind: GraphOperation.ReductionKind) -> GraphDescription {
    GraphDescription(.reduction(kind, axes: reduced, keepsDimensions: keepsDimensions))
  }

  /// The number of elements that each result combines.
  var terms: Int { plan.terms }
}

extension Gradients {
  /// Spreads the gradient of a reduction over what was reduced: f(x, dy, c) for each element, with dy and c broadcast.
  /// - Parameters:
  ///   - values: the reduced tensor x, where the function reads it.
  ///   - centre: c, a number for each result, where the function reads it.
  func spread(
    _ dy: Tensor, over axes: ReducedAxes, by function: TernaryFunction = .second, values: Tensor? = nil,
    centre: Tensor? = nil, to operand: some Operand
  ) {
    write(to: operand) { dx, accumulate in
      // dx and dy take the place of operands that the function does not read.
      let broadcast = Broadcast([
        axes.operand.dimensions, axes.unsqueezed.dimensions, axes.unsqueezed.dimensions,
      ])
      function(
        values?.pointer ?? dx, dy.pointer, (centre ?? dy).pointer, broadcast, into: dx,
        accumulate: accumulate)
    }
  }
}

extension Tensor {
  /// f(x) for each element.
  func map(_ function: UnaryFunction) -> Tensor {
    Tensor(shape) { function.forward(pointer, $0, count: count) }
  }
}
