import Foundation
import RAMiTNN
import RAMiTTensorCore
import Testing

@Suite struct InitializerTests {
  private func values(
    _ start: Initializer, _ shape: Shape = [300, 200], layout: ParameterLayout = .plain, seed: UInt64 = 3
  ) -> [Float] {
    ParameterScope(seed: seed).parameter("weight", shape, layout: layout, start: start).value.array
  }

  private func moments(_ values: [Float]) -> (mean: Double, deviation: Double) {
    let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
    let squares = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    return (mean, (squares / Double(values.count)).squareRoot())
  }

  /// 60,000 values: the mean is within 5 deviations / sqrt(60000) of the right one, the deviation within 2 %.
  private func expect(
    _ start: Initializer, mean: Double = 0, deviation: Double, within bounds: ClosedRange<Double>,
    _ shape: Shape = [300, 200],
    layout: ParameterLayout = .plain
  ) {
    let values = values(start, shape, layout: layout)
    let found = moments(values)
    #expect(abs(found.mean - mean) < 5 * deviation / Double(values.count).squareRoot(), "mean \(found.mean)")
    #expect(abs(found.deviation / deviation - 1) < 0.02, "deviation \(found.deviation), not \(deviation)")
    #expect(values.allSatisfy { bounds.contains(Double($0)) })
    // Bounds that cut values off are nearly reached.
    if bounds.upperBound < 10 * deviation {
      let reach = (bounds.upperBound - bounds.lowerBound) * 0.02
      #expect(Double(values.max()!) > bounds.upperBound - reach && Double(values.min()!) < bounds.lowerBound + reach)
    }
  }

  @Test func uniformAndNormal() {
    expect(.uniform(-1, 3), mean: 1, deviation: 4 / 12.0.squareRoot(), within: -1...3)
    expect(.uniform(fanIn: 16), deviation: 0.5 / 12.0.squareRoot(), within: -0.25...0.25)
    expect(.normal(mean: 2, standardDeviation: 0.5), mean: 2, deviation: 0.5, within: -10...10)
    #expect(values(.constant(1.5), [2, 2]) == [1.5, 1.5, 1.5, 1.5])
  }

  /// The bounds are values: cut at -2 and 2, a deviation of 1 becomes 0.8796 (a = -0.5, b = 1: by the distribution's
  /// formula).
  @Test func truncatedNormal() {
    expect(.truncatedNormal(), deviation: 0.87963, within: -2...2)
    expect(.truncatedNormal(standardDeviation: 0.02), deviation: 0.02, within: -2...2)
    // phi(-0.5) = 0.352065, phi(1) = 0.241971, Phi(1) - Phi(-0.5) = 0.532807.
    let mass = 0.532807, low = 0.352065, high = 0.241971
    let mean = (low - high) / mass
    let variance = 1 + (-0.5 * low - 1 * high) / mass - mean * mean
    expect(.truncatedNormal(low: -0.5, high: 1), mean: mean, deviation: variance.squareRoot(), within: -0.5...1)
    // Far in the tail.
    let tail = values(.truncatedNormal(low: 5, high: 6))
    #expect(tail.allSatisfy { (5...6).contains($0) } && abs(moments(tail).mean - 5.1865) < 0.005)
  }

  /// The quantiles of the normal distribution: a share of the values below each.
  @Test func normalValuesHaveTheirQuantiles() {
    for start in [Initializer.normal(), .truncatedNormal(low: -8, high: 8)] {
      let values = values(start)
      for (bound, share) in [(-1.959964, 0.025), (-0.674490, 0.25), (0, 0.5), (1.281552, 0.9)] {
        let found = Double(values.count { Double($0) < bound }) / Double(values.count)
        #expect(abs(found - share) < 5 * (share * (1 - share) / 60_000).squareRoot())
      }
    }
  }

  /// Fans are PyTorch's: of a convolution O x I x k x k, I k^2 and O k^2.
  @Test func kaimingAndXavier() {
    let conv: Shape = [64, 3, 3, 32]  // in memory O x k x k x I
    let (fanIn, fanOut) = (32.0 * 9, 64.0 * 9)
    func uniform(_ bound: Double) -> (Double, ClosedRange<Double>) { (bound / 3.0.squareRoot(), -bound...bound) }
    var (deviation, bounds) = uniform((6 / fanIn).squareRoot())
    expect(.kaimingUniform(), deviation: deviation, within: bounds, conv, layout: .convolution)
    (deviation, bounds) = uniform((2 / 1.04 * 3 / fanOut).squareRoot())
    expect(
      .kaimingUniform(.fanOut, .leakyReLU(slope: 0.2)), deviation: deviation, within: bounds, conv, layout: .convolution
    )
    expect(
      .kaimingNormal(.fanOut, .relu), deviation: (2 / fanOut).squareRoot(), within: -10...10, conv, layout: .convolution
    )
    expect(.kaimingNormal(.fanIn, .linear), deviation: (1 / 200.0).squareRoot(), within: -10...10)
    (deviation, bounds) = uniform(2 * (6 / (fanIn + fanOut)).squareRoot())
    expect(.xavierUniform(gain: 2), deviation: deviation, within: bounds, conv, layout: .convolution)
    expect(.xavierNormal(), deviation: (2 / 500.0).squareRoot(), within: -10...10)
    // Of a depth-wise convolution C x 1 x k x k each output has k^2 inputs.
    expect(
      .kaimingNormal(.fanIn, .tanh), deviation: 5.0 / 3 / 3, within: -100...100, [3, 3, 3000], layout: .depthwise)
  }

