import RAMiTOperationTestSupport
import RAMiTParallel
import Testing

@testable import RAMiTKernels

/// Sums in place, sums of several threads, dropout, and the optimizers' steps: loops over a tensor as one row.
@Suite(.guardedMemory) struct InPlaceTests {
  static let counts = [1, 16, 37, (1 << 16) + 5]

  @Test(arguments: counts) func sumsInPlace(count: Int) {
    let a = random("a", [count]), b = random("b", [count])
    let (first, second) = (GuardedBuffer(a), GuardedBuffer(b))
    let total = GuardedBuffer(result: count, accumulate: true), scaled = GuardedBuffer(result: count, accumulate: true)
    addInPlace(total.pointer, first.pointer, count: count)
    total.expect(a.values)
    addInPlace(scaled.pointer, first.pointer, times: -2.5, count: count)
    scaled.expect(a.values.map { -2.5 * $0 })
    let difference = GuardedBuffer(unwritten: count)
    subtract(first.pointer, second.pointer, into: difference.pointer, count: count)
    difference.expect(zip(a.values, b.values).map { $0 - $1 })
    scaleInPlace(difference.pointer, by: 3, count: count)
    difference.expect(zip(a.values, b.values).map { 3 * ($0 - $1) })
    averageUpdate(first.pointer, towards: second.pointer, share: 0.25, count: count)
    first.expect(zip(a.values, b.values).map { 0.75 * $0 + 0.25 * $1 })
    let squares = b.values.reduce(0) { $0 + $1 * $1 }
    #expect(abs(sumOfSquares(second.pointer, count: count) - squares) < 1e-12 * squares)
    #expect(fixedOrderSum(count: count) { Double($0) } == Double(count * (count - 1) / 2))
  }

  @Test(arguments: [(1, 1), (7, 20), (900, 33), (70_000, 3)]) func columnsAreSummedInPieces(rows: Int, columns: Int) {
    let x = random("x", [rows, columns]), input = GuardedBuffer(x), sums = SumsMemory(columns)
    addColumnSums(input.pointer, rows: rows, columns: columns, sums: sums.sums)
    sums.expect(columnSums(x))
  }

  @Test(arguments: [0, 1, 31, 32, 33, 100]) func piecesAreSummedInOrder(pieces: Int) {
    let sums = SumsMemory(2)
    sums.sums.forEachPiece(pieces) { piece, _, sums in
      sums[0] += Float(piece)
      sums[1] += 1
    }
    sums.expect([Double(pieces * (pieces - 1) / 2), Double(pieces)], within: 0)
  }

  @Test(arguments: [0, 1, 16, 37, 70_001]) func rangesCoverAll(count: Int) {
    let seen = GuardedBuffer([Float](repeating: 0, count: count))
    let pointer = seen.pointer
    forEachRange(of: count, grain: 5) { range in for i in range { pointer[i] += 1 } }
    seen.expect([Double](repeating: 1, count: count), within: 0)
  }

  /// The hash of the mask's comment, one value at a time.
  @Test(arguments: [0, 0.3, 0.75], [1, 37]) func dropout(rate: Double, count: Int) {
    let key: UInt64 = 0x0123_4567_89ab_cdef, place = 1_000_003
    func mix(_ value: UInt32) -> UInt32 {
      var x = value
      x = (x ^ x >> 16) &* 0x7feb_352d
      x = (x ^ x >> 15) &* 0x846c_a68b
      return x ^ x >> 16
    }
    func factor(_ i: Int) -> Double {
      let hash = mix(mix(UInt32(place + i) ^ UInt32(truncatingIfNeeded: key)) ^ UInt32(key >> 32))
      return hash < UInt32(rate * 0x1p32) ? 0 : 1 / (1 - rate)
    }
    let mask = DropoutMask(rate: rate, key: key), x = random("x", [count]), input = GuardedBuffer(x)
    for accumulate in [false, true] {
      let y = GuardedBuffer(result: count, accumulate: accumulate)
      mask.apply(input.pointer, y.pointer, count: count, place: place, accumulate: accumulate)
      y.expect(x.values.enumerated().map { $1 * factor($0) }, within: 1e-6)
    }
  }

