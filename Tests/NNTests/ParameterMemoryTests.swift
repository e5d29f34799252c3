import RAMiTAutograd
import RAMiTNN
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

/// Inputs and outputs of a layer; a process of its own knows no suite.
private let side = 512

/// Values exist once, and gradients where something learns.
@Suite struct ParameterMemoryTests {
  private func layers(_ scope: ParameterScope) -> [Linear] {
    (0..<8).map { Linear(scope / "layer\($0)", inputs: side, outputs: side) }
  }

  /// The pool is the whole process's: a process of its own.
  @Test func valuesAreDrawnWhereTheyStay() async {
    await #expect(processExitsWith: .success) {
      let tests = ParameterMemoryTests()
      for seed in [nil, 3] as [UInt64?] {
        var store: ParameterStore?
        let growth = StoragePool.shared.peakGrowth {
          let scope = ParameterScope(seed: seed)
          _ = tests.layers(scope)
          store = ParameterStore(scope)
        }
        let bytes = store!.count * MemoryLayout<Float>.size
        #expect(bytes..<bytes + 8192 ~= growth, "\(growth) for \(bytes)")
      }
    }
  }

  @Test func restoringTakesNoGradients() async {
    await #expect(processExitsWith: .success) {
      let scope = ParameterScope(seed: 1), layers = ParameterMemoryTests().layers(scope)
      let store = ParameterStore(scope)
      let x = Tensor(repeating: 1, [1, side])
      func pass() -> Variable { layers.reduce(Variable(constant: x)) { $1($0) } }
      let inference = storageLeak { _ = pass() }
      #expect(inference == 0)
      let training = storageLeak {
        let tape = Tape()
        tape.backward(from: tape.record { pass().sum() })
      }
      #expect(training >= store.count * MemoryLayout<Float>.size)
      #expect(store.gradients.array.contains { $0 != 0 })
    }
  }

  /// A layer may be used before a store holds its parameters together.
  @Test func whatWasUsedKeepsItsValues() {
    let (used, fresh) = (ParameterScope(seed: 5), ParameterScope(seed: 5))
    let layer = Linear(used, inputs: 3, outputs: 2)
    _ = Linear(fresh, inputs: 3, outputs: 2)
    let x = Variable(constant: Tensor([1, 2, 3], [1, 3]))
    let before = layer(x).value.array
    let store = ParameterStore(used)
    #expect(store.values.array == ParameterStore(fresh).values.array)
    #expect(layer(x).value.array == before)
    // From here on the store's values are the layer's.
    store.values.pointer.update(repeating: 0, count: store.count)
    #expect(layer(x).value.array == [0, 0])
  }

  /// A parameter that became an operand outside of the recording gets its gradient as well.
  @Test func gradientsComeTogether() {
    let scope = ParameterScope(seed: 1)
    let (a, b) = (scope.parameter("a", [2], start: .constant(3)), scope.parameter("b", [2], start: .constant(5)))
    let store = ParameterStore(scope), (x, y) = (a.variable, b.variable)
    let tape = Tape()
    tape.backward(from: tape.record { (x * y).sum() })
    #expect(store.gradients.array == [5, 5, 3, 3])
    #expect(a.gradient.array == [5, 5] && b.gradient.array == [3, 3])
    store.zeroGradients()
    #expect(b.gradient.array == [0, 0])
  }

  @Test func aModelOfMetaTensorsHasNoMemory() async {
    await #expect(processExitsWith: .success) {
      let growth = StoragePool.shared.peakGrowth {
        let store = Tensor.withMetaTensors {
          let scope = ParameterScope(seed: 1)
          _ = ParameterMemoryTests().layers(scope)
          return ParameterStore(scope)
        }
        #expect(store.parameters[0].value.isMeta && store.gradients.isMeta)
        #expect(store.count == 8 * (side + 1) * side)
      }
      #expect(growth == 0)
    }
  }
}
