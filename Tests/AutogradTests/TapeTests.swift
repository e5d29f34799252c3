import RAMiTAutograd
import RAMiTOperationTestSupport
import RAMiTTensorCore
import Testing

@Suite struct TapeTests {
  private static let value = Tensor([1, 2, -3, 4], [4])

  /// A leaf of these values, and its gradient.
  private func leaf() -> (variable: Variable, gradient: Tensor) {
    let gradient = Tensor(zeros: [4])
    return (Variable(leaf: Self.value, gradient: gradient), gradient)
  }

  @Test func theSeedIsOnesUnlessGiven() {
    for (seed, expected) in [(nil, [1, 1, 1, 1]), (Tensor([1, 0, 2, -1], [4]), [1, 0, 2, -1])] as [(Tensor?, [Float])] {
      let tape = Tape()
      let (x, gradient) = leaf()
      tape.backward(from: tape.record { Variable(passing: x) }, seed: seed)
      #expect(gradient.array == expected)
    }
  }

  @Test func aLeafMayBeTheResult() {
    let (x, gradient) = leaf()
    Tape().backward(from: x)
    #expect(gradient.array == [1, 1, 1, 1])
  }

  @Test func gradientsOfSeveralStepsAddUp() {
    let (x, gradient) = leaf()
    for _ in 0..<3 {
      let tape = Tape()
      tape.backward(from: tape.record { x * Variable(constant: Self.value) })
    }
    #expect(gradient.array == [3, 6, -9, 12])
  }

  /// What is computed from parameters alone has gradients: a weight times a scale, a bias out of an MLP.
  @Test func parametersAloneGetTheirGradients() {
    let (p, dp) = leaf(), (q, dq) = leaf()
    let tape = Tape()
    let product = tape.record { p * q * q }
    #expect(product.requiresGradient && tape.count == 2)
    tape.backward(from: product)
    #expect(dp.array == Self.value.array.map { $0 * $0 })
    #expect(dq.array == Self.value.array.map { 2 * $0 * $0 })
  }

  /// x (x + x) + x: the gradient of x comes by four ways.
  @Test func diamonds() {
    let tape = Tape()
    let (leaf, gradient) = leaf()
    let seed = Tensor(repeating: 1, [4])
    let result = tape.record {
      let x = Variable(passing: leaf)
      return x * (x + x) + x
    }
    tape.backward(from: result, seed: seed)
    #expect(gradient.array == Self.value.array.map { 4 * $0 + 1 })
    #expect(seed.array == [1, 1, 1, 1], "the seed was written to")
  }

  /// A sum hands one gradient to both operands: what is added to one must not reach the other.
  @Test func operandsThatShareAGradient() {
    let tape = Tape()
    let (a, da) = leaf(), (b, db) = leaf()
    let result = tape.record {
      let (p, q) = (Variable(passing: a), Variable(passing: b))
      // Recorded before the sum, so that its gradient comes to q when p and q already share one.
      let product = q * q
      return product + (p + q)
    }
    let seed = Tensor(repeating: 1, [4])
    tape.backward(from: result, seed: seed)
    #expect(seed.array == [1, 1, 1, 1], "the seed was written to")
    #expect(da.array == [1, 1, 1, 1])
    #expect(db.array == Self.value.array.map { 1 + 2 * $0 })
  }

  @Test func theFirstGradientIsNotCopied() {
    let tape = Tape()
    let (x, _) = leaf()
    let seed = Tensor(repeating: 1, [4])
    let arrivals = Arrivals()
    let z = tape.record {
      let y = Variable(x.value, from: [x]) { gradient, gradients in
        arrivals.pointers.append(gradient.pointer)
        gradients.add(gradient, to: x)
      }
      return Variable(passing: y)
    }
    tape.backward(from: z, seed: seed)
    #expect(arrivals.pointers == [seed.pointer])
  }

  @Test func pullbacksRunBackwardsAndOnlyWhereTheResultDepends() {
    let tape = Tape()
    let (x, _) = leaf()
    let order = Recorder()
    func mark(_ number: Int, _ x: Variable) -> Variable {
      Variable(x.value, from: [x]) { gradient, gradients in
        order.append(number)
        gradients.add(gradient, to: x)
      }
    }
    let (side, second) = tape.record {
      let first = mark(1, x)
      return (mark(2, first), mark(3, first))
    }
    #expect(tape.count == 3)
    tape.backward(from: second)
    #expect(order.values == [3, 1])
    #expect(tape.count == 0)
    withExtendedLifetime(side) {}
  }