  /// A long tensor in pieces drops as one that is taken whole, at about the rate.
  @Test func dropoutInPieces() {
    let count = 150_001, mask = DropoutMask(rate: 0.25, key: 7)
    let ones = GuardedBuffer([Float](repeating: 1, count: count))
    let whole = GuardedBuffer(unwritten: count), pieces = GuardedBuffer(unwritten: count)
    mask.apply(ones.pointer, whole.pointer, count: count, place: 0)
    mask.apply(ones.pointer, pieces.pointer, count: count, accumulate: false)
    #expect(whole.values == pieces.values)
    let kept = whole.values.count { $0 != 0 }
    #expect(abs(Double(kept) / Double(count) - 0.75) < 0.01)
    let other = GuardedBuffer(unwritten: count)
    mask.derived(1).apply(ones.pointer, other.pointer, count: count, accumulate: false)
    let both = zip(whole.values, other.values).count { $0 != 0 && $1 != 0 }
    #expect(abs(Double(both) / Double(count) - 0.75 * 0.75) < 0.01)
  }

  @Test(arguments: counts) func optimizers(count: Int) {
    let w = random("w", [count]), g = random("g", [count]), m = random("m", [count])
    let v = DoubleTensor(random("v", [count]).values.map { Double(Float(abs($0))) }, [count])
    let gradient = GuardedBuffer(g)
    func step(
      _ kernel: (
        _ values: UnsafeMutablePointer<Float>, _ first: UnsafeMutablePointer<Float>,
        _ second: UnsafeMutablePointer<Float>
      ) -> Void,
      _ expected: (_ w: Double, _ g: Double, _ m: Double, _ v: Double) -> (w: Double, m: Double, v: Double)
    ) {
      let (values, first, second) = (GuardedBuffer(w), GuardedBuffer(m), GuardedBuffer(v))
      kernel(values.pointer, first.pointer, second.pointer)
      let all = (0..<count).map { expected(w.values[$0], g.values[$0], m.values[$0], v.values[$0]) }
      values.expect(all.map(\.w))
      first.expect(all.map(\.m))
      second.expect(all.map(\.v))
    }
    let adam = AdamCoefficients(
      secondDecay: 0.99, firstWeight: 0.1, secondWeight: 0.01, stepSize: 0.02, secondCorrection: 0.5, epsilon: 1e-3)
    step {
      adamUpdate(values: $0, gradients: gradient.pointer, firstMoment: $1, secondMoment: $2, count: count, adam)
    } _: { w, g, m, v in
      let mean = m + 0.1 * (g - m), square = 0.99 * v + 0.01 * g * g
      return (w - 0.02 * mean / (square.squareRoot() / 0.5 + 1e-3), mean, square)
    }
    let lion = LionCoefficients(
      learningRate: 0.02, directionDecay: 0.9, momentDecay: 0.99, directionWeight: 0.1, momentWeight: 0.01)
    step { values, moment, _ in
      lionUpdate(values: values, gradients: gradient.pointer, moment: moment, count: count, lion)
    } _: { w, g, m, v in
      (w - (0.9 * m + 0.1 * g > 0 ? 0.02 : -0.02), 0.99 * m + 0.01 * g, v)
    }
    for nesterov in [false, true] {
      let sgd = SGDCoefficients(learningRate: 0.02, momentum: 0.9, gradientWeight: 0.75, nesterov: nesterov)
      step { values, buffer, _ in
        sgdUpdate(values: values, gradients: gradient.pointer, buffer: buffer, count: count, sgd)
      } _: { w, g, m, v in
        let velocity = 0.9 * m + 0.75 * g
        return (w - 0.02 * (nesterov ? g + 0.9 * velocity : velocity), velocity, v)
      }
    }
  }
}
