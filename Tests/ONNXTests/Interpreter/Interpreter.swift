import Foundation

/// Runs a graph by the definitions of ONNX's operators (operator set 18), as far as the written files have them. It
/// knows nothing of the package.
struct Interpreter {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let file: ONNXFile

  /// - Returns: the value of `output`.
  func run(_ input: NumberArray) throws -> NumberArray {
    var values = file.initializers.mapValues {
      NumberArray(shape: $0.shape, values: $0.values, isInteger: $0.type == 7)
    }
    values["input"] = input
    for node in file.nodes {
      let operands = try node.inputs.map { name -> NumberArray? in
        if name.isEmpty { return nil }
        guard let value = values[name] else { throw Failure(description: "\(node.name) reads \(name) too early") }
        return value
      }
      guard values[node.outputs[0]] == nil else { throw Failure(description: "\(node.outputs[0]) is written twice") }
      values[node.outputs[0]] = try evaluate(node, operands)
    }
    guard let output = values["output"] else { throw Failure(description: "nothing writes the output") }
    return output
  }

  private func evaluate(_ node: ONNXFile.Node, _ operands: [NumberArray?]) throws -> NumberArray {
    if let f = Self.unary(node, operands) {
      let x = operands[0]!
      return NumberArray(shape: x.shape, values: x.values.map(f), isInteger: x.isInteger)
    }
    if let f = Self.binary[node.type] {
      let (a, b) = (operands[0]!, operands[1]!), shape = NumberArray.broadcastShape(a.shape, b.shape)
      let isInteger = a.isInteger && !["Less", "Greater"].contains(node.type)
      let values = zip(a.broadcast(to: shape).values, b.broadcast(to: shape).values).map(f)
      let isQuotient = node.type == "Div" && isInteger
      return NumberArray(
        shape: shape, values: isQuotient ? values.map { $0.rounded(.towardZero) } : values, isInteger: isInteger)
    }
    if let reduced = reduction(node, operands) { return reduced }
    if let moved = try shape(node, operands) { return moved }
    if let computed = network(node, operands) { return computed }
    throw Failure(description: "no operator \(node.type)")
  }

  private static func unary(_ node: ONNXFile.Node, _ operands: [NumberArray?]) -> ((Double) -> Double)? {
    func number(_ name: String, _ standard: Double) -> Double { node.numbers[name].map(Double.init) ?? standard }
    switch node.type {
    case "Neg": return { -$0 }
    case "Abs": return { abs($0) }
    case "Relu": return { max(0, $0) }
    case "LeakyRelu":
      let slope = number("alpha", 0.01)
      return { $0 < 0 ? slope * $0 : $0 }
    case "Erf": return { erf($0) }
    case "Exp": return { exp($0) }
    case "Log": return { log($0) }
    case "Sqrt": return { $0.squareRoot() }
    case "Reciprocal": return { 1 / $0 }
    case "Sigmoid": return { 1 / (1 + exp(-$0)) }
    case "Tanh": return { tanh($0) }
    case "Clip":
      func bound(_ place: Int, _ standard: Double) -> Double {
        operands.count > place ? operands[place]?.values[0] ?? standard : standard
      }
      let (lower, upper) = (bound(1, -.infinity), bound(2, .infinity))
      return { min(max($0, lower), upper) }
    default: return nil
    }
  }

  private static let binary: [String: @Sendable (Double, Double) -> Double] = [
    "Add": { $0 + $1 }, "Sub": { $0 - $1 }, "Mul": { $0 * $1 }, "Div": { $0 / $1 }, "Max": { max($0, $1) },
    "Min": { min($0, $1) }, "Pow": { pow($0, $1) }, "Less": { $0 < $1 ? 1 : 0 }, "Greater": { $0 > $1 ? 1 : 0 },
    "And": { $0 * $1 },
    "Mod": { $0 - $1 * ($0 / $1).rounded(.down) },
  ]

  private func reduction(_ node: ONNXFile.Node, _ operands: [NumberArray?]) -> NumberArray? {
    let f: ([Double]) -> Double
    switch node.type {
    case "ReduceMean": f = { $0.reduce(0, +) / Double($0.count) }
    case "ReduceSum": f = { $0.reduce(0, +) }
    case "ReduceMax": f = { $0.max() ?? -.infinity }
    case "ReduceL2": f = { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    default: return nil
    }
    let x = operands[0]!, axes = operands[1]!.integers.map { $0 < 0 ? $0 + x.rank : $0 }.sorted()
    // All reduced axes as one line at the end.
    let kept = (0..<x.rank).filter { !axes.contains($0) }, moved = x.transposed(kept + axes)
    let flat = NumberArray(
      shape: [kept.reduce(1) { $0 * x.shape[$1] }, axes.reduce(1) { $0 * x.shape[$1] }], values: moved.values)
    let keeps = node.integers["keepdims"] ?? 1
    let shape = (0..<x.rank).compactMap { axes.contains($0) ? (keeps == 1 ? 1 : nil) : x.shape[$0] }
    return NumberArray(shape: shape, values: flat.lines(along: 1) { [f($0)] }.values)
  }
}
