import RAMiTTensorCore

/// The operations of a computation as a graph: what is exported to other tools.
///
/// A trace runs the computation once, on tensors or on meta tensors. Each operation adds a node (`GraphDescription`).
/// Fused operations and layers compute by the general operations of which they are made; nothing takes the memory of
/// an operand. So every storage is written once, and a tensor is known by the memory in which it lies: also one that
/// left its variable in between. What no operation has made is a constant: a parameter, or a tensor of the model.
public final class GraphTrace {
  /// Where a value of the graph comes from.
  package enum Origin {
    case input
    /// A tensor that no operation made.
    case constant(Tensor)
    /// The node with this number.
    case node(Int)
  }

  /// A tensor of the graph.
  package struct Value {
    package let shape: Shape
    package let origin: Origin
  }

  /// An operation of the graph, with its operands and its result by their numbers in `values`.
  package struct Node {
    package let operation: GraphOperation
    /// As in `GraphDescription`.
    package let sizes: [Int]
    package let operands: [Int]
    package let result: Int
  }

  /// In the order in which they were met; the input is the first.
  package private(set) var values: [Value] = []
  /// In the order in which they ran.
  package private(set) var nodes: [Node] = []
  /// The number of the result.
  package private(set) var result = 0
  /// Operations that gave something else than tensors, by their functions' names.
  package private(set) var refused: [String] = []

  /// The values that lie in one storage, as long as it exists.
  private struct Tenants {
    weak var owner: AnyObject?
    /// Whether no operation wrote the storage, as that of parameters: what reads it is then a constant, too.
    let isConstant: Bool
    var values: [View: Int] = [:]
  }

  /// A tensor's place in its storage.
  private struct View: Hashable {
    let position: Int
    let shape: Shape

    init(_ tensor: Tensor) { (position, shape) = (tensor.position, tensor.shape) }

    /// Whether the other view has the same values in another shape.
    func covers(_ other: View) -> Bool { position == other.position && shape.count == other.shape.count }
  }

  private var tenants: [ObjectIdentifier: Tenants] = [:]

  // A scope belongs to one thread, as a tape's does.
  private struct Scope: @unchecked Sendable { let trace: GraphTrace? }

  @TaskLocal private static var scope: Scope?

  static var current: GraphTrace? { scope?.trace }

  /// True while the operations on this thread are traced.
  ///
  /// An operation of one's own, which has a kernel of its own, is exported when it computes by other operations then:
  ///
  ///     if GraphTrace.isRecording { return x * x * x }
  public static var isRecording: Bool { current != nil }

  /// Traces what `body` computes from the input.
  package init(of input: Tensor, _ body: (Variable) -> Variable) {
    add(Value(shape: input.shape, origin: .input), input)
    let output = Self.$scope.withValue(Scope(trace: self)) {
      Tape.withoutRecording { body(Variable(constant: input)) }
    }
    result = number(of: output.value)
  }

  /// Adds the operation that made `value`.
  /// - Parameter name: the operation's function, for one that does not describe itself.
  func record(_ description: GraphDescription?, named name: String, _ value: Tensor, _ operands: [Variable]) {
    let operands = (description?.operands ?? operands.map(\.value)).map(number)
    add(
      description?.operation ?? .other(String(name.prefix { $0 != "(" })), sizes: description?.sizes ?? [],
      of: operands, value)
  }

  /// Notes an operation whose result is no tensor, such as the place of the largest element: what follows from it
  /// looks like a constant.
  static func refuse(_ name: String) { current?.refused.append(name) }

  /// The number of a tensor; one that no operation made becomes a constant.
  private func number(of tensor: Tensor) -> Int {
    let identifier = ObjectIdentifier(tensor.owner), view = View(tensor)
    guard let known = tenants[identifier], known.owner === tensor.owner else {
      return add(Value(shape: tensor.shape, origin: .constant(tensor)), tensor)
    }
    if let number = known.values[view] { return number }
    // A view that was made without an operation: of a constant another constant, of a result the same values reshaped.
    if known.isConstant {
      return add(Value(shape: tensor.shape, origin: .constant(tensor)), tensor)
    }
    let whole = known.values.filter { $0.key.covers(view) }.values.min()
    return add(
      whole == nil ? .other("Tensor.slice") : .reshape, sizes: tensor.shape.dimensions,
      of: whole.map { [$0] } ?? [], tensor)
  }

  @discardableResult
  private func add(_ operation: GraphOperation, sizes: [Int], of operands: [Int], _ result: Tensor) -> Int {
    nodes.append(Node(operation: operation, sizes: sizes, operands: operands, result: values.count))
    return add(Value(shape: result.shape, origin: .node(nodes.count - 1)), result)
  }

  @discardableResult
  private func add(_ value: Value, _ tensor: Tensor) -> Int {
    let identifier = ObjectIdentifier(tensor.owner)
    if tenants[identifier]?.owner == nil {
      let isConstant = if case .constant = value.origin { true } else { false }
      tenants[identifier] = Tenants(owner: tensor.owner, isConstant: isConstant)
    }
    tenants[identifier]!.values[View(tensor)] = values.count
    values.append(value)
    return values.count - 1
  }
}
