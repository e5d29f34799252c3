import RAMiTAutograd
import RAMiTTensorCore
import RAMiTTestSupport

extension OperationCheck {
  /// How an operand's gradient is asked for.
  enum Role: Sendable {
    /// It is kept in a leaf, or added there to what the leaf already holds.
    case leaf, leafSecond
    /// It passes on to an earlier operation, and comes first there.
    case passed
    /// It passes on to an earlier operation, where another gradient already waits.
    case passedSecond
    /// It is not asked for.
    case constant
  }

  /// The other ways to the same gradients: added to another one in a leaf, passed on to earlier operations, and with
  /// some operands constant. Rounding may differ in the last places.
  func tapeFaults(_ values: [Tensor], result: Tensor, seed: Tensor, _ expected: [Tensor]) -> [String] {
    var faults: [String] = []
    let all = operands.indices
    // What a second gradient is added to: of its size, so that the sum keeps its digits.
    let others = expected.map { max(1e-6, $0.array.reduce(0) { max($0, abs($1)) }) }
    func expect(_ roles: [Role], _ title: String) {
      let (value, gradients) = run(values, roles, seed: seed, others: others)
      if value.array != result.array { faults.append("the result \(title) has other bits") }
      for place in all where roles[place] != .constant {
        let error = relativeError(gradients[place], expected[place])
        if !(error < 1e-5) { faults.append("the gradient of \(operands[place].name) \(title) is off by \(error)") }
      }
    }
    expect(all.map { _ in .leaf }, "on a tape")
    expect(all.map { _ in .leafSecond }, "added to another")
    expect(all.map { _ in .passed }, "passed on")
    expect(all.map { _ in .passedSecond }, "passed on as the second")
    if operands.count > 1 {
      expect(all.map { $0 == 0 ? .leaf : .constant }, "with constant parameters")
      expect(all.map { $0 == 0 ? .passed : .constant }, "passed on, with constant parameters")
      expect(all.map { $0 == 0 ? .constant : .leaf }, "with a constant input")
      // Each second operand, so that pairs (weight and bias) come apart too.
      expect(all.map { $0 % 2 == 0 ? .constant : .passed }, "with every second operand constant")
    }
    return faults
  }

  /// Where two operands have one shape, one variable may be both: it then gets the sum of the two gradients.
  func sharingFaults(_ values: [Tensor], seed: Tensor) -> [String] {
    var faults: [String] = []
    for second in operands.indices {
      for first in 0..<second where operands[first].shape == operands[second].shape {
        var values = values
        values[second] = values[first]
        let separate = gradients(values, seed: seed).map(\.array)
        let sum = zip(separate[first], separate[second]).map { Double($0) + Double($1) }
        let largest = (separate[first] + separate[second]).reduce(1e-6) { max($0, abs($1)) }
        for role in [Role.leaf, .leafSecond, .passed, .passedSecond] {
          var roles = [Role](repeating: .leaf, count: operands.count)
          roles[first] = role
          roles[second] = .constant
          let others = [Float](repeating: largest, count: operands.count)
          let (_, gradients) = run(values, roles, seed: seed, others: others, sharing: (first, second))
          let error = zip(gradients[first].array, sum).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
          if !(error < 1e-5 * Double(largest)) {
            let name = "\(operands[first].name) that is \(operands[second].name), too (\(role))"
            faults.append("the gradient of \(name) is off by \(error) of \(largest)")
          }
        }
      }
    }
    return faults
  }

  /// The result, and the gradients that arrive at the operands, without the others that were there before.
  /// - Parameter sharing: two operands that are one variable, which has the role of the first.
  private func run(
    _ values: [Tensor], _ roles: [Role], seed: Tensor, others: [Float], sharing: (first: Int, second: Int)? = nil
  ) -> (value: Tensor, gradients: [Tensor]) {
    let tape = Tape()
    let gradients = operands.indices.map { place in
      Tensor(repeating: roles[place] == .leafSecond ? others[place] : 0, operands[place].shape)
    }
    let (result, root) = tape.record {
      var variables = operands.indices.map { place in
        let leaf = Variable(leaf: values[place], gradient: gradients[place])
        return switch roles[place] {
        case .leaf, .leafSecond: leaf
        case .constant: Variable(constant: values[place])
        case .passed, .passedSecond: Variable(passing: leaf)
        }
      }
      if let sharing { variables[sharing.second] = variables[sharing.first] }
      let result = operation(variables)
      // Recorded later, so earlier in the backward pass: these gradients wait when the operation's come.
      let waiting = operands.indices.filter { roles[$0] == .passedSecond }.map { [variables] place in
        let gradient = Tensor(repeating: others[place], operands[place].shape)
        return (variable: Variable(passing: variables[place]), gradient: gradient)
      }
      let root = Variable(Tensor(0), from: [result] + waiting.map(\.variable)) { _, gradients in
        gradients.add(seed, to: result)
        for other in waiting { gradients.add(other.gradient, to: other.variable) }
      }
      return (result, root)
    }
    tape.backward(from: root)
    for place in operands.indices where [.leafSecond, .passedSecond].contains(roles[place]) {
      for i in 0..<gradients[place].count { gradients[place].pointer[i] -= others[place] }
    }
    return (result.value, gradients)
  }
}

extension Variable {
  /// The same value, made by an operation that does nothing.
  package init(passing x: Variable) {
    self.init(x.value, from: [x]) { gradient, gradients in gradients.add(gradient, to: x) }
  }
}
