import Foundation

/// Collects the nodes and constants of a graph and names them.
final class GraphBuilder {
  private(set) var nodes: [ONNXNode] = []
  private(set) var initializers: [ONNXTensor] = []
  private var counts: [String: Int] = [:]
  private var constants: [ConstantKey: String] = [:]

  private struct ConstantKey: Hashable {
    let type: Int
    let shape: [Int]
    let bytes: [UInt8]
  }

  /// Adds a node with one result.
  /// - Parameter inputs: empty names at the end are left out.
  /// - Returns: the result's name.
  func add(_ type: String, _ inputs: [String], _ attributes: [ONNXAttribute] = []) -> String {
    let name = newName(type)
    var inputs = inputs
    while inputs.last == "" { inputs.removeLast() }
    nodes.append(ONNXNode(type: type, name: name, inputs: inputs, outputs: [name], attributes: attributes))
    return name
  }

  /// Integers along one axis.
  func integers(_ values: [Int]) -> String {
    constant(.int64, [values.count], values.map { Int64($0) }, named: "sizes")
  }

  /// One integer without an axis.
  func scalar(_ value: Int) -> String { constant(.int64, [], [Int64(value)], named: "size") }

  func numbers(_ values: [Float], shape: [Int]) -> String { constant(.float32, shape, values, named: "constant") }

  /// One number, which goes with every element.
  func number(_ value: Float) -> String { numbers([value], shape: []) }

  /// A tensor of the model, under its name in weight files.
  func parameter(_ name: String, _ values: [Float], shape: [Int]) -> String {
    initializers.append(ONNXTensor(name: name, type: .float32, shape: shape, bytes: values.littleEndianBytes))
    return name
  }

  /// Ends the graph: gives a result the output's name, and leaves out what it does not depend on.
  func finish(_ result: String, as output: String) {
    // The graph's input has a name of its own, also where nothing changes it.
    let result = nodes.contains { $0.outputs == [result] } ? result : add("Identity", [result])
    func renamed(_ names: [String]) -> [String] { names.map { $0 == result ? output : $0 } }
    var needed: Set<String> = [result]
    nodes = nodes.reversed().filter { node in
      guard node.outputs.contains(where: needed.contains) else { return false }
      needed.formUnion(node.inputs)
      return true
    }.reversed()
    initializers.removeAll { !needed.contains($0.name) }
    for index in nodes.indices {
      (nodes[index].inputs, nodes[index].outputs) = (renamed(nodes[index].inputs), renamed(nodes[index].outputs))
    }
  }

  private func constant<Number>(_ type: ONNXElementType, _ shape: [Int], _ values: [Number], named kind: String)
    -> String
  {
    let key = ConstantKey(type: type.rawValue, shape: shape, bytes: values.littleEndianBytes)
    if let known = constants[key] { return known }
    let name = newName(kind)
    initializers.append(ONNXTensor(name: name, type: type, shape: shape, bytes: key.bytes))
    constants[key] = name
    return name
  }

  /// "Conv_3": parameters' names have no such form.
  private func newName(_ kind: String) -> String {
    counts[kind, default: 0] += 1
    return "\(kind)_\(counts[kind]!)"
  }
}

extension GraphBuilder {
  /// The element that stands at each place from `start` to before `end` of a side that is mirrored at its edges, again
  /// and again: ONNX has no padding that repeats the edge pixel.
  ///
  /// All are names of integers of one element.
  /// - Parameter isReflected: 1 where the edge pixel does not come twice, which one reflection below must do; else 0.
  func mirroredPlaces(from start: String, to end: String, size: String, isReflected: String) -> String {
    let one = integers([1]), none = integers([0])
    let places = add("Range", [add("Squeeze", [start, none]), add("Squeeze", [end, none]), scalar(1)])
    let period = add("Mul", [size, integers([2])]), phase = add("Mod", [places, period])
    let last = add("Sub", [add("Sub", [period, one]), isReflected])
    return add("Min", [phase, add("Sub", [last, phase])])
  }
}

extension Array {
  /// The numbers' bytes on the machines that the package runs on, which are little-endian.
  fileprivate var littleEndianBytes: [UInt8] { withUnsafeBytes { Array<UInt8>($0) } }
}