  @Test(arguments: [
    (Nonlinearity.linear, 1), (.sigmoid, 1), (.tanh, 5.0 / 3), (.relu, 1.4142135623730951), (.selu, 0.75),
    (.leakyReLU(slope: 0.01), 1.4141428569978354), (.leakyReLU(slope: 1), 1),
  ])
  func gainsArePyTorchs(nonlinearity: Nonlinearity, gain: Double) {
    #expect(abs(nonlinearity.gain - gain) < 1e-15)
  }

  static let orthogonalShapes: [(shape: Shape, layout: ParameterLayout)] = [
    ([7, 20], .plain), ([30, 11], .plain), ([16, 16], .plain), ([8, 3, 3, 5], .convolution),
    ([64, 3, 3, 2], .convolution), ([12, 40], .pointwise), ([1, 9], .plain),
  ]

  /// Rows of a wide matrix and columns of a tall one are orthonormal, in the order of the file.
  @Test(arguments: orthogonalShapes) func orthogonal(_ weight: (shape: Shape, layout: ParameterLayout)) {
    let (shape, layout) = weight
    let gain = 1.5
    let scope = ParameterScope(seed: 5)
    let parameter = scope.parameter("weight", shape, layout: layout, start: .orthogonal(gain: gain))
    let values = parameter.exported.array.map(Double.init)
    let rows = parameter.fileShape[0], columns = values.count / rows
    let isWide = rows <= columns
    let (count, length) = (min(rows, columns), max(rows, columns))
    func element(_ vector: Int, _ i: Int) -> Double {
      isWide ? values[vector * columns + i] : values[i * columns + vector]
    }
    for a in 0..<count {
      for b in 0...a {
        let product = (0..<length).reduce(0) { $0 + element(a, $1) * element(b, $1) }
        #expect(abs(product - (a == b ? gain * gain : 0)) < 1e-6)
      }
    }
  }

  /// The Q of QR with a positive diagonal is the direction of the first vector, then what the second has beside it.
  @Test func orthogonalIsTheQOfItsNormalValues() {
    func values(_ start: Initializer) -> [Double] {
      ParameterScope(seed: 9).parameter("w", [2, 3], start: start).value.array.map(Double.init)
    }
    let (normal, orthogonal) = (values(.normal()), values(.orthogonal()))
    let norm = (0..<3).reduce(0) { $0 + normal[$1] * normal[$1] }.squareRoot()
    let first = (0..<3).map { normal[$0] / norm }
    let share = (0..<3).reduce(0) { $0 + normal[3 + $1] * first[$1] }
    let rest = (0..<3).map { normal[3 + $0] - share * first[$0] }
    let restNorm = rest.reduce(0) { $0 + $1 * $1 }.squareRoot()
    for i in 0..<3 {
      #expect(abs(orthogonal[i] - first[i]) < 1e-6 && abs(orthogonal[3 + i] - rest[i] / restNorm) < 1e-6)
    }
  }

  /// The same name and seed give the same values, another name others.
  @Test func streamsAreNamed() {
    let starts: [Initializer] = [.uniform(-1, 1), .normal(), .truncatedNormal(), .kaimingNormal()]
    for start in starts {
      let scope = ParameterScope(seed: 1)
      let first = scope.parameter("a", [5, 7], start: start), second = scope.parameter("b", [5, 7], start: start)
      let again = ParameterScope(seed: 1).parameter("a", [5, 7], start: start)
      #expect(first.value.array == again.value.array && first.value.array != second.value.array)
      #expect(ParameterScope(seed: nil).parameter("a", [5, 7], start: start).value.array.allSatisfy { $0 == 0 })
    }
  }

  /// The first values of the published model's layers: these bits have been in use since the first version.
  @Test func formerBitsStay() {
    let scope = ParameterScope(seed: 7)
    let parameter = (scope / "conv").parameter(
      "weight", [2, 3, 3, 2], layout: .convolution, start: .uniform(fanIn: 18))
    var random = RandomNumbers(seed: 7, "conv.weight".utf8.reduce(UInt64(0)) { $0 &* 31 &+ UInt64($1) })
    let bound = 1 / Float(18).squareRoot()
    #expect(parameter.value.array == (0..<36).map { _ in (2 * random.uniform() - 1) * bound })
  }

  @Test func anInitializerOfOnesOwnMayHaveTheFilesOrder() {
    let counting = Initializer(isInFileOrder: true) { context in (0..<context.count).map { Float($0) } }
    let scope = ParameterScope(seed: 1)
    let parameter = scope.parameter("weight", [2, 3, 3, 4], layout: .convolution, start: counting)
    #expect(parameter.exported.array == (0..<72).map { Float($0) })
    #expect(parameter.value.array[1] == 9, "in memory the input channels are next to each other")
  }
}
