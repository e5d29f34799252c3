import Autograd
import Kernels
import TensorCore
import TestSupport
import Testing

/// Values and segments that are computed again on the way back.
@Suite struct RecomputationTests {
  private static let shape: Shape = [2, 4, 4, 16]

  private static func random(_ shape: Shape, seed: UInt64) -> Tensor {
    var random = RandomNumbers(seed: seed)
    return Tensor((0..<shape.count).map { _ in random.normalPair().0 }, shape)
  }

  /// The parameters of a small network, and what backward adds to their gradients.
  fileprivate struct Network {
    let gamma = Leaf(Tensor(repeating: 1.5, [16])), beta = Leaf(Tensor(repeating: 0.1, [16]))
    let weight = Leaf(random([16, 16], seed: 2)), bias = Leaf(random([16], seed: 3))

    struct Leaf {
      let value: Tensor
      let gradient: Tensor
      var variable: Variable { Variable(leaf: value, gradient: gradient) }

      init(_ value: Tensor) {
        self.value = value
        gradient = Tensor(zeros: value.shape)
      }
    }

    /// What is kept, and how.
    enum Way: CaseIterable { case kept, values, segment, nested, parts }

    /// Uses its input several times, drops values out, and gives two results.
    private func layers(_ x: Variable, again: Bool) -> [Variable] {
      let pointwise = PointwiseParameters(weight: weight.variable, bias: bias.variable)
      func norm(_ x: Variable, _ residual: Variable) -> Variable {
        layerNorm(x, gamma: gamma.variable, beta: beta.variable, residual: residual)
      }
      let bent = again ? remade(x) { activate($0, .gelu) } : activate(x, .gelu)
      let normed = again ? remade(bent, x) { norm($0, $1) } : norm(bent, x)
      let dropped = dropout(normed, DropoutMask(rate: 0.3, key: 5))
      let branch = NormedBranch(bent, gamma: gamma.variable, beta: beta.variable)
      let fed = feedForward(
        dropped, adding: branch, hidden: pointwise, out: pointwise, gamma: gamma.variable, beta: beta.variable,
        keepsProducts: !again)
      return [multiply(fed, add(normed, x)), bent]
    }

    private func twice(_ x: Variable, _ layers: (Variable) -> [Variable]) -> [Variable] {
      let first = layers(x)
      let second = layers(add(first[0], first[1]))
      return [second[0], first[1]]
    }

    func callAsFunction(_ x: Variable, _ way: Way) -> [Variable] {
      switch way {
      case .kept: twice(x) { layers($0, again: false) }
      case .values: twice(x) { layers($0, again: true) }
      case .segment: recomputed([x]) { twice($0[0]) { layers($0, again: false) } }
      case .nested:
        recomputed([x]) { twice($0[0]) { recomputed([$0]) { layers($0[0], again: true) } } }
      case .parts: twice(x) { recomputed([$0]) { layers($0[0], again: false) } }
      }
    }

    var gradients: [Float] { [gamma, beta, weight, bias].flatMap(\.gradient.array) }
  }

  /// All gradients of both results' sum; `uses` says which results count, and `x` what the input is.
  private func gradients(_ way: Network.Way, uses: [Int], of x: (Tape, Tensor, Tensor) -> Variable) -> [Float] {
    let network = Network(), tape = Tape()
    let value = Self.random(Self.shape, seed: 1), gradient = Tensor(zeros: Self.shape)
    let input = x(tape, value, gradient)
    let results = network(input, way)
    // The input is used outside as well.
    let sum = uses.map { results[$0] }.reduce(multiply(input, input)) { add($0, $1) }
    tape.backward(from: sum, seed: Self.random(Self.shape, seed: 4))
    #expect(tape.count == 0)
    return sum.value.array + gradient.array + network.gradients
  }

  @Test(arguments: Network.Way.allCases.dropFirst(), [[0, 1], [0], [1]])
  fileprivate func gradientsAreTheSameBits(way: Network.Way, uses: [Int]) {
    let inputs: [(Tape, Tensor, Tensor) -> Variable] = [
      { tape, value, gradient in tape.leaf(value, gradient: gradient) },
      { tape, value, gradient in Variable(passing: tape.leaf(value, gradient: gradient)) },
      // Only parameters want a gradient.
      { tape, value, _ in tape.constant(value) },
    ]
    for input in inputs {
      let kept = gradients(.kept, uses: uses, of: input), again = gradients(way, uses: uses, of: input)
      #expect(kept.contains { $0 != 0 } && kept.allSatisfy(\.isFinite))
      #expect(kept.map(\.bitPattern) == again.map(\.bitPattern))
    }
  }

