import RAMiTAutograd
import RAMiTKernels
import RAMiTOperationTestSupport
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

/// Values and segments that are computed again in the backward pass.
@Suite struct CheckpointingTests {
  private static let shape: Shape = [2, 4, 4, 16]

  private static func random(_ shape: Shape, seed: UInt64) -> Tensor {
    var random = RandomNumbers(seed: seed)
    return Tensor((0..<shape.count).map { _ in random.normalPair().0 }, shape)
  }

  /// The parameters of a small network, and what backward adds to their gradients.
  fileprivate struct Network {
    let normWeight = Leaf(Tensor(repeating: 1.5, [16])), normBias = Leaf(Tensor(repeating: 0.1, [16]))
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
        layerNorm(x, weight: normWeight.variable, bias: normBias.variable, residual: residual)
      }
      let bent = again ? recomputing(x) { gelu($0) } : gelu(x)
      let normed = again ? recomputing(bent, x) { norm($0, $1) } : norm(bent, x)
      let dropped = dropout(normed, DropoutMask(rate: 0.3, key: 5))
      let parameters = NormParameters(weight: normWeight.variable, bias: normBias.variable)
      let fed = feedForward(
        dropped, adding: NormedBranch(bent, parameters), hidden: pointwise, out: pointwise, norm: parameters,
        savesIntermediates: !again)
      return [fed * (normed + x), bent]
    }

    private func twice(_ x: Variable, _ layers: (Variable) -> [Variable]) -> [Variable] {
      let first = layers(x)
      let second = layers(first[0] + first[1])
      return [second[0], first[1]]
    }

    func callAsFunction(_ x: Variable, _ way: Way) -> [Variable] {
      switch way {
      case .kept: twice(x) { layers($0, again: false) }
      case .values: twice(x) { layers($0, again: true) }
      case .segment: checkpointed([x]) { twice($0[0]) { layers($0, again: false) } }
      case .nested:
        checkpointed([x]) { twice($0[0]) { checkpointed([$0]) { layers($0[0], again: true) } } }
      case .parts: twice(x) { checkpointed([$0]) { layers($0[0], again: false) } }
      }
    }

    var gradients: [Float] { [normWeight, normBias, weight, bias].flatMap(\.gradient.array) }
  }

  /// All gradients of both results' sum; `uses` says which results count, and `x` what the input is.
  private func gradients(_ way: Network.Way, uses: [Int], of x: (Tensor, Tensor) -> Variable) -> [Float] {
    let network = Network(), tape = Tape()
    let value = Self.random(Self.shape, seed: 1), gradient = Tensor(zeros: Self.shape)
    let sum = tape.record {
      let input = x(value, gradient)
      let results = network(input, way)
      // The input is used outside as well.
      return uses.map { results[$0] }.reduce(input * input) { $0 + $1 }
    }
    tape.backward(from: sum, seed: Self.random(Self.shape, seed: 4))
    #expect(tape.count == 0)
    return sum.value.array + gradient.array + network.gradients
  }

  @Test(arguments: Network.Way.allCases.dropFirst(), [[0, 1], [0], [1]])
  fileprivate func gradientsAreTheSameBits(way: Network.Way, uses: [Int]) {
    let inputs: [(Tensor, Tensor) -> Variable] = [
      { value, gradient in Variable(leaf: value, gradient: gradient) },
      { value, gradient in Variable(passing: Variable(leaf: value, gradient: gradient)) },
      // Only parameters want a gradient.
      { value, _ in Variable(constant: value) },
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
    tape.backward(from: tape.record { network(Variable(leaf: start, gradient: gradient), .nested)[0] })
    let along = zip(gradient.array, direction.array).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    let h: Float = 1e-3
    let slope = (sum(at: h) - sum(at: -h)) / Double(2 * h)
    #expect(abs(along - slope) < 2e-3 * abs(slope), "along the direction \(along), measured \(slope)")
  }

  @Test func runsOnceMoreAtMost() {
    let runs = Recorder()
    func counted(_ x: Variable) -> Variable {
      runs.append(0)
      return gelu(x)
    }
    let value = Tensor(repeating: 1, [4])
    // Without a tape.
    _ = checkpointed([Variable(constant: value)]) { [counted($0[0])] }
    _ = recomputing(Variable(constant: value), by: counted)
    #expect(runs.values.count == 2)
    // Two pullbacks read the value.
    let tape = Tape()
    let sum = tape.record {
      let y = recomputing(Variable(leaf: value, gradient: Tensor(zeros: [4])), by: counted)
      return gelu(y) + silu(y)
    }
    tape.backward(from: sum)
    #expect(runs.values.count == 4)
    let another = Tape()
    let z = another.record {
      checkpointed([Variable(leaf: value, gradient: Tensor(zeros: [4]))]) { [counted($0[0])] }
    }
    #expect(another.count == 1 && runs.values.count == 5)
    another.backward(from: z[0])
    #expect(runs.values.count == 6)
  }

  @Test func withoutAGradientNothingIsRecorded() {
    let tape = Tape(), constant = Variable(constant: Tensor(repeating: 1, [4]))
    let results = tape.record { checkpointed([constant]) { [gelu($0[0])] } }
    #expect(!results[0].requiresGradient && tape.count == 0)
  }

  /// Ten operations, each of which would keep 400 KB.
  @Test func onlyTheInputIsKept() async {
    await #expect(processExitsWith: .success) {
      func chain(_ x: Variable) -> Variable { (0..<10).reduce(x) { x, _ in gelu(x) } }
      func growth(_ network: (Variable) -> Variable) -> Int {
        let tape = Tape(), gradient = Tensor(zeros: [100_000])
        let input = Variable(leaf: Tensor(repeating: 0.5, [100_000]), gradient: gradient)
        var result: Variable?
        let growth = storageLeak { result = tape.record { network(input) } }
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
      let segment = growth { checkpointed([$0]) { [chain($0[0])] }[0] }
      #expect(segment < 2 * 400_000, "\(segment)")
      let recomputedOnes = growth { (0..<10).reduce($0) { x, _ in recomputing(x) { gelu($0) } } }
      #expect(recomputedOnes < 2 * 400_000, "\(recomputedOnes)")
    }
  }

  @Test func misuseTraps() async {
    await #expect(processExitsWith: .failure) {
      func recorded(_ tape: Tape) -> Variable {
        tape.record { Variable(passing: Variable(leaf: Tensor(1), gradient: Tensor(0))) }
      }
      let a = Tape(), x = recorded(a), y = recorded(Tape())
      _ = a.record { checkpointed([x, y]) { [$0[0]] } }
    }
    await #expect(processExitsWith: .failure) {
      let tape = Tape(), runs = Recorder()
      let results = tape.record {
        checkpointed([Variable(leaf: Tensor(1), gradient: Tensor(0))]) { inputs in
          runs.append(0)
          return Array(repeating: Variable(passing: inputs[0]), count: runs.values.count)
        }
      }
      tape.backward(from: results[0])
    }
  }
}