  @Test func constantsWantNoGradient() {
    let tape = Tape()
    let (x, gradient) = leaf()
    let constant = Variable(constant: Self.value)
    #expect(x.requiresGradient && !constant.requiresGradient)
    let calls = Recorder()
    let z = tape.record {
      let fixed = constant * constant
      #expect(!fixed.requiresGradient && tape.count == 0, "an operation on constants was recorded")
      let y = x * fixed
      #expect(y.requiresGradient && tape.count == 1)
      return Variable(y.value, from: [y, constant]) { gradient, gradients in
        gradients.write(to: constant) { _, _ in calls.append(0) }
        gradients.accumulate(to: constant) { _ in calls.append(1) }
        gradients.write(toOrDiscard: constant) { memory, accumulate in
          calls.append(accumulate ? 3 : 2)
          memory.update(repeating: 7, count: 4)
        }
        gradients.add(gradient, to: constant)
        gradients.add(gradient, to: y)
      }
    }
    tape.backward(from: z)
    #expect(calls.values == [2])
    #expect(gradient.array == Self.value.array.map { $0 * $0 })
    #expect(constant.value.array == [1, 2, -3, 4])
  }

  @Test func aDetachedValueStopsTheGradient() {
    let tape = Tape()
    let (x, gradient) = leaf()
    tape.backward(from: tape.record { x * Variable(passing: x).detached })
    #expect(gradient.array == Self.value.array)
  }

  @Test func outsideOfAScopeNothingIsRecorded() {
    let (leaf, _) = leaf()
    weak var saved: Arrivals?
    func unrecorded() -> Variable {
      let token = Arrivals()
      saved = token
      return Variable(leaf.value, from: [leaf]) { gradient, gradients in
        token.pointers.append(gradient.pointer)
        gradients.add(gradient, to: leaf)
      }
    }
    #expect(!unrecorded().requiresGradient && saved == nil, "a pullback was kept")
    let tape = Tape()
    let inside = tape.record { Tape.withoutRecording { unrecorded() } }
    #expect(!inside.requiresGradient && saved == nil && tape.count == 0, "a pullback was kept")
  }

  /// The innermost scope records; what it gives is a constant to the outer one only if it is detached.
  @Test func scopesNest() {
    let outer = Tape(), inner = Tape()
    let (x, gradient) = leaf()
    let result = outer.record {
      let before = x * x
      let other = inner.record { x * x }
      #expect(outer.count == 1 && inner.count == 1)
      return before * other.detached
    }
    outer.backward(from: result)
    #expect(gradient.array == Self.value.array.map { 2 * $0 * $0 * $0 })
  }

  /// Pullbacks compute without recording, also when backward runs in a scope.
  @Test func backwardInsideOfAScopeRecordsNothing() {
    let tape = Tape(), outer = Tape()
    let (x, gradient) = leaf()
    outer.record {
      let y = tape.record {
        Variable(x.value, from: [x]) { gradient, gradients in
          let scaled = Variable(constant: gradient) * Variable(leaf: gradient, gradient: Tensor(zeros: [4]))
          #expect(!scaled.requiresGradient)
          gradients.add(scaled.value, to: x)
        }
      }
      tape.backward(from: y)
    }
    #expect(outer.count == 0 && gradient.array == [1, 1, 1, 1])
  }

  @Test func aLongChainNeedsNoStack() {
    let tape = Tape()
    let (x, gradient) = leaf()
    let y = tape.record { (0..<100_000).reduce(x) { y, _ in Variable(passing: y) } }
    tape.backward(from: y)
    #expect(gradient.array == [1, 1, 1, 1])
  }

  @Test func misuseTraps() async {
    await #expect(processExitsWith: .failure) {
      let tape = Tape(), x = Variable(leaf: Tensor(1), gradient: Tensor(0))
      let y = tape.record { Variable(passing: x) }
      tape.backward(from: y)
      tape.backward(from: y)
    }
    await #expect(processExitsWith: .failure) {
      let tape = Tape(), x = Variable(leaf: Tensor(1), gradient: Tensor(0))
      tape.backward(from: tape.record { Variable(passing: x) })
      _ = tape.record { Variable(passing: x) }
    }
    await #expect(processExitsWith: .failure) {
      let x = Variable(leaf: Tensor(1), gradient: Tensor(0))
      let other = Tape().record { Variable(passing: x) }
      _ = Tape().record { x + other }
    }
    await #expect(processExitsWith: .failure) {
      let x = Variable(leaf: Tensor(1), gradient: Tensor(0))
      Tape().backward(from: Tape().record { Variable(passing: x) })
    }
  }
}

/// Where gradients arrived.
final class Arrivals {
  var pointers: [UnsafeMutablePointer<Float>] = []
}
