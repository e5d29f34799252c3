import Foundation
import RAMiTOperationTestSupport
import Testing

@testable import RAMiTKernels

/// What losses are made of: sums in double precision, and their gradients.
@Suite(.guardedMemory) struct LossTests {
  struct Map: Sendable, CustomTestStringConvertible {
    let images, height, width, channels: Int
    var shape: [Int] { [images, height, width, channels] }
    var places: Range<Int> { 0..<images * height * width * channels }
    var testDescription: String { "\(shape)" }
  }

  /// Expects a sum, and the gradient of `factor` times it.
  private func check(
    _ twin: (DoubleTensor) -> Double, at x: DoubleTensor, factor: Double, sum: (UnsafePointer<Float>) -> Double,
    gradient: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, _ accumulate: Bool) -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let input = GuardedBuffer(x), expected = twin(x)
    let error = abs(sum(input.pointer) - expected)
    #expect(error <= 1e-5 * max(abs(expected), 1e-3), sourceLocation: sourceLocation)
    let slopes = gradients(
      of: { DoubleTensor([twin($0[0])], [1]) }, at: [x], seed: DoubleTensor([factor], [1]))[0]
    for accumulate in [false, true] {
      let dx = GuardedBuffer(result: x.values.count, accumulate: accumulate)
      gradient(input.pointer, dx.pointer, accumulate)
      dx.expect(slopes, ofAtLeast: 1e-4, "accumulate \(accumulate)", sourceLocation: sourceLocation)
    }
  }

  static let terms: [(ErrorTerm, @Sendable (Double) -> Double)] = [
    (.absolute, { abs($0) }), (.squared, { $0 * $0 }),
    (.charbonnier(epsilon: 0.25), { ($0 * $0 + 0.0625).squareRoot() }),
    (.smooth(beta: 0.5), { abs($0) < 0.5 ? $0 * $0 : abs($0) - 0.25 }),
    (.huber(delta: 0.5), { abs($0) <= 0.5 ? $0 * $0 / 2 : 0.5 * (abs($0) - 0.25) }),
  ]

  @Test(arguments: terms.indices, [1, 16, 37]) func errorTerms(index: Int, count: Int) {
    let (kernel, term) = Self.terms[index]
    let target = random("target", [count]), other = GuardedBuffer(target)
    check({ zip($0.values, target.values).reduce(0) { $0 + term($1.0 - $1.1) } }, at: random("x", [count]), factor: 0.7)
    {
      kernel.sum($0, other.pointer, count: count)
    } gradient: {
      kernel.gradient($0, other.pointer, times: 0.7, into: $1, count: count, accumulate: $2)
    }
  }

  /// More than one piece of work, and errors of zero.
  @Test func longErrorTerms() {
    let count = (1 << 16) + 9, x = random("x", [count]), y = random("y", [count])
    let (first, second) = (GuardedBuffer(x), GuardedBuffer(y))
    for (kernel, term) in Self.terms {
      let expected = zip(x.values, y.values).reduce(0) { $0 + term($1.0 - $1.1) }
      let sum = kernel.sum(first.pointer, second.pointer, count: count)
      #expect(abs(sum - expected) < 1e-9 * expected)
      let dx = GuardedBuffer(unwritten: count)
      kernel.gradient(first.pointer, first.pointer, times: 3, into: dx.pointer, count: count, accumulate: false)
      dx.expect([Double](repeating: 0, count: count), within: 0)
    }
  }

  static let maps = [(1, 1, 1, 1), (2, 5, 6, 3), (1, 1, 7, 2), (3, 8, 1, 5), (1, 12, 15, 17)].map(Map.init)

  @Test(arguments: maps) func totalVariation(_ map: Map) {
    let kernel = TotalVariation(images: map.images, height: map.height, width: map.width, channels: map.channels)
    let below = map.places.filter { Twin.multiIndex($0, map.shape)[1] + 1 < map.height }
    let beside = map.places.filter { Twin.multiIndex($0, map.shape)[2] + 1 < map.width }
    func sums(_ x: DoubleTensor) -> (vertical: Double, horizontal: Double) {
      var (vertical, horizontal) = (0.0, 0.0)
      for place in below { vertical += abs(x.values[place + map.width * map.channels] - x.values[place]) }
      for place in beside { horizontal += abs(x.values[place + map.channels] - x.values[place]) }
      return (vertical, horizontal)
    }
    check({ 2 * sums($0).vertical - 3 * sums($0).horizontal }, at: random("x", map.shape), factor: 1) {
      let (vertical, horizontal) = kernel.sums($0)
      return 2 * vertical - 3 * horizontal
    } gradient: {
      kernel.backward($0, vertical: 2, horizontal: -3, $1, accumulate: $2)
    }
  }

  @Test(arguments: maps) func laplacian(_ map: Map) {
    let kernel = Laplacian(images: map.images, height: map.height, width: map.width, channels: map.channels)
    let side = [0.05, 0.25, 0.4, 0.25, 0.05], count = kernel.count
    let taps = side.flatMap { tap in side.map { tap * $0 } }
    // The places that each tap of each place reads, and what is kept of each place: found once, since the twin is asked
    // twice for every element.
    let sources = map.places.flatMap { place in
      let index = Twin.multiIndex(place, map.shape)
      return taps.indices.map { tap in
        let row = min(max(index[1] + tap / 5 - 2, 0), map.height - 1)
        let column = min(max(index[2] + tap % 5 - 2, 0), map.width - 1)
        return Twin.flatIndex([index[0], row, column, index[3]], map.shape)
      }
    }
    let factors = map.places.map { place in
      let index = Twin.multiIndex(place, map.shape)
      return index[1] % 2 == 0 && index[2] % 2 == 0 ? 4.0 : 0
    }
    func blurred(_ x: [Double]) -> [Double] {
      map.places.map { place in
        var sum = 0.0
        for tap in taps.indices { sum += taps[tap] * x[sources[place * taps.count + tap]] }
        return sum
      }
    }
    func twin(_ x: DoubleTensor) -> DoubleTensor {
      let kept = zip(blurred(x.values), factors).map { $0 * $1 }
      return DoubleTensor(zip(x.values, blurred(kept)).map { $0 - $1 }, map.shape)
    }
    let x = random("x", map.shape), dy = random("dy", map.shape)
    let (input, gradient) = (GuardedBuffer(x), GuardedBuffer(dy))
    let scratch = GuardedBuffer(unwritten: count)
    let y = GuardedBuffer(unwritten: count), dx = GuardedBuffer(unwritten: count)
    kernel.apply(input.pointer, transposed: false, scratch: scratch.pointer, into: y.pointer)
    y.expect(twin(x).values, ofAtLeast: 1)
    kernel.apply(gradient.pointer, transposed: true, scratch: scratch.pointer, into: dx.pointer)
    dx.expect(gradients(of: { twin($0[0]) }, at: [x], seed: dy)[0], ofAtLeast: 1)
  }

  @Test(arguments: [(1, 11, 11, 1), (2, 12, 13, 3), (1, 44, 12, 1)].map(Map.init))
  func structuralSimilarity(_ map: Map) {
    let kernel = StructuralSimilarity(
      images: map.images, height: map.height, width: map.width, channels: map.channels, dataRange: 4)
    let x = random("x", map.shape), y = random("y", map.shape), other = GuardedBuffer(y)
    // The second map is like the first: their difference is small.
    let near = DoubleTensor(zip(x.values, y.values).map { Double(Float($0 + 0.3 * $1)) }, map.shape)
    check({ (1 - Twin.ssimLoss($0, y, dataRange: 4).values[0]) * Double(kernel.count) }, at: near, factor: 0.5) {
      kernel.sum($0, other.pointer)
    } gradient: {
      kernel.backward($0, other.pointer, times: 0.5, $1, accumulate: $2)
    }
  }

  /// Lengths with every kind of factor.
  @Test(arguments: [1, 2, 3, 4, 7, 8, 12, 30, 37, 64], [false, true])
  func fourierTransform(length: Int, inverse: Bool) {
    let transform = FourierTransform(length: length), size = 16 * length
    let x = random("x", [2 * size]), memory = GuardedBuffer(unwritten: transform.memoryCount)
    for i in 0..<2 * size { memory.pointer[i / size * transform.imaginaryOffset + i % size] = Float(x.values[i]) }
    let result = transform.transform(memory.pointer, inverse: inverse)
    let values = GuardedBuffer((0..<2 * size).map { result[$0 / size * transform.imaginaryOffset + $0 % size] })
    var expected = [Double](repeating: 0, count: 2 * size)
    for k in 0..<length {
      for n in 0..<length {
        let angle = (inverse ? 2 : -2) * Double.pi * Double(k * n % length) / Double(length)
        for line in 0..<16 {
          let (re, im) = (x.values[n * 16 + line], x.values[size + n * 16 + line])
          expected[k * 16 + line] += re * cos(angle) - im * sin(angle)
          expected[size + k * 16 + line] += re * sin(angle) + im * cos(angle)
        }
      }
    }
    values.expect(expected)
  }

  @Test(arguments: [(1, 1, 1, 1), (2, 4, 6, 3), (1, 5, 7, 1), (1, 33, 4, 1)].map(Map.init))
  func fourierAmplitude(_ map: Map) {
    let kernel = FourierAmplitude(images: map.images, height: map.height, width: map.width, channels: map.channels)
    let y = random("y", map.shape), other = GuardedBuffer(y)
    let spectrum = GuardedBuffer(unwritten: kernel.spectrumCount)
    check(
      { Twin.fourierAmplitude($0, y).values[0] * 2 * Double($0.values.count) }, at: random("x", map.shape), factor: 0.5
    ) {
      kernel.sum($0, other.pointer, spectrum: spectrum.pointer)
    } gradient: {
      kernel.backward($0, other.pointer, times: 0.5, spectrum: spectrum.pointer, $1, accumulate: $2)
    }
  }
}
