import RAMiTTensorCore
import Synchronization

/// Measures where the time of a computation goes, operation by operation.
///
/// A span ends where the result of an operation becomes a variable, and where its pullback has run; it begins where the
/// span before ended. So the spans cover all of the time, and operations contain no code for them. Without a profiler
/// an operation pays for one look at a task-local value.
public final class Profiler: Sendable {
  /// What an operation does.
  public enum Direction: String, Sendable, Encodable { case forward, backward, update }

  /// The least work of an operation, by any algorithm.
  public struct Work: Sendable {
    /// A multiply-add counts as two. What a pullback computes again does not count.
    public let floatingPointOperations: Double
    /// Operands and result once each; in the backward pass the result's gradient and those of the operands that
    /// require one.
    public let bytes: Double
  }

  /// The time from the end of the span before to the end of this one.
  public struct Span: Sendable {
    /// The operation's function, for example "layerNorm".
    public let name: String
    /// The pass that it is part of; `update` for other work than operations.
    public let direction: Direction
    /// The shape of the result.
    public let shape: Shape
    /// The least work by any algorithm, and the time that this one took.
    public let work: Work, seconds: Double
  }

  private struct State {
    var start = ContinuousClock.now
    var spans: [Span] = []
    var multiplyAdds = 0
  }

  @TaskLocal static var current: Profiler?

  private let state = Mutex(State())
  private let observe: (@Sendable (_ multiplyAdds: Int) -> Void)?

  /// A profiler without spans; `run` measures them.
  /// - Parameter observe: called after each operation of the forward pass, with the multiply-adds of the run so far.
  public init(observe: (@Sendable (_ multiplyAdds: Int) -> Void)? = nil) { self.observe = observe }

  /// The spans of what `body` computes on this thread.
  public static func spans(of body: () throws -> Void) rethrows -> [Span] {
    let profiler = Profiler()
    try profiler.run(body)
    return profiler.spans
  }

  /// Runs `body` and measures the spans of what it computes on this thread.
  public func run<Result>(_ body: () throws -> Result) rethrows -> Result {
    try Self.$current.withValue(self) {
      state.withLock { $0 = State() }
      return try body()
    }
  }

  /// The spans of the last run, in order.
  public var spans: [Span] { state.withLock(\.spans) }

  /// The multiply-adds of the last run's forward passes.
  public var multiplyAdds: Int { state.withLock(\.multiplyAdds) }

  /// Ends a span of other work than operations, such as the optimizer's step. Does nothing without a profiler.
  /// - Parameters:
  ///   - shape: the shape of what it works on.
  ///   - passes: how often it reads or writes every element.
  public static func update(_ name: String, shape: Shape, passes: Int) {
    let work = Work(floatingPointOperations: 0, bytes: Double(passes) * shape.bytes)
    current?.span(name, .update, shape, work)
  }

  /// Ends the span of an operation that has made `value`.
  /// - Returns: the pullback, which ends a span of its own when it has run.
  func operation(
    _ function: String, _ value: Tensor, _ operands: [Variable], multiplyAdds: Int, _ pullback: @escaping Tape.Pullback
  ) -> Tape.Pullback {
    let name = String(function.prefix { $0 != "(" }), shape = value.shape
    let operations = 2 * Double(multiplyAdds)
    func bytes(_ variables: [Variable]) -> Double { variables.reduce(shape.bytes) { $0 + $1.shape.bytes } }
    let total = state.withLock { state in
      state.multiplyAdds += multiplyAdds
      return state.multiplyAdds
    }
    observe?(total)
    span(name, .forward, shape, Work(floatingPointOperations: operations, bytes: bytes(operands)))
    // As much arithmetic for the gradients of the weights, and again for that of the feature map.
    let ways: Double = operands.first?.requiresGradient == true ? 2 : 1
    let back = Work(floatingPointOperations: ways * operations, bytes: bytes(operands.filter(\.requiresGradient)))
    return { gradient, gradients in
      pullback(gradient, gradients)
      self.span(name, .backward, shape, back)
    }
  }

  private func span(_ name: String, _ direction: Direction, _ shape: Shape, _ work: Work) {
    state.withLock { state in
      let now = ContinuousClock.now
      let seconds = (now - state.start) / .seconds(1)
      state.spans.append(Span(name: name, direction: direction, shape: shape, work: work, seconds: seconds))
      state.start = now
    }
  }
}

extension Shape {
  fileprivate var bytes: Double { Double(count * MemoryLayout<Float>.size) }
}
