import RAMiTTensorCore
import Synchronization

/// The record of a computation: a flat list of pullbacks in the order of the operations (a Wengert list).
///
///     let tape = Tape()
///     let loss = tape.record { mseLoss(model(images), target) }
///     tape.backward(from: loss)
///
/// The order is already topological, so `backward` pops from the end: no search, no recursion, and what an operation
/// saved is freed as soon as its pullback has run.
public final class Tape {
  /// Takes the gradient of an operation's result and adds to the gradients of its operands.
  public typealias Pullback = (_ gradient: Tensor, _ gradients: Gradients) -> Void

  /// The pullback of an operation with several results; some of them may have no gradient.
  typealias JointPullback = (_ received: [Tensor?], _ gradients: Gradients) -> Void

  /// An operation: where the gradients of its results come together, from `firstSlot` to the next operation's, and what
  /// takes them.
  private struct Operation {
    let firstSlot: Int
    let pullback: JointPullback
  }

  private enum State { case recording, inBackward, used }

  /// The tape that operations on this thread are recorded on.
  @TaskLocal private static var scope: Scope?

  /// Lets a tape, which belongs to one thread, be a task-local value.
  private struct Scope: @unchecked Sendable {
    let tape: Tape?
    /// Whether what runs here is part of a backward pass.
    var isInBackward = false
  }

  /// Tells tapes apart: slots of one mean nothing on another.
  let number: Int
  private static let numbers = Atomic(0)

  private var operations: [Operation] = []
  private var slots = 0
  private var state = State.recording
  private let discardsPullbacks: Bool

  /// An empty tape, for one backward pass.
  public convenience init() { self.init(discardsPullbacks: false) }

  /// - Parameter discardsPullbacks: true for a tape that only finds out which variables require a gradient.
  init(discardsPullbacks: Bool) {
    self.discardsPullbacks = discardsPullbacks
    number = Self.numbers.wrappingAdd(1, ordering: .relaxed).newValue
  }

  // MARK: Recording

  /// Records the operations that `body` runs on this thread. Scopes nest: the innermost tape records.
  ///
  /// An operation is recorded when an operand requires a gradient: a leaf, such as a parameter, or a value computed
  /// from one.
  public func record<Result>(_ body: () throws -> Result) rethrows -> Result {
    try Self.$scope.withValue(Scope(tape: self, isInBackward: state == .inBackward), operation: body)
  }

  /// Runs `body` without recording it, whatever scope it is in.
  public static func withoutRecording<Result>(_ body: () throws -> Result) rethrows -> Result {
    try $scope.withValue(Scope(tape: nil, isInBackward: isRecomputing), operation: body)
  }

  /// The tape that records here; nil in plain inference.
  static var current: Tape? { scope?.tape }

  /// True where operations are recorded, so that their pullbacks may save values.
  public static var isRecording: Bool { current != nil }

  /// True where a backward pass computes again what the forward pass did not save. Side effects of a layer, such as an
  /// update of a batch norm's running statistics, have happened already.
  public static var isRecomputing: Bool { scope?.isInBackward ?? false }

  /// The number of recorded operations whose pullbacks have not run.
  public var count: Int { operations.count }

  func append(_ pullback: @escaping Pullback) -> Int {
    append(results: 1) { received, gradients in pullback(received[0]!, gradients) }
  }

  /// - Returns: the first slot; each result has one.
  func append(results: Int, _ pullback: @escaping JointPullback) -> Int {
    require(state != .used, "the tape has been used: backward runs once")
    if discardsPullbacks { return 0 }
    operations.append(Operation(firstSlot: slots, pullback: pullback))
    slots += results
    return slots - results
  }

  // MARK: The backward pass

  /// Adds the gradient of `result` (by default of its sum) to every leaf that it depends on, and empties the tape.
  ///
  /// A pullback may record operations, whose pullbacks run next: see `checkpointed`.
  /// - Precondition: `seed`, if given, has the shape of `result`. The result was recorded on this tape, or depends on
  ///   no leaf. The tape has not been used.
  public func backward(from result: Variable, seed: Tensor? = nil) {
    require(state == .recording, "the tape has been used: backward runs once")
    requireShape(seed?.shape, result.shape, of: "the seed")
    require(result.canJoin(self), "the result was recorded on another tape")
    state = .inBackward
    let gradients = Gradients(tape: self)
    // What pullbacks compute is not recorded unless they say so.
    Self.$scope.withValue(Scope(tape: nil, isInBackward: true)) {
      gradients.add(seed ?? Tensor(repeating: 1, result.shape), to: result)
      while let operation = operations.popLast() {
        let received = (operation.firstSlot..<slots).map(gradients.take)
        slots = operation.firstSlot
        if received.contains(where: { $0 != nil }) { operation.pullback(received, gradients) }
      }
    }
    state = .used
  }
}
