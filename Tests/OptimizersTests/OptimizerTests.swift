import Foundation
import RAMiTOptimizers
import RAMiTParallel
import RAMiTTensorCore
import Testing

/// Optimizers against PyTorch's values (Fixtures/make_optimizers.py).
@Suite struct OptimizerTests {
  struct Fixture: Decodable {
    struct Case: Decodable, CustomTestStringConvertible {
      let name: String
      let optimizer: OptimizerConfiguration
      /// Where a second group begins, which has twice the learning rate and no weight decay.
      let split: Int?
      /// The parameters that are matrices, for Muon.
      let matrices: [Matrix]?
      /// After each step.
      let values: [[Float]]
      /// After the last.
      let state: [[Float]]

      var testDescription: String { name }
    }
    struct Matrix: Decodable {
      let start, rows, columns: Int
    }
    let start: [Float]
    let rates: [Double]
    let gradients: [[Float]]
    let cases: [Case]
  }

  static let fixture = try! JSONDecoder().decode(
    Fixture.self,
    from: Data(contentsOf: Bundle.module.url(forResource: "Fixtures/optimizers", withExtension: "json")!))

  private func groups(_ split: Int?, count: Int) -> [ParameterGroup] {
    guard let split else { return [ParameterGroup(ranges: [0..<count])] }
    return [
      ParameterGroup(ranges: [0..<split]),
      ParameterGroup(ranges: [split..<count], learningRateFactor: 2, weightDecay: 0),
    ]
  }

  @Test(arguments: fixture.cases) func equalsPyTorch(_ example: Fixture.Case) {
    let fixture = Self.fixture, count = fixture.start.count
    let matrices = (example.matrices ?? []).map {
      ParameterMatrix(start: $0.start, rows: $0.rows, columns: $0.columns)
    }
    let optimizer = example.optimizer.optimizer(count: count, matrices: matrices)
    let values = Tensor(fixture.start, [count])
    for (step, (rate, gradient)) in zip(fixture.rates, fixture.gradients).enumerated() {
      optimizer.step(
        values, gradients: Tensor(gradient, [count]), learningRate: rate, groups: groups(example.split, count: count))
      expectClose(values.array, example.values[step], scale: 1, "\(example.name), step \(step)")
    }
    #expect(optimizer.steps == fixture.rates.count)
    #expect(optimizer.state.count == example.optimizer.stateCount)
    for (state, expected) in zip(optimizer.state, example.state) {
      expectClose(state.values.array, expected, scale: 1e-3, "\(example.name), \(state.title)")
    }
  }

  /// To a few roundings of the value, or of `scale` where the value is smaller.
  private func expectClose(_ values: [Float], _ expected: [Float], scale: Float, _ note: String) {
    #expect(values.count == expected.count)
    for (value, expected) in zip(values, expected) {
      #expect(abs(value - expected) <= 1e-6 * max(abs(expected), scale), "\(note): \(value) is not \(expected)")
    }
  }

  @Test(arguments: OptimizerConfiguration.Kind.allCases)
  func trainsOnlyTheGroups(kind: OptimizerConfiguration.Kind) {
    let fixture = Self.fixture, count = fixture.start.count
    let optimizers = [
      OptimizerConfiguration(kind).optimizer(count: count), OptimizerConfiguration(kind).optimizer(count: count),
    ]
    let parts = Tensor(fixture.start, [count]), all = Tensor(fixture.start, [count])
    let gradient = Tensor(fixture.gradients[0], [count])
    let ranges = [1..<2, 4..<20]
    optimizers[0].step(parts, gradients: gradient, learningRate: 1e-2, in: ranges)
    optimizers[1].step(all, gradients: gradient, learningRate: 1e-2)
    for i in 0..<count {
      let trains = ranges.contains { $0.contains(i) }
      #expect(parts.array[i] == (trains ? all.array[i] : fixture.start[i]))
      for (state, whole) in zip(optimizers[0].state, optimizers[1].state) {
        #expect(state.values.array[i] == (trains ? whole.values.array[i] : 0))
      }
    }
  }

  @Test(arguments: OptimizerConfiguration.Kind.allCases) func forgets(kind: OptimizerConfiguration.Kind) {
    let fixture = Self.fixture, count = fixture.start.count
    let used = OptimizerConfiguration(kind).optimizer(count: count)
    used.step(Tensor(fixture.start, [count]), gradients: Tensor(fixture.gradients[1], [count]), learningRate: 1e-2)
    used.reset()
    #expect(used.steps == 0)
    let results = [used, OptimizerConfiguration(kind).optimizer(count: count)].map { optimizer in
      let values = Tensor(fixture.start, [count])
      optimizer.step(values, gradients: Tensor(fixture.gradients[0], [count]), learningRate: 1e-2)
      return values.array
    }
    #expect(results[0] == results[1] && results[0] != fixture.start)
  }

  @Test func namesOfTheStateDiffer() {
    let names = OptimizerConfiguration.Kind.allCases.map {
      OptimizerConfiguration($0).optimizer(count: 1).state.map(\.name)
    }
    let adam = ["adam.m", "adam.v"]
    #expect(names == [adam, adam, ["sgd.momentum"], ["lion.moment"], ["muon.m", "muon.v"]])
  }

  @Test(arguments: OptimizerConfiguration.Kind.allCases)
  func configurationsReadBack(kind: OptimizerConfiguration.Kind) throws {
    let configuration = OptimizerConfiguration(kind)
    let text = try JSONEncoder().encode(configuration)
    #expect(try JSONDecoder().decode(OptimizerConfiguration.self, from: text) == configuration)
    #expect(String(decoding: text, as: UTF8.self).contains("\"type\":\"\(kind.rawValue)\""))
  }

  /// In a process of its own: the number of threads may change only while nothing computes.
  @Test(arguments: OptimizerConfiguration.Kind.allCases)
  func threadsDoNotMatter(kind: OptimizerConfiguration.Kind) async {
    await #expect(processExitsWith: .success) { [kind] in
      let count = 300_001
      var random = RandomNumbers(seed: 1, 2)
      let start = (0..<count).map { _ in random.uniform() - 0.5 }
      let gradient = Tensor((0..<count).map { _ in random.uniform() - 0.5 }, [count])
      let results = [1, 2, 3].map { threads in
        ComputeThreads.count = threads
        let values = Tensor(start, [count])
        let optimizer = OptimizerConfiguration(kind).optimizer(count: count)
        for _ in 0..<3 { optimizer.step(values, gradients: gradient, learningRate: 1e-3) }
        return values.array
      }
      #expect(results[0] == results[1] && results[0] == results[2])
    }
  }

  @Test func anotherNumberOfValuesIsTold() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      Adam(count: 3, AdamConfiguration()).step(Tensor(zeros: [4]), gradients: Tensor(zeros: [3]), learningRate: 1)
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("Fatal error: an optimizer over 3 elements got 4 values and 3 gradients\n"), "\(text)")
  }
}
