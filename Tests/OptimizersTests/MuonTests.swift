import RAMiTOptimizers
import RAMiTParallel
import RAMiTTensorCore
import Testing

/// What Muon does with matrices beyond PyTorch's values.
@Suite struct MuonTests {
  private static func numbers(_ count: Int, seed: UInt64) -> [Float] {
    var random = RandomNumbers(seed: seed)
    return (0..<count).map { _ in random.uniform() - 0.5 }
  }

  /// One matrix uses all threads inside, several are shared out among them. In a process of its own: the number of
  /// threads may change only while nothing computes.
  @Test(arguments: [[[100, 530]], [[300, 400], [16, 16], [64, 20], [20, 700]]])
  func threadsDoNotMatter(sides: [[Int]]) async {
    await #expect(processExitsWith: .success) { [sides] in
      var count = 5
      let matrices = sides.map { side in
        defer { count += side[0] * side[1] + 3 }
        return ParameterMatrix(start: count, rows: side[0], columns: side[1])
      }
      let start = MuonTests.numbers(count, seed: 1)
      let gradient = Tensor(MuonTests.numbers(count, seed: 2), [count])
      let results = [1, 2, 3].map { threads in
        ComputeThreads.count = threads
        let values = Tensor(start, [count]), optimizer = Muon(count: count, matrices: matrices)
        for _ in 0..<3 { optimizer.step(values, gradients: gradient, learningRate: 1e-2) }
        return values.array
      }
      #expect(results[0] == results[1] && results[0] == results[2] && results[0] != start)
    }
  }

  /// The scale of a gradient does not matter to a matrix, and it moves by 0.2 of the learning rate or so.
  @Test(arguments: [(24, 40), (40, 24)]) func stepsHaveTheSizeOfAdams(rows: Int, columns: Int) {
    let count = rows * columns, gradient = Self.numbers(count, seed: 3)
    let matrix = ParameterMatrix(start: 0, rows: rows, columns: columns)
    let steps = [Float(1), 1e3].map { factor in
      let values = Tensor(zeros: [count])
      Muon(count: count, matrices: [matrix]).step(
        values, gradients: Tensor(gradient.map { $0 * factor }, [count]), learningRate: 0.1)
      return values.array
    }
    let size = (steps[0].reduce(0) { $0 + $1 * $1 } / Float(count)).squareRoot()
    #expect((0.8 * 0.02...1.2 * 0.02).contains(size), "\(size)")
    #expect(zip(steps[0], steps[1]).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test func noGradientMovesNothing() {
    let values = Tensor(Self.numbers(12, seed: 4), [12]), before = values.array
    Muon(count: 12, matrices: [ParameterMatrix(start: 0, rows: 3, columns: 4)]).step(
      values, gradients: Tensor(zeros: [12]), learningRate: 1)
    #expect(values.array == before)
  }

  @Test func aCutMatrixIsTold() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let matrix = ParameterMatrix(start: 2, rows: 2, columns: 3)
      Muon(count: 10, matrices: [matrix]).step(
        Tensor(zeros: [10]), gradients: Tensor(zeros: [10]), learningRate: 1, in: [0..<5])
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("Fatal error: 0..<5 cuts the matrix at 2..<8\n"), "\(text)")
  }
}
