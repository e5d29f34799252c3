import RAMiTTensorCore

// Activation checkpointing: two ways to trade arithmetic for memory. Both give the same bits as saving everything: the
// same kernels run again on the same operands, and gradients arrive in the same order.

/// How a value is computed again, and the value once that has been done. Pullbacks that hold it share the work.
final class CachedRecomputation {
  private var compute: (() -> Tensor)?
  private var result: Tensor?

  init(_ compute: @escaping () -> Tensor) { self.compute = compute }

  var value: Tensor {
    if let result { return result }
    let value = Tape.withoutRecording(compute!)
    // Frees what the value was computed from.
    compute = nil
    result = value
    return value
  }
}

/// The result of a cheap operation, which pullbacks do not save but compute again from `x`. In inference it is just the
/// operation.
///
/// - Parameter operation: runs at most once more, unrecorded. Its random choices must follow from the seed and the
///   step, so that both runs are alike.
public func recomputing(
  _ x: consuming Variable, by operation: @escaping (consuming Variable) -> Variable
) -> Variable {
  guard Tape.isRecording else { return operation(x) }
  let saved = x.saved
  return operation(x).cachingRecomputation { operation(Variable(constant: saved.value)) }
}

/// The result of a cheap operation on two operands. The first one may be consumed.
public func recomputing(
  _ x: consuming Variable, _ y: Variable, by operation: @escaping (consuming Variable, Variable) -> Variable
) -> Variable {
  guard Tape.isRecording else { return operation(x, y) }
  let (savedX, savedY) = (x.saved, y.saved)
  return operation(x, y).cachingRecomputation {
    operation(Variable(constant: savedX.value), Variable(constant: savedY.value))
  }
}

/// The results of a segment of a model. Only the segment's inputs are saved (Chen et al., "Training Deep Nets with
/// Sublinear Memory Cost", 2016). The segment runs now without being recorded, and once more, recorded, in the backward
/// pass.
///
/// The second run puts the segment's operations on the tape where the segment was, and the backward pass goes on
/// through them. Segments may hold segments.
/// - Parameters:
///   - inputs: everything that the segment reads and that was computed on the tape. Parameters need not be among them.
///   - segment: its random choices must follow from the seed and the step, so that both runs are alike.
/// - Precondition: recorded inputs are on the tape that records here, and both runs give the same number of results.
public func checkpointed(_ inputs: [Variable], _ segment: @escaping ([Variable]) -> [Variable]) -> [Variable] {
  guard let tape = Tape.current else { return segment(inputs) }
  require(inputs.allSatisfy { $0.canJoin(tape) }, "an input was recorded on another tape")
  // Finds out which results require a gradient, even when only parameters do.
  let sketch = Tape(discardsPullbacks: true)
  let results = sketch.record { segment(inputs.map { $0.moved(to: sketch) }) }
  guard results.contains(where: \.requiresGradient) else { return results.map(\.detached) }
  let saved = inputs.map(\.saved)
  let firstSlot = tape.append(results: results.count) { [saved, segment, count = results.count] received, gradients in
    let again = gradients.tape.record {
      segment(saved.map { Variable(value: $0.value, destination: $0.destination) })
    }
    require(again.count == count, "a segment gave \(count) results and, run again, \(again.count)")
    for case (let gradient?, let result) in zip(received, again) { gradients.add(gradient, to: result) }
  }
  return results.enumerated().map { index, result in
    Variable(
      value: result.value, destination: result.requiresGradient ? .slot(firstSlot + index, tape: tape.number) : .none)
  }
}

extension Variable {
  /// The same variable. Pullbacks will compute its value again rather than save it.
  fileprivate func cachingRecomputation(by compute: @escaping () -> Variable) -> Variable {
    guard requiresGradient else { return self }
    return Variable(
      value: value, destination: destination, recomputation: CachedRecomputation { compute().value })
  }

  /// The same value, on a tape that discards pullbacks.
  fileprivate func moved(to sketch: Tape) -> Variable {
    Variable(value: value, destination: requiresGradient ? .slot(0, tape: sketch.number) : .none)
  }
}
