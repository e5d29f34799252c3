import TensorCore

/// The record of a computation: a flat list of pullbacks in the order of the operations (a Wengert list).
///
/// The order is already topological, so `backward` pops from the end: no search, no recursion, and what an operation saved is
/// freed as soon as its pullback has run.
public final class Tape {
  /// Takes the gradient of an operation's result and adds to the gradients of its operands.
  public typealias Pullback = (_ gradient: Tensor, _ gradients: Gradients) -> Void

  private var pullbacks: [Pullback] = []
  private var isSpent = false

  public init() {}

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
  public var count: Int { pullbacks.count }

  func append(_ pullback: @escaping Pullback) -> Int {
    precondition(!isSpent, "the tape has been used: backward runs once")
    pullbacks.append(pullback)
    return pullbacks.count - 1
  }

  /// Adds the gradient of `result` (by default of its sum) to every leaf that it depends on, and empties the tape.
  /// - Precondition: `seed`, if given, has the shape of `result`; the tape has not been used.
  public func backward(from result: Variable, seed: Tensor? = nil) {
    precondition(!isSpent, "the tape has been used: backward runs once")
    precondition(seed == nil || seed!.shape == result.shape, "the seed must have the shape \(result.shape)")
    isSpent = true
    let gradients = Gradients(slots: pullbacks.count)
    gradients.add(seed ?? Tensor(repeating: 1, result.shape), to: result)
    while let pullback = pullbacks.popLast() {
      if let gradient = gradients.take(pullbacks.count) { pullback(gradient, gradients) }
    }
  }
}
