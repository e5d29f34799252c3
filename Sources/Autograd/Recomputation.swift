import TensorCore

// Two ways to trade arithmetic for memory. Both give the same bits as keeping everything: the same kernels run again on the same
// operands, and gradients arrive in the same order.

/// How a value is made again, and the value once that has been done. Pullbacks that hold it share the work.
final class Recipe {
  private var make: (() -> Tensor)?
  private var made: Tensor?

  init(_ make: @escaping () -> Tensor) { self.make = make }

  var value: Tensor {
    if let made { return made }
    let value = make!()
    // What it was made from is needed no more.
    make = nil
    made = value
    return value
  }
}

/// The result of a cheap operation, which pullbacks do not keep but make again from `x`. Without a tape it is just the operation.
///
/// - Parameter operation: runs once more at most, without a tape; everything random in it must be named, not drawn.
public func remade(_ x: consuming Variable, by operation: @escaping (consuming Variable) -> Variable) -> Variable {
  guard x.isRecorded else { return operation(x) }
  let saved = x.saved
  return operation(x).withRecipe { operation(Variable(constant: saved.value)) }
}

/// The same with two operands, of which the first may be given away as well.
public func remade(
  _ x: consuming Variable, _ y: Variable, by operation: @escaping (consuming Variable, Variable) -> Variable
) -> Variable {
  guard x.isRecorded || y.isRecorded else { return operation(x, y) }
  let (savedX, savedY) = (x.saved, y.saved)
  return operation(x, y).withRecipe {
    operation(Variable(constant: savedX.value), Variable(constant: savedY.value))
  }
}

/// The results of a segment of a model, of which only the inputs are kept: it runs now without being recorded and, on the way
/// back, once more with it (gradient checkpointing; Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016).
///
/// The second run puts the segment's operations on the tape where the segment was, and the way back goes on through them.
/// Segments may hold segments.
/// - Parameters:
///   - inputs: all that the segment reads and that was computed on the tape; parameters it may read beside them.
///   - segment: everything random in it must be named (by the seed and the step), not drawn, so that both runs are alike.
/// - Precondition: the inputs that were computed on a tape are on the same one, and both runs give as many results.
public func recomputed(_ inputs: [Variable], _ segment: @escaping ([Variable]) -> [Variable]) -> [Variable] {
  guard let tape = inputs.lazy.compactMap(\.tape).first else { return segment(inputs) }
  precondition(inputs.allSatisfy { $0.canJoin(tape) }, "the inputs are on different tapes")
  // Tells which results want a gradient, also when only parameters do.
  let sketch = Tape(keepsNothing: true)
  let results = withExtendedLifetime(sketch) { segment(inputs.map { $0.on(sketch) }) }
  guard results.contains(where: \.wantsGradient) else {
    return results.map { Variable(value: $0.value, tape: tape, destination: .none) }
  }
  let saved = inputs.map(\.saved)
  let first = tape.append(results: results.count) { [count = results.count] received, gradients in
    let again = segment(saved.map { Variable(value: $0.value, tape: gradients.tape, destination: $0.destination) })
    precondition(again.count == count, "a segment gave \(count) results and, run again, \(again.count)")
    for case (let gradient?, let result) in zip(received, again) { gradients.add(gradient, to: result) }
  }
  return results.enumerated().map { index, result in
    Variable(value: result.value, tape: tape, destination: result.wantsGradient ? .slot(first + index) : .none)
  }
}

extension Variable {
  /// True when operations on this value are recorded, so that pullbacks may keep it.
  var isRecorded: Bool { tape != nil }

  /// The same variable; pullbacks will make its value again rather than keep it.
  fileprivate func withRecipe(_ remake: @escaping () -> Variable) -> Variable {
    guard wantsGradient else { return self }
    return Variable(value: value, tape: tape, destination: destination, recipe: Recipe { remake().value })
  }

  /// The same value, on a tape that keeps nothing.
  fileprivate func on(_ sketch: Tape) -> Variable {
    Variable(value: value, tape: sketch, destination: wantsGradient ? .slot(0) : .none)
  }
}
