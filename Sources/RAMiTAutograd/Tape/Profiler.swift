import RAMiTTensorCore
import Synchronization

/// A clock that operations stop when they are done: where the time of a computation goes.
///
/// A lap is what has passed since the lap before, so laps leave no gap: what happens between two operations counts for
/// the second. Operations need not know: a lap ends where a result becomes a variable, and where its pullback has run.
/// Computations without a profiler around them pay for one look whether there is one.
public final class Profiler: Sendable {
  /// What an operation does.
  public enum Direction: String, Sendable, Encodable { case forward, backward, update }

  /// What it must do at the least, however it goes about it.
  public struct Work: Sendable {
    /// A multiply-add counts two; what a pullback computes again does not count.
    public let floatingPointOperations: Double
    /// Operands and result once each; in the backward pass the result's gradient and those of the operands that want
    /// one.
    public let bytes: Double
  }

  public struct Lap: Sendable {
    /// The operation's function, for example "layerNorm".
    public let name: String
    public let direction: Direction
    /// Of the result.
    public let shape: Shape
    public let work: Work
    public let seconds: Double
  }

  private struct State {
    var start = ContinuousClock.now
    var laps: [Lap] = []
    var multiplyAdds = 0
  }

  @TaskLocal static var current: Profiler?

  private let state = Mutex(State())

  public init() {}

  /// The laps of what `body` computes on this thread.
  public static func laps(of body: () throws -> Void) rethrows -> [Lap] {
    let profiler = Profiler()
    try profiler.run(body)
    return profiler.laps
  }

  /// Takes the laps of what `body` computes on this thread.
  public func run<Result>(_ body: () throws -> Result) rethrows -> Result {
    try Self.$current.withValue(self) {
      state.withLock { $0 = State() }
      return try body()
    }
  }

  /// Of the last run, in order.
  public var laps: [Lap] { state.withLock(\.laps) }

  /// Of the last run's forward passes.
  public var multiplyAdds: Int { state.withLock(\.multiplyAdds) }

  /// Ends a lap of something that is no operation, such as the optimizer's step; does nothing without a profiler.
  /// - Parameters:
  ///   - shape: of what it works on.
  ///   - passes: how often it reads or writes every element.
  public static func update(_ name: String, shape: Shape, passes: Int) {
    let work = Work(floatingPointOperations: 0, bytes: Double(passes) * shape.bytes)
    current?.lap(name, .update, shape, work)
  }

  /// Ends the lap of an operation that has made `value`; its pullback, from here on, ends one too.
  func operation(
    _ function: String, _ value: Tensor, _ operands: [Variable], multiplyAdds: Int, _ pullback: @escaping Tape.Pullback
  ) -> Tape.Pullback {
    let name = String(function.prefix { $0 != "(" }), shape = value.shape
    let operations = 2 * Double(multiplyAdds)
    func bytes(_ variables: [Variable]) -> Double { variables.reduce(shape.bytes) { $0 + $1.shape.bytes } }
    state.withLock { $0.multiplyAdds += multiplyAdds }
    lap(name, .forward, shape, Work(floatingPointOperations: operations, bytes: bytes(operands)))
    // As much arithmetic for the gradients of the weights, and again for that of the feature map.
    let ways: Double = operands.first?.wantsGradient == true ? 2 : 1
    let back = Work(floatingPointOperations: ways * operations, bytes: bytes(operands.filter(\.wantsGradient)))
    return { gradient, gradients in
      pullback(gradient, gradients)
      self.lap(name, .backward, shape, back)
    }
  }

  private func lap(_ name: String, _ direction: Direction, _ shape: Shape, _ work: Work) {
    state.withLock { state in
      let now = ContinuousClock.now
      let seconds = (now - state.start) / .seconds(1)
      state.laps.append(Lap(name: name, direction: direction, shape: shape, work: work, seconds: seconds))
      state.start = now
    }
  }
}

extension Shape {
  fileprivate var bytes: Double { Double(count * MemoryLayout<Float>.size) }
}
