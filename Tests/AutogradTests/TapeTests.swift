import Autograd
import TensorCore
import TestSupport
import Testing

@Suite struct TapeTests {
  private static let value = Tensor([1, 2, -3, 4], [4])

  /// A leaf of these values, and its gradient.
  private func leaf(on tape: Tape) -> (variable: Variable, gradient: Tensor) {
    let gradient = Tensor(zeros: [4])
    return (tape.leaf(Self.value, gradient: gradient), gradient)
  }

  @Test func theSeedIsOnesUnlessGiven() {
    for (seed, expected) in [(nil, [1, 1, 1, 1]), (Tensor([1, 0, 2, -1], [4]), [1, 0, 2, -1])] as [(Tensor?, [Float])] {
      let tape = Tape()
      let (x, gradient) = leaf(on: tape)
      tape.backward(from: Variable(passing: x), seed: seed)
      #expect(gradient.array == expected)
    }
  }

  @Test func aLeafMayBeTheResult() {
    let tape = Tape()
    let (x, gradient) = leaf(on: tape)
    tape.backward(from: x)
    #expect(gradient.array == [1, 1, 1, 1])
  }

  @Test func gradientsOfSeveralStepsAddUp() {
    let gradient = Tensor(zeros: [4])
    for _ in 0..<3 {
      let tape = Tape()
      tape.backward(from: multiply(tape.leaf(Self.value, gradient: gradient), tape.constant(Self.value)))
    }
    #expect(gradient.array == [3, 6, -9, 12])
  }

  /// A parameter is on no tape of its own: it joins the one of the other operands.
  @Test func aParameterJoinsTheTape() {
    let tape = Tape(), gradient = Tensor(zeros: [4])
    let parameter = Variable(leaf: Self.value, gradient: gradient)
    tape.backward(from: multiply(parameter, tape.constant(Self.value)))
    #expect(gradient.array == Self.value.array)
  }

  /// x (x + x) + x: the gradient of x comes by four ways.
  @Test func diamonds() {
    let tape = Tape()
    let (leaf, gradient) = leaf(on: tape)
    let x = Variable(passing: leaf)
    let seed = Tensor(repeating: 1, [4])
    tape.backward(from: add(multiply(x, add(x, x)), x), seed: seed)
    #expect(gradient.array == Self.value.array.map { 4 * $0 + 1 })
    #expect(seed.array == [1, 1, 1, 1], "the seed was written to")
  }

  /// A sum hands one gradient to both operands: what is added to one must not reach the other.
  @Test func operandsThatShareAGradient() {
    let tape = Tape()
    let (a, da) = leaf(on: tape), (b, db) = leaf(on: tape)
    let (p, q) = (Variable(passing: a), Variable(passing: b))
    // Recorded before the sum, so that its gradient comes to q when p and q already share one.
    let product = multiply(q, q)
    let seed = Tensor(repeating: 1, [4])
    tape.backward(from: add(product, add(p, q)), seed: seed)
    #expect(seed.array == [1, 1, 1, 1], "the seed was written to")
    #expect(da.array == [1, 1, 1, 1])
    #expect(db.array == Self.value.array.map { 1 + 2 * $0 })
  }

  @Test func theFirstGradientIsNotCopied() {
    let tape = Tape()
    let (x, _) = leaf(on: tape)
    let seed = Tensor(repeating: 1, [4])
    let arrivals = Arrivals()
    let y = Variable(x.value, from: [x]) { gradient, gradients in
      arrivals.pointers.append(gradient.pointer)
      gradients.add(gradient, to: x)
    }
    let z = Variable(passing: y)
    tape.backward(from: z, seed: seed)
    #expect(arrivals.pointers == [seed.pointer])
  }

  @Test func pullbacksRunBackwardsAndOnlyWhereTheResultDepends() {
    let tape = Tape()
    let (x, _) = leaf(on: tape)
    let order = Recorder()
    func mark(_ number: Int, _ x: Variable) -> Variable {
      Variable(x.value, from: [x]) { gradient, gradients in
        order.append(number)
        gradients.add(gradient, to: x)
      }
    }
    let first = mark(1, x), side = mark(2, first), second = mark(3, first)
    #expect(tape.count == 3)
    tape.backward(from: second)
    #expect(order.values == [3, 1])
    #expect(tape.count == 0)
    withExtendedLifetime(side) {}
  }

