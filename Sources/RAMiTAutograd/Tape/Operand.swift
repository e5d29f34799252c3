import RAMiTTensorCore

/// What a gradient can be added to: a variable, or the part of it that a pullback saves.
public protocol Operand {
  /// The shape of the value, and of its gradient.
  var shape: Shape { get }
  /// `none` when no gradient is wanted.
  var destination: GradientDestination { get }
}

extension Operand {
  /// True when a gradient of this value is accumulated or passed on.
  public var requiresGradient: Bool {
    if case .none = destination { false } else { true }
  }
}

/// Where the gradient of a variable goes.
public enum GradientDestination {
  /// Nowhere: a constant.
  case none
  /// Into a slot of the tape with this number, until the pullback of the operation that made the variable takes it.
  case slot(Int, tape: Int)
  /// Added to this tensor, which may be made when it is first asked for: in the backward pass.
  case leaf(() -> Tensor)
}

/// What a pullback saves of an operand whose value it does not read: only where the gradient goes.
public struct GradientSlot: Operand {
  /// Those of the variable.
  public let shape: Shape, destination: GradientDestination
}

/// What a pullback saves of an operand whose value it reads: the value or, after `recomputing`, how to compute it
/// again.
public struct SavedVariable: Operand {
  /// Those of the variable.
  public let shape: Shape, destination: GradientDestination
  private let content: Content

  private enum Content {
    case saved(Tensor)
    case recomputable(CachedRecomputation)
  }

  init(_ variable: Variable) {
    shape = variable.shape
    destination = variable.destination
    content = variable.recomputation.map { .recomputable($0) } ?? .saved(variable.value)
  }

  /// The value, which lives as long as what holds it: a pullback may use its memory until it returns.
  public var value: Tensor {
    switch content {
    case .saved(let value): value
    case .recomputable(let recomputation): recomputation.value
    }
  }
}

extension Variable {
  /// For the capture list of a pullback that reads the value.
  public var saved: SavedVariable { SavedVariable(self) }

  /// For the capture list of a pullback that only passes a gradient on.
  public var gradientSlot: GradientSlot { GradientSlot(shape: shape, destination: destination) }
}
