import RAMiTTensorCore

extension Variable {
  /// The results of an operation that has several, and how their gradients become those of the operands.
  ///
  /// - Parameter pullback: called with the gradients of the results, nil for those that nothing depends on; at least
  ///   one is not nil.
  /// - Precondition: recorded operands are on the tape that records here.
  static func results(
    _ values: [Tensor], from operands: [Variable], operation: String = #function,
    pullback: @escaping (_ received: [Tensor?], _ gradients: Gradients) -> Void
  ) -> [Variable] {
    for value in values { GraphTrace.current?.record(nil, named: operation, value, operands) }
    let box = Received()
    var single: Tape.Pullback = { _, gradients in pullback(box.gradients, gradients) }
    single = Profiler.current?.operation(operation, values[0], operands, multiplyAdds: 0, single) ?? single
    guard let tape = Tape.current, operands.contains(where: \.requiresGradient) else {
      return values.map(Variable.init(constant:))
    }
    require(operands.allSatisfy { $0.canJoin(tape) }, "an operand was recorded on another tape")
    let first = tape.append(results: values.count) { [single] received, gradients in
      box.gradients = received
      single(received.lazy.compactMap { $0 }.first!, gradients)
    }
    return values.enumerated().map { index, value in
      Variable(value: value, destination: .slot(first + index, tape: tape.number))
    }
  }
}

/// The gradients of several results, on their way to a pullback.
private final class Received {
  var gradients: [Tensor?] = []
}
