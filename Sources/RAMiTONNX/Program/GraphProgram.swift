import RAMiTAutograd
import RAMiTTensorCore

/// A model's graph for inputs of any size, or of one: a trace whose integers are expressions.
struct GraphProgram {
  /// Where a value comes from.
  enum Origin {
    case input
    case constant(Tensor)
    case node
  }

  struct Value {
    var shape: [SizeExpression]
    var origin: Origin

    var rank: Int { shape.count }
    /// The channels of a feature map.
    var last: SizeExpression { shape[shape.count - 1] }
  }

  /// An operation, with its operands and its result by their numbers in `values`.
  struct Node {
    let operation: GraphOperation
    let sizes: [SizeExpression]
    var operands: [Int]
    let result: Int
  }

  var values: [Value]
  var nodes: [Node]
  var result: Int
  /// The constants that the forward pass makes anew each time, by their numbers in `values`.
  var passing: Set<Int> = []

  /// Why a graph cannot be written, as what an error message says was found.
  struct Refusal: Error, CustomStringConvertible {
    let description: String
    /// Whether a graph for images of one size can do without it.
    let dependsOnSize: Bool

    init(_ description: String, dependsOnSize: Bool = false) {
      (self.description, self.dependsOnSize) = (description, dependsOnSize)
    }
  }

  /// The graph of one trace, for the size of its input.
  init(_ trace: GraphTrace) throws(Refusal) {
    try Self.check(trace)
    values = trace.values.map { value in
      let origin: Origin
      switch value.origin {
      case .input: origin = .input
      case .constant(let tensor): origin = .constant(tensor)
      case .node: origin = .node
      }
      return Value(shape: value.shape.dimensions.map { SizeExpression($0) }, origin: origin)
    }
    nodes = trace.nodes.map {
      Node(
        operation: $0.operation, sizes: $0.sizes.map { SizeExpression($0) }, operands: $0.operands, result: $0.result)
    }
    result = trace.result
  }

  /// The graph of traces of one model at `SizeExpression.corners(from: base)`.
  /// - Throws: `Refusal` where they differ in more than integers.
  init(_ traces: [GraphTrace], base: InputSize) throws(Refusal) {
    try self.init(traces[0])
    for trace in traces.dropFirst() { try requireSameOperations(trace) }
    func expressions(_ integers: (GraphTrace) -> [Int]) throws(Refusal) -> [SizeExpression] {
      let all = traces.map(integers), count = all[0].count
      guard all.allSatisfy({ $0.count == count }) else {
        throw Refusal("shapes of other ranks at other sizes", dependsOnSize: true)
      }
      return (0..<count).map { place in SizeExpression(all.map { $0[place] }, base: base) }
    }
    for index in values.indices {
      values[index].shape = try expressions { $0.values[index].shape.dimensions }
    }
    for index in nodes.indices {
      let node = nodes[index], sizes = try expressions { $0.nodes[index].sizes }
      nodes[index] = Node(operation: node.operation, sizes: sizes, operands: node.operands, result: node.result)
    }
    for value in values {
      guard case .constant(let tensor) = value.origin else { continue }
      guard value.shape.allSatisfy({ $0.constant != nil }) else {
        throw Refusal("a constant of \(tensor.shape) whose size follows from that of the image", dependsOnSize: true)
      }
    }
  }

  /// - Throws: `Refusal` where the trace at a size is not what the expressions say.
  func requireSame(_ trace: GraphTrace, at size: InputSize) throws(Refusal) {
    try requireSameOperations(trace)
    func isSame(_ expressions: [SizeExpression], _ integers: [Int]) -> Bool {
      expressions.map { $0.value(at: size) } == integers
    }
    for (value, traced) in zip(values, trace.values) where !isSame(value.shape, traced.shape.dimensions) {
      throw Refusal("a shape, \(traced.shape), that is no sum of products of the image's sides", dependsOnSize: true)
    }
    for (node, traced) in zip(nodes, trace.nodes) where !isSame(node.sizes, traced.sizes) {
      throw Refusal(
        "\(node.operation.title) whose sizes are no sums of products of the image's sides", dependsOnSize: true)
    }
  }

  private func requireSameOperations(_ trace: GraphTrace) throws(Refusal) {
    try Self.check(trace)
    for (node, traced) in zip(nodes, trace.nodes)
    where node.operation != traced.operation || node.operands != traced.operands {
      throw Refusal("\(traced.operation.title) that depends on the size of the image", dependsOnSize: true)
    }
    guard nodes.count == trace.nodes.count, values.count == trace.values.count, result == trace.result else {
      throw Refusal("operations that depend on the size of the image", dependsOnSize: true)
    }
  }

  /// Refuses operations that do not describe themselves.
  private static func check(_ trace: GraphTrace) throws(Refusal) {
    if let name = trace.refused.first { throw Refusal("\(name), whose result is no tensor") }
    for node in trace.nodes {
      if case .other(let name) = node.operation { throw Refusal("the operation \(name), which has no ONNX form") }
    }
  }
}

extension GraphOperation {
  /// The operation in a message: "the operation reshape".
  var title: String {
    let text = "\(self)"
    return "the operation \(text.prefix { $0 != "(" })"
  }
}
