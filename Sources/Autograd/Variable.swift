import TensorCore

/// A tensor in a computation, with the place where its gradient goes.
///
/// Operations take variables and give variables. With a tape among the operands the result is on that tape; without one
/// nothing is recorded and the same operations are plain inference.
public struct Variable: Operand {
  public private(set) var value: Tensor
  /// Weak: the tape's pullbacks hold variables, and a tape that is dropped before `backward` must let go of all it saved.
  private(set) weak var tape: Tape?
  public let destination: GradientDestination
  /// How pullbacks make the value again; nil when they keep it.
  let recipe: Recipe?

  init(value: Tensor, tape: Tape?, destination: GradientDestination, recipe: Recipe? = nil) {
    self.value = value
    self.tape = tape
    self.destination = destination
    self.recipe = recipe
  }

  /// A value without a gradient and without a tape.
  public init(constant value: Tensor) {
    self.init(value: value, tape: nil, destination: .none)
  }

  /// A value whose gradient is added to `gradient`: a parameter. It lives longer than any tape.
  /// - Precondition: both have the same shape.
  public init(leaf value: Tensor, gradient: Tensor) {
    precondition(value.shape == gradient.shape, "the gradient of \(value.shape) cannot be \(gradient.shape)")
    self.init(value: value, tape: nil, destination: .leaf(gradient))
  }

  /// The result of an operation, and how its gradient becomes those of the operands.
  ///
  /// The only way to extend a computation: a value cannot be put on a tape without its pullback. What the pullback captures
  /// is all that is kept for the way back; it is freed as soon as the pullback has run. Its capture list says what it needs of each
  /// operand: `saved` with the value, `place` without.
  /// - Parameters:
  ///   - operands: what `value` was made from. When none of them wants a gradient, or none is on a tape, the pullback is dropped.
  ///   - multiplyAdds: of the way there, for a `Profiler`; 0 for what only moves data.
  ///   - operation: its name for a `Profiler`: the function that calls this.
  ///   - pullback: takes the gradient of `value` and adds to those of the operands, through `Gradients`.
  /// - Precondition: the operands that were computed on a tape are on the same one.
  public init(
    _ value: Tensor, from operands: [Variable], multiplyAdds: @autoclosure () -> Int = 0,
    operation: String = #function, pullback: @escaping Tape.Pullback
  ) {
    let pullback =
      Profiler.current?.operation(operation, value, operands, multiplyAdds: multiplyAdds(), pullback) ?? pullback
    guard let tape = operands.lazy.compactMap(\.tape).first else {
      self.init(constant: value)
      return
    }
    precondition(operands.allSatisfy { $0.canJoin(tape) }, "the operands are on different tapes")
    guard operands.contains(where: \.wantsGradient) else {
      self.init(value: value, tape: tape, destination: .none)
      return
    }
    self.init(value: value, tape: tape, destination: .slot(tape.append(pullback)))
  }

  /// A slot means nothing on another tape.
  func canJoin(_ tape: Tape) -> Bool {
    if case .slot = destination { self.tape === tape } else { true }
  }

  public var shape: Shape { value.shape }

  /// The value's own memory for a result of the same shape, when in plain inference nobody else holds it: a model then does with a few
  /// buffers. For kernels that read of the operand all that a write destroys before they write it.
  ///
  /// Callers give an operand away (`consume`) when they need it no more; one that they keep is never overwritten.
  mutating func reusableMemory() -> Tensor? {
    tape == nil && !wantsGradient && value.isUniquelyHeld() ? value : nil
  }

  /// Memory for a result of the same shape: the value's own where that may be reused, else fresh.
  mutating func memoryForResult() -> Tensor { reusableMemory() ?? Tensor(uninitialized: shape) }

  /// The same value, through which no gradient flows.
  public var detached: Variable { Variable(value: value, tape: tape, destination: .none) }
}
