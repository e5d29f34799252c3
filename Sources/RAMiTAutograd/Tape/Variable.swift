import RAMiTTensorCore

/// A tensor in a computation, and where its gradient goes.
///
/// Operations take variables and return variables. Inside `Tape.record` an operation is recorded when an operand
/// requires a gradient; outside, nothing is recorded, and the same operations are plain inference.
public struct Variable: Operand {
  /// The numbers; a feature map is N x H x W x C.
  public private(set) var value: Tensor
  /// `none` for a constant, `leaf` for a parameter, a slot of the tape for a recorded result.
  public let destination: GradientDestination
  /// How pullbacks compute the value again; nil when they save it.
  let recomputation: CachedRecomputation?

  init(value: Tensor, destination: GradientDestination, recomputation: CachedRecomputation? = nil) {
    self.value = value
    self.destination = destination
    self.recomputation = recomputation
  }

  /// A value that requires no gradient, such as an input image.
  public init(constant value: Tensor) {
    self.init(value: value, destination: .none)
  }

  /// A value whose gradient is added to `gradient`, such as a parameter. It lives longer than any tape.
  /// - Precondition: both have the same shape.
  public init(leaf value: Tensor, gradient: Tensor) {
    requireShape(gradient.shape, value.shape, of: "the gradient")
    self.init(leaf: value) { gradient }
  }

  /// A value whose gradient is allocated when its first part arrives, and never in plain inference.
  /// - Parameter gradient: returns the same memory at each call, zeros at first, in the shape of `value`.
  public init(leaf value: Tensor, gradient: @escaping () -> Tensor) {
    self.init(value: value, destination: .leaf(gradient))
  }

  /// The result of an operation, and how its gradient becomes those of the operands.
  ///
  /// This is the only way to extend a computation: no value is put on a tape without its pullback. What the pullback
  /// captures is all that is saved for the backward pass; it is freed as soon as the pullback has run. Its capture list
  /// names every operand (`saved` with the value, `gradientSlot` without), tensor and layer that it needs; sizes and
  /// settings go without saying.
  /// - Parameters:
  ///   - operands: what `value` was computed from. When none of them requires a gradient, or nothing is recorded, the
  ///     pullback is dropped.
  ///   - multiplyAdds: those of the forward pass, for a `Profiler`; 0 for operations that only move data.
  ///   - operation: the name for a `Profiler`; by default the function that calls this.
  ///   - pullback: takes the gradient of `value` and adds to those of the operands, through `Gradients`.
  /// - Precondition: recorded operands are on the tape that records here.
  public init(
    _ value: Tensor, from operands: [Variable], multiplyAdds: @autoclosure () -> Int = 0,
    operation: String = #function, pullback: @escaping Tape.Pullback
  ) {
    self.init(
      value, from: operands, multiplyAdds: multiplyAdds(), operation: operation, as: nil, pullback: pullback)
  }

  /// The same for an operation that describes itself.
  /// - Parameter graph: what a traced graph has of it; nil for an operation that cannot be exported.
  package init(
    _ value: Tensor, from operands: [Variable], multiplyAdds: @autoclosure () -> Int = 0,
    operation: String = #function, as graph: @autoclosure () -> GraphDescription?, pullback: @escaping Tape.Pullback
  ) {
    GraphTrace.current?.record(graph(), named: operation, value, operands)
    let pullback =
      Profiler.current?.operation(operation, value, operands, multiplyAdds: multiplyAdds(), pullback) ?? pullback
    guard let tape = Tape.current, operands.contains(where: \.requiresGradient) else {
      self.init(constant: value)
      return
    }
    require(operands.allSatisfy { $0.canJoin(tape) }, "an operand was recorded on another tape")
    self.init(value: value, destination: .slot(tape.append(pullback), tape: tape.number))
  }

  /// A slot means nothing on another tape.
  func canJoin(_ tape: Tape) -> Bool {
    if case .slot(_, let number) = destination { number == tape.number } else { true }
  }

  /// The shape of the value and of its gradient.
  public var shape: Shape { value.shape }

  /// Memory for a result of the same shape: the value's own where plain inference holds it nowhere else, fresh memory
  /// otherwise. So inference needs only a few buffers. It is for kernels that read each element of the operand before
  /// they overwrite it.
  ///
  /// Callers `consume` an operand that they no longer need. Other operands are never overwritten.
  mutating func memoryForResult() -> Tensor { reusableMemory() ?? Tensor(uninitialized: shape) }

  /// The value's own memory, when nobody else holds it and nothing is recorded or traced.
  mutating func reusableMemory() -> Tensor? {
    !Tape.isRecording && !GraphTrace.isRecording && !requiresGradient && value.isUniquelyHeld() ? value : nil
  }

  /// The same value, through which no gradient flows.
  public var detached: Variable { Variable(constant: value) }
}

extension Variable: CustomStringConvertible {
  /// The value, and whether it requires a gradient.
  public var description: String { value.description + (requiresGradient ? ", requires gradient" : "") }
}