  @Test func constantsWantNoGradient() {
    let tape = Tape()
    let (x, gradient) = leaf(on: tape)
    let constant = tape.constant(Self.value)
    #expect(x.wantsGradient && !constant.wantsGradient && !Variable(constant: Self.value).wantsGradient)
    let fixed = multiply(constant, constant)
    #expect(!fixed.wantsGradient && tape.count == 0, "an operation on constants was recorded")
    let y = multiply(x, fixed)
    #expect(y.wantsGradient && tape.count == 1)
    let calls = Recorder()
    let z = Variable(y.value, from: [y, constant]) { gradient, gradients in
      gradients.write(to: constant) { _, _ in calls.append(0) }
      gradients.accumulate(to: constant) { _ in calls.append(1) }
      gradients.write(toOrDiscard: constant) { memory, adds in
        calls.append(adds ? 3 : 2)
        memory.update(repeating: 7, count: 4)
      }
      gradients.add(gradient, to: constant)
      gradients.add(gradient, to: y)
    }
    tape.backward(from: z)
    #expect(calls.values == [2])
    #expect(gradient.array == Self.value.array.map { $0 * $0 })
    #expect(constant.value.array == [1, 2, -3, 4])
  }

  @Test func aDetachedValueStopsTheGradient() {
    let tape = Tape()
    let (x, gradient) = leaf(on: tape)
    tape.backward(from: multiply(x, Variable(passing: x).detached))
    #expect(gradient.array == Self.value.array)
  }

  @Test func withoutATapeNothingIsRecorded() {
    let gradient = Tensor(zeros: [4])
    weak var saved: Arrivals?
    let y: Variable
    do {
      let token = Arrivals()
      saved = token
      let x = Variable(leaf: Self.value, gradient: gradient)
      y = Variable(x.value, from: [x]) { gradient, gradients in
        token.pointers.append(gradient.pointer)
        gradients.add(gradient, to: x)
      }
    }
    #expect(saved == nil, "a pullback was kept")
    #expect(!y.wantsGradient)
  }

  @Test func aLongChainNeedsNoStack() {
    let tape = Tape()
    let (x, gradient) = leaf(on: tape)
    var y = x
    for _ in 0..<100_000 { y = Variable(passing: y) }
    tape.backward(from: y)
    #expect(gradient.array == [1, 1, 1, 1])
  }

  @Test func misuseTraps() async {
    await #expect(processExitsWith: .failure) {
      let tape = Tape(), x = tape.leaf(Tensor(1), gradient: Tensor(0)), y = Variable(passing: x)
      tape.backward(from: y)
      tape.backward(from: y)
    }
    await #expect(processExitsWith: .failure) {
      let tape = Tape(), x = tape.leaf(Tensor(1), gradient: Tensor(0))
      tape.backward(from: Variable(passing: x))
      _ = Variable(passing: x)
    }
    await #expect(processExitsWith: .failure) {
      let tape = Tape(), x = tape.leaf(Tensor(1), gradient: Tensor(0))
      tape.backward(from: Variable(passing: x), seed: Tensor([1, 2], [2]))
    }
    await #expect(processExitsWith: .failure) {
      let a = Tape(), b = Tape()
      let x = Variable(passing: a.leaf(Tensor(1), gradient: Tensor(0)))
      _ = add(b.leaf(Tensor(1), gradient: Tensor(0)), x)
      withExtendedLifetime((a, b)) {}
    }
    await #expect(processExitsWith: .failure) {
      _ = Tape().leaf(Tensor(1), gradient: Tensor([0, 0], [2]))
    }
    await #expect(processExitsWith: .failure) {
      _ = add(Variable(constant: Tensor(zeros: [2])), Variable(constant: Tensor(zeros: [3])))
    }
  }
}

/// Where gradients arrived.
final class Arrivals {
  var pointers: [UnsafeMutablePointer<Float>] = []
}
