import RAMiTKernels
import RAMiTTensorCore

/// The gradients that wait for their pullbacks while `backward` runs. Pullbacks add to them.
public final class Gradients {
  /// The tape whose backward pass runs.
  let tape: Tape
  private var slots: [Tensor?] = []
  /// The leaves' gradients that kernels write now.
  private var leavesInUse: [UnsafeMutablePointer<Float>] = []

  init(tape: Tape) { self.tape = tape }

  /// The gradient of the result with this slot; nil when nothing depends on it.
  func take(_ slot: Int) -> Tensor? {
    guard slot < slots.count else { return nil }
    defer { slots[slot] = nil }
    return slots[slot]
  }

  /// Operations may be recorded in the backward pass, and have slots too.
  private func reserve(_ slot: Int) {
    if slot >= slots.count { slots += Array(repeating: nil, count: slot + 1 - slots.count) }
  }

  /// Adds a gradient to an operand's. The first one is stored without a copy; later ones are added to it.
  /// - Precondition: it has the operand's shape.
  public func add(_ gradient: Tensor, to operand: some Operand) {
    requireShape(gradient.shape, operand.shape, of: "the gradient")
    switch operand.destination {
    case .none: break
    case .leaf(let sum): addInPlace(sum().pointer, gradient.pointer, count: gradient.count)
    case .slot(let slot, _):
      reserve(slot)
      guard let waiting = takeOwned(slot) else {
        slots[slot] = gradient
        return
      }
      addInPlace(waiting.pointer, gradient.pointer, count: gradient.count)
      slots[slot] = waiting
    }
  }

  /// Lets a kernel write an operand's gradient where it belongs, without an intermediate tensor. Does nothing when the
  /// operand requires no gradient.
  ///
  /// Writes may be nested, even to the same operand: a second one gets memory of its own, which is then added.
  /// - Parameter write: called with the memory, in the operand's shape, and whether to add to it (true) or to overwrite
  ///   all of it.
  public func write(to operand: some Operand, _ write: (UnsafeMutablePointer<Float>, _ accumulate: Bool) -> Void) {
    switch operand.destination {
    case .none: break
    case .leaf(let gradient):
      let sum = gradient()
      if leavesInUse.contains(sum.pointer) {
        add(Tensor(operand.shape) { write($0, false) }, to: operand)
      } else {
        leavesInUse.append(sum.pointer)
        write(sum.pointer, true)
        leavesInUse.removeLast()
      }
    case .slot(let slot, _):
      reserve(slot)
      // The slot is empty for as long as the kernel writes: a second gradient finds it so.
      let waiting = takeOwned(slot), gradient = waiting ?? Tensor(uninitialized: operand.shape)
      write(gradient.pointer, waiting != nil)
      add(gradient, to: operand)
    }
  }

  /// Writes to several operands at once. Those that require no gradient get memory that is then dropped.
  public func write<O: Operand>(
    toOrDiscard operands: [O], _ write: ([(pointer: UnsafeMutablePointer<Float>, accumulate: Bool)]) -> Void
  ) {
    var targets: [(pointer: UnsafeMutablePointer<Float>, accumulate: Bool)] = []
    func collect(_ rest: ArraySlice<O>) {
      guard let next = rest.first else { return write(targets) }
      self.write(toOrDiscard: next) { pointer, accumulate in
        targets.append((pointer, accumulate))
        collect(rest.dropFirst())
      }
    }
    collect(operands[...])
  }

  /// Like `write(to:)`, but when the operand requires no gradient the kernel still runs, on memory that is dropped:
  /// for kernels that compute the gradients of the parameters in the same pass.
  public func write(
    toOrDiscard operand: some Operand, _ write: (UnsafeMutablePointer<Float>, _ accumulate: Bool) -> Void
  ) {
    if operand.requiresGradient {
      self.write(to: operand, write)
    } else {
      let unwanted = Tensor(uninitialized: operand.shape)
      write(unwanted.pointer, false)
      withExtendedLifetime(unwanted) {}
    }
  }

  /// Lets a kernel add to an operand's gradient, zeros at first. Does nothing when the operand requires no gradient.
  public func accumulate(to operand: some Operand, _ add: (UnsafeMutablePointer<Float>) -> Void) {
    write(to: operand) { pointer, accumulate in
      if !accumulate { pointer.update(repeating: 0, count: operand.shape.count) }
      add(pointer)
    }
  }

  /// The slot's gradient, in memory that nothing else holds: a sum passes one gradient to both operands.
  private func takeOwned(_ slot: Int) -> Tensor? {
    guard var gradient = slots[slot] else { return nil }
    slots[slot] = nil
    if !gradient.isUniquelyHeld() { gradient = gradient.copy() }
    return gradient
  }
}
