import TensorCore

/// The record of a computation: a flat list of pullbacks in the order of the operations (a Wengert list).
///
/// The order is already topological, so `backward` pops from the end: no search, no recursion, and what an operation saved is
/// freed as soon as its pullback has run.
public final class Tape {
  /// Takes the gradient of an operation's result and adds to the gradients of its operands.
  public typealias Pullback = (_ gradient: Tensor, _ gradients: Gradients) -> Void

  /// The same for an operation with several results, of which some may have no gradient.
  typealias JointPullback = (_ received: [Tensor?], _ gradients: Gradients) -> Void

  /// An operation: where the gradients of its results come together, from `firstSlot` to the next operation's, and what takes them.
  private struct Operation {
    let firstSlot: Int
    let pullback: JointPullback
  }

  private enum State { case recording, goingBack, spent }

  private var operations: [Operation] = []
  private var slots = 0
  private var state = State.recording
  private let keepsNothing: Bool

  public init() { keepsNothing = false }

  /// - Parameter keepsNothing: a tape on which variables know whether they want a gradient, and that drops all pullbacks.
  init(keepsNothing: Bool) { self.keepsNothing = keepsNothing }

  /// A value on this tape that wants no gradient: the input image.
  public func constant(_ value: Tensor) -> Variable {
    Variable(value: value, tape: self, destination: .none)
  }

  /// A value on this tape whose gradient is added to `gradient`.
  public func leaf(_ value: Tensor, gradient: Tensor) -> Variable {
    precondition(value.shape == gradient.shape, "the gradient of \(value.shape) cannot be \(gradient.shape)")
    return Variable(value: value, tape: self, destination: .leaf(gradient))
  }

  /// The number of operations recorded and not yet taken back.
  public var count: Int { operations.count }

  func append(_ pullback: @escaping Pullback) -> Int {
    append(results: 1) { received, gradients in pullback(received[0]!, gradients) }
  }

  /// - Returns: the first of as many slots as there are results.
  func append(results: Int, _ pullback: @escaping JointPullback) -> Int {
    precondition(state != .spent, "the tape has been used: backward runs once")
    if keepsNothing { return 0 }
    operations.append(Operation(firstSlot: slots, pullback: pullback))
    slots += results
    return slots - results
  }

  /// Adds the gradient of `result` (by default of its sum) to every leaf that it depends on, and empties the tape.
  ///
  /// A pullback may record operations, which are then taken back next: see `recomputed`.
  /// - Precondition: `seed`, if given, has the shape of `result`; the tape has not been used.
  public func backward(from result: Variable, seed: Tensor? = nil) {
    precondition(state == .recording, "the tape has been used: backward runs once")
    precondition(seed == nil || seed!.shape == result.shape, "the seed must have the shape \(result.shape)")
    state = .goingBack
    let gradients = Gradients(tape: self)
    gradients.add(seed ?? Tensor(repeating: 1, result.shape), to: result)
    while let operation = operations.popLast() {
      let received = (operation.firstSlot..<slots).map(gradients.take)
      slots = operation.firstSlot
      if received.contains(where: { $0 != nil }) { operation.pullback(received, gradients) }
    }
    state = .spent
  }
}