  /// The slope of the result's sum along a direction of the input, through a segment.
  @Test func finiteDifferencesOfASegment() {
    let network = Network()
    let start = Self.random(Self.shape, seed: 1), direction = Self.random(Self.shape, seed: 6)
    func sum(at distance: Float) -> Double {
      let x = Tensor(zip(start.array, direction.array).map { $0 + distance * $1 }, Self.shape)
      return network(Variable(constant: x), .segment)[0].value.array.reduce(0) { $0 + Double($1) }
    }
    let gradient = Tensor(zeros: Self.shape), tape = Tape()
    tape.backward(from: network(tape.leaf(start, gradient: gradient), .nested)[0])
    let along = zip(gradient.array, direction.array).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    let h: Float = 1e-3
    let slope = (sum(at: h) - sum(at: -h)) / Double(2 * h)
    #expect(abs(along - slope) < 2e-3 * abs(slope), "along the direction \(along), measured \(slope)")
  }

  @Test func runsOnceMoreAtMost() {
    let runs = Recorder()
    func counted(_ x: Variable) -> Variable {
      runs.append(0)
      return activate(x, .gelu)
    }
    let value = Tensor(repeating: 1, [4])
    // Without a tape.
    _ = recomputed([Variable(constant: value)]) { [counted($0[0])] }
    _ = remade(Variable(constant: value), by: counted)
    #expect(runs.values.count == 2)
    // Two pullbacks read the value.
    let tape = Tape()
    let y = remade(tape.leaf(value, gradient: Tensor(zeros: [4])), by: counted)
    tape.backward(from: add(activate(y, .gelu), activate(y, .swish)))
    #expect(runs.values.count == 4)
    let another = Tape()
    let z = recomputed([another.leaf(value, gradient: Tensor(zeros: [4]))]) { [counted($0[0])] }
    #expect(another.count == 1 && runs.values.count == 5)
    another.backward(from: z[0])
    #expect(runs.values.count == 6)
  }

  @Test func withoutAGradientNothingIsRecorded() {
    let tape = Tape(), constant = tape.constant(Tensor(repeating: 1, [4]))
    let results = recomputed([constant]) { [activate($0[0], .gelu)] }
    #expect(!results[0].wantsGradient && tape.count == 0)
  }

  /// Ten operations, each of which would keep 400 KB.
  @Test func onlyTheInputIsKept() async {
    await #expect(processExitsWith: .success) {
      func chain(_ x: Variable) -> Variable { (0..<10).reduce(x) { x, _ in activate(x, .gelu) } }
      func growth(_ network: (Variable) -> Variable) -> Int {
        let tape = Tape(), gradient = Tensor(zeros: [100_000])
        let input = tape.leaf(Tensor(repeating: 0.5, [100_000]), gradient: gradient)
        var result: Variable?
        let growth = storageLeak { result = network(input) }
        let leak = storageLeak {
          tape.backward(from: result!)
          result = nil
        }
        #expect(leak <= 0, "\(leak)")
        return growth
      }
      let kept = growth(chain)
      #expect(kept > 9 * 400_000, "\(kept)")
      // The result alone, and its input where only values are made again.
      let checkpointed = growth { recomputed([$0]) { [chain($0[0])] }[0] }
      #expect(checkpointed < 2 * 400_000, "\(checkpointed)")
      let remadeOnes = growth { (0..<10).reduce($0) { x, _ in remade(x) { activate($0, .gelu) } } }
      #expect(remadeOnes < 2 * 400_000, "\(remadeOnes)")
    }
  }

  @Test func misuseTraps() async {
    await #expect(processExitsWith: .failure) {
      let a = Tape(), b = Tape()
      let x = Variable(passing: a.leaf(Tensor(1), gradient: Tensor(0)))
      let y = Variable(passing: b.leaf(Tensor(1), gradient: Tensor(0)))
      _ = recomputed([x, y]) { [$0[0]] }
      withExtendedLifetime((a, b)) {}
    }
    await #expect(processExitsWith: .failure) {
      let tape = Tape(), runs = Recorder()
      let results = recomputed([tape.leaf(Tensor(1), gradient: Tensor(0))]) { inputs in
        runs.append(0)
        return Array(repeating: Variable(passing: inputs[0]), count: runs.values.count)
      }
      tape.backward(from: results[0])
    }
  }
}
