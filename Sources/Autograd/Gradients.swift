import Kernels
import TensorCore

/// The gradients that wait on a tape while `backward` runs. Pullbacks add to them.
public final class Gradients {
  private var slots: [Tensor?]

  init(slots: Int) { self.slots = Array(repeating: nil, count: slots) }

  /// The gradient that has come together for the operation in this place; nil when nothing depends on it.
  func take(_ slot: Int) -> Tensor? {
    defer { slots[slot] = nil }
    return slots[slot]
  }

  /// Adds a gradient to a variable's. The first one is kept as it is, without a copy; later ones are added to it.
  /// - Precondition: it has the variable's shape.
  public func add(_ gradient: Tensor, to variable: Variable) {
    precondition(gradient.shape == variable.shape, "the gradient of \(variable.shape) cannot be \(gradient.shape)")
    switch variable.destination {
    case .none: break
    case .leaf(let sum): addInPlace(sum.pointer, gradient.pointer, count: gradient.count)
    case .slot(let slot):
      guard slots[slot] != nil else {
        slots[slot] = gradient
        return
      }
      own(slot)
      addInPlace(slots[slot]!.pointer, gradient.pointer, count: gradient.count)
    }
  }

  /// Lets a kernel write a variable's gradient where it belongs, without an intermediate tensor; does nothing when no gradient
  /// is wanted.
  /// - Parameter write: gets the memory, in the variable's shape, and whether to add to it (true) or to overwrite all of it.
  public func write(to variable: Variable, _ write: (UnsafeMutablePointer<Float>, _ adds: Bool) -> Void) {
    switch variable.destination {
    case .none: break
    case .leaf(let sum): write(sum.pointer, true)
    case .slot(let slot):
      let isFirst = slots[slot] == nil
      if isFirst { slots[slot] = Tensor(uninitialized: variable.shape) } else { own(slot) }
      write(slots[slot]!.pointer, !isFirst)
    }
  }

  /// As `write(to:)` for several variables at once; those that want no gradient get memory that is then dropped.
  public func write(
    toOrDiscard variables: [Variable], _ write: ([(pointer: UnsafeMutablePointer<Float>, adds: Bool)]) -> Void
  ) {
    var targets: [(pointer: UnsafeMutablePointer<Float>, adds: Bool)] = []
    func collect(_ rest: ArraySlice<Variable>) {
      guard let next = rest.first else { return write(targets) }
      self.write(toOrDiscard: next) { pointer, adds in
        targets.append((pointer, adds))
        collect(rest.dropFirst())
      }
    }
    collect(variables[...])
  }

  /// As `write(to:)`; when no gradient is wanted the kernel still runs, on memory that is then dropped: for kernels that find the
  /// gradients of the parameters on the same way.
  public func write(
    toOrDiscard variable: Variable, _ write: (UnsafeMutablePointer<Float>, _ adds: Bool) -> Void
  ) {
    if variable.wantsGradient {
      self.write(to: variable, write)
    } else {
      let unwanted = Tensor(uninitialized: variable.shape)
      write(unwanted.pointer, false)
      withExtendedLifetime(unwanted) {}
    }
  }

  /// Lets a kernel add to a variable's gradient; a fresh one starts from zero. Does nothing when no gradient is wanted.
  public func accumulate(to variable: Variable, _ add: (UnsafeMutablePointer<Float>) -> Void) {
    write(to: variable) { pointer, adds in
      if !adds { pointer.update(repeating: 0, count: variable.value.count) }
      add(pointer)
    }
  }

  /// Gives the slot memory of its own when somebody else holds the gradient in it (a sum passes one gradient to both operands).
  private func own(_ slot: Int) {
    var gradient = slots[slot].take()!
    if !gradient.isUniquelyHeld() { gradient = gradient.copy() }
    slots[slot] = gradient
  }
}
