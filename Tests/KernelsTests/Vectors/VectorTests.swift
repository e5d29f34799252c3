import RAMiTOperationTestSupport
import Testing

@testable import RAMiTKernels

/// What is done with whole vectors and parts of them.
@Suite(.guardedMemory) struct VectorTests {
  private let a = GuardedBuffer(random("a", [40])), b = GuardedBuffer(random("b", [40]))
  private func lanes(_ vector: Vector) -> [Float] { (0..<16).map { vector[$0] } }

  @Test(arguments: 0...16) func firstLanes(count: Int) {
    let expected = (0..<16).map { $0 < count ? a.values[$0] : 0 }
    #expect(lanes(load(a.pointer, count: count)) == expected)
    #expect(lanes(first(count, of: load(a.pointer))) == expected)
    #expect(
      lanes(first(count, of: load(a.pointer), others: -3)) == (0..<16).map { $0 < count ? a.values[$0] : -3 })
  }

  @Test func lanesAreDealt() {
    let (even, odd) = deal(load(a.pointer), load(a.pointer + 16))
    #expect(lanes(even) == stride(from: 0, to: 32, by: 2).map { a.values[$0] })
    #expect(lanes(odd) == stride(from: 1, to: 32, by: 2).map { a.values[$0] })
  }

  @Test func largerAndSmaller() {
    let (x, y) = (load(a.pointer), load(b.pointer))
    #expect(lanes(maximum(x, y)) == (0..<16).map { max(x[$0], y[$0]) })
    #expect(lanes(minimum(x, y)) == (0..<16).map { min(x[$0], y[$0]) })
    // A second operand that is not a number stays.
    #expect(lanes(maximum(x, Vector(repeating: .nan))).allSatisfy { $0.isNaN })
    #expect(lanes(minimum(x, Vector(repeating: .nan))).allSatisfy { $0.isNaN })
    #expect(lanes(x.rectified) == (0..<16).map { max(x[$0], 0) })
  }

  @Test func lanesAreCombined() {
    for start in 0..<24 {
      let vector = load(a.pointer + start), values = lanes(vector)
      #expect(abs(sumOfLanes(vector) - values.reduce(0, +)) < 1e-5)
      #expect(largestLane(vector) == values.max())
    }
    var sums = EightSums()
    for _ in 0..<2 { sums.add { load(a.pointer + 3 * $0) } }
    for i in 0..<8 { #expect(abs(sums.totals[i] - 2 * sumOfLanes(load(a.pointer + 3 * i))) < 1e-5) }
  }

  @Test(arguments: [0, 1, 15, 16, 17, 40]) func channels(count: Int) {
    let kept = [Double?](repeating: nil, count: 40 - count)
    let copy = GuardedBuffer(result: 40, accumulate: false), total = GuardedBuffer(result: 40, accumulate: true)
    copyChannels(a.pointer, copy.pointer, count: count)
    addChannels(a.pointer, total.pointer, count: count)
    copy.expect(a.values[..<count].map { Double($0) } + kept, within: 0)
    total.expect(a.values[..<count].map { Double($0) } + kept, within: 1e-7)
  }

  @Test(arguments: [(1, 1), (3, 16), (9, 20), (2, 50)]) func columnsAreSummed(rows: Int, columns: Int) {
    let stride = columns + 2, x = random("x", [rows, stride]), input = GuardedBuffer(x)
    let sums = GuardedBuffer(result: columns, accumulate: true)
    let squares = GuardedBuffer(result: columns, accumulate: true)
    addColumnSums(rows: rows, columns: columns, input.pointer, stride: stride, to: sums.pointer)
    addColumnSquares(rows: rows, columns: columns, input.pointer, stride: stride, to: squares.pointer)
    sums.expect(columnSums(x).dropLast(2))
    squares.expect(columnSums(DoubleTensor(x.values.map { $0 * $0 }, x.shape)).dropLast(2))
  }
}
