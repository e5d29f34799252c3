import Foundation
import RAMiTAutograd
import RAMiTModels
import RAMiTTensorCore

extension GraphProgram {
  /// The graph of a model for images of any size: its forward pass on images whose sides are multiples of `unit`.
  ///
  /// The pass is traced at several small sizes, on meta tensors. What is the same integer, or a sum of products of the
  /// sides, in all of them becomes an expression, which is compared with traces at other sizes.
  /// - Throws: `Refusal` for an operation without an ONNX form, and for a graph that depends on the size otherwise.
  init(ofAnySize model: some RestorationModel, unit: Int) throws(Refusal) {
    // Padding by reflection and the like need a few pixels.
    let side = max(2, (32 + unit - 1) / unit), base = InputSize(rows: side, columns: side)
    try self.init(
      SizeExpression.corners(from: base).map { GraphTrace.meta(of: model, unit: unit, $0) }, base: base)
    var probes = [InputSize(images: 3, rows: side + 4, columns: side + 2)]
    if unit >= 8 { probes.append(InputSize(rows: 1, columns: 1)) }
    for probe in probes { try requireSame(GraphTrace.meta(of: model, unit: unit, probe), at: probe) }
    try fillConstants(model, unit: unit, sizes: [base, InputSize(rows: side + 1, columns: side + 2)])
  }

  /// The graph of a model for images of one size.
  /// - Throws: `Refusal` for an operation without an ONNX form.
  init(of model: some RestorationModel, unit: Int, size: InputSize) throws(Refusal) {
    try self.init(GraphTrace.meta(of: model, unit: unit, size))
    try fillConstants(model, unit: unit, sizes: [size])
  }

  /// Gives the constants that the forward pass makes their values, by passes that compute.
  /// - Parameter sizes: of inputs at which the constants must be the same.
  private mutating func fillConstants(_ model: some RestorationModel, unit: Int, sizes: [InputSize]) throws(Refusal) {
    let places = values.indices.filter {
      if case .constant(let tensor) = values[$0].origin { tensor.isMeta } else { false }
    }
    if places.isEmpty { return }
    passing = Set(places)
    for (pass, size) in sizes.enumerated() {
      let trace = GraphTrace.computed(of: model, unit: unit, size)
      try requireSame(trace, at: size)
      for place in places {
        guard case .constant(let found) = trace.values[place].origin, !found.isMeta else {
          throw Refusal("a constant that is computed from the image")
        }
        if pass == 0 {
          values[place].origin = .constant(found.copy())
        } else if case .constant(let first) = values[place].origin, !first.hasSameBits(as: found) {
          throw Refusal(
            "a constant of \(found.shape) whose values follow from the size of the image", dependsOnSize: true)
        }
      }
    }
  }

  /// The same graph for images of one size: expressions become numbers.
  func fixed(at size: InputSize) -> GraphProgram {
    func fixed(_ expressions: [SizeExpression]) -> [SizeExpression] {
      expressions.map { SizeExpression($0.value(at: size)) }
    }
    var result = self
    for index in values.indices { result.values[index].shape = fixed(values[index].shape) }
    result.nodes = nodes.map {
      Node(operation: $0.operation, sizes: fixed($0.sizes), operands: $0.operands, result: $0.result)
    }
    return result
  }
}

extension GraphTrace {
  /// Traces a model's pass without computing it.
  fileprivate static func meta(of model: some RestorationModel, unit: Int, _ size: InputSize) -> GraphTrace {
    Tensor.withMetaTensors { GraphTrace(of: Tensor(uninitialized: model.inputShape(unit, size))) { model($0) } }
  }

  /// Traces a model's pass that computes, on a gray image.
  fileprivate static func computed(of model: some RestorationModel, unit: Int, _ size: InputSize) -> GraphTrace {
    GraphTrace(of: Tensor(repeating: 0.5, model.inputShape(unit, size))) { model($0) }
  }
}

extension RestorationModel {
  fileprivate func inputShape(_ unit: Int, _ size: InputSize) -> Shape {
    [size.images, size.rows * unit, size.columns * unit, task.channels]
  }
}

extension Tensor {
  fileprivate func hasSameBits(as other: Tensor) -> Bool {
    shape == other.shape && memcmp(pointer, other.pointer, count * MemoryLayout<Float>.size) == 0
  }
}
