import Foundation
import RAMiTOperationTestSupport
import Testing

@testable import RAMiTKernels

/// The vector exponential and error function, through the activations that use them, against Foundation's in double
/// precision.
@Suite(.guardedMemory) struct ActivationAccuracyTests {
  /// A dense sweep, all magnitudes of both signs down to the smallest denormal, and zeros.
  static let inputs: [Float] = {
    var values: [Float] = [0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude]
    for i in -60_000...60_000 { values.append(Float(i) * 4e-4) }
    for exponent in stride(from: -149, through: 99, by: 1) {
      for factor in [1, 1.37, 1.93] as [Float] {
        values += [factor * exp2(Float(exponent)), -factor * exp2(Float(exponent))]
      }
    }
    return values
  }()

  private func results(_ activation: Activation) -> (values: [Float], derivatives: [Float]) {
    let count = Self.inputs.count, padding = [Float](repeating: 0, count: paddedToVector(count) - count)
    let x = GuardedBuffer(Self.inputs + padding)
    let y = GuardedBuffer(unwritten: x.count), slope = GuardedBuffer(unwritten: x.count)
    activation.apply(x.pointer, y.pointer, derivative: slope.pointer, count: x.count)
    // The other ways to them give the same.
    let other = GuardedBuffer(unwritten: x.count), product = GuardedBuffer([Float](repeating: 2, count: x.count))
    activation.apply(x.pointer, other.pointer, count: x.count)
    #expect(zip(other.values, y.values).allSatisfy { abs($0 - $1) <= 4e-7 * abs($1) + 4e-7 })
    activation.multiplyByDerivative(product.pointer, at: x.pointer, count: x.count)
    #expect(zip(product.values, slope.values).allSatisfy { abs($0 - 2 * $1) <= 2e-6 })
    return (Array(y.values[..<count]), Array(slope.values[..<count]))
  }

  /// The value carries the absolute error of the distribution function times x; the derivative that of all its terms,
  /// of which SiLU's x (1 - sigmoid) loses up to 20 units of 2^-24.
  @Test(arguments: [Activation.gelu, .silu])
  func smooth(_ activation: Activation) {
    let (values, derivatives) = results(activation)
    var worst = (value: 0.0, atValue: Float(0), derivative: 0.0, atDerivative: Float(0))
    for (i, x) in Self.inputs.enumerated() {
      let exact = Double(x)
      let value = abs(Double(values[i]) - Twin.value(of: activation, at: exact)) / max(abs(exact), 1e-30)
      let derivative = abs(Double(derivatives[i]) - Twin.derivative(of: activation, at: exact))
      // Written so that what is not a number counts as wrong.
      if !(value <= worst.value) { (worst.value, worst.atValue) = (value, x) }
      if !(derivative <= worst.derivative) { (worst.derivative, worst.atDerivative) = (derivative, x) }
    }
    #expect(worst.value < 4e-7, "\(activation)(\(worst.atValue))")
    #expect(worst.derivative < 1.2e-6, "the derivative of \(activation) at \(worst.atDerivative)")
  }

  @Test(arguments: [Activation.leakyReLU, .relu, .relu6])
  func piecewiseLinear(_ activation: Activation) {
    let (values, derivatives) = results(activation)
    let wrong = Self.inputs.indices.filter { i in
      let x = Double(Self.inputs[i]), expected = Twin.value(of: activation, at: x)
      let isClose = abs(Double(values[i]) - expected) <= 1e-7 * abs(expected) + Double(Float.leastNonzeroMagnitude)
      return !isClose || derivatives[i] != Float(Twin.derivative(of: activation, at: x))
    }
    #expect(wrong.map { Self.inputs[$0] } == [])
  }

  /// A network that has diverged must show it in its loss.
  @Test(arguments: Activation.allCases)
  func whatIsNotANumberStaysSo(_ activation: Activation) {
    let x = GuardedBuffer(unwritten: 37), y = GuardedBuffer([Float](repeating: 0, count: 37))
    activation.apply(x.pointer, y.pointer, adding: nil, count: 37)
    #expect(y.values.allSatisfy { $0.isNaN })
  }

  /// Older configurations name SiLU swish.
  @Test func namesInFiles() throws {
    let names = #"["leakyReLU", "relu", "relu6", "gelu", "silu", "swish"]"#
    let read = try JSONDecoder().decode([Activation].self, from: Data(names.utf8))
    #expect(read == [.leakyReLU, .relu, .relu6, .gelu, .silu, .silu])
    #expect(String(decoding: try JSONEncoder().encode([Activation.silu]), as: UTF8.self) == #"["silu"]"#)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([Activation].self, from: Data(#"["sine"]"#.utf8)) }
  }

  /// Any number of values, with a sum.
  @Test(arguments: Activation.allCases, [1, 16, 37]) func sums(_ activation: Activation, count: Int) {
    let x = random("x", [count]), addend = random("addend", [count]), dy = random("dy", [count])
    let (input, added, gradient) = (GuardedBuffer(x), GuardedBuffer(addend), GuardedBuffer(dy))
    let y = GuardedBuffer(unwritten: count), dx = GuardedBuffer(unwritten: count)
    activation.apply(input.pointer, y.pointer, adding: added.pointer, count: count)
    y.expect(zip(x.values, addend.values).map { Twin.value(of: activation, at: $0) + $1 })
    activation.derivativeTimes(gradient.pointer, at: input.pointer, into: dx.pointer, count: count)
    dx.expect(zip(x.values, dy.values).map { Twin.derivative(of: activation, at: $0) * $1 })
  }

  /// Softmax's exponential, near one and where it vanishes: maps of two keys whose logits are `distance` apart.
  @Test(arguments: [0, 1e-3, 0.7, 5, 20, 60, 90, 200] as [Float])
  func softmaxOfWideLogits(distance: Float) {
    let map = GuardedBuffer((0..<64).map { $0 < 32 ? 3 : 3 - distance })
    let peaks = GuardedBuffer(unwritten: 32), factors = GuardedBuffer(unwritten: 32)
    MapColumns(map: map.pointer, keys: 2, queries: 20, stride: 32)
      .exponentiate(zeroBelow: -87, peaks: peaks.pointer, factors: factors.pointer)
    let expected = 1 / (1 + Foundation.exp(Double(distance)))
    for query in 0..<20 {
      #expect(abs(Double(map.values[32 + query] * factors.values[query]) - expected) < 3e-7)
      #expect(peaks.values[query] == 3)
    }
  }

  /// As above by powers of two, and of three keys, the last of which has no row beside it.
  @Test(arguments: [0, 1e-3, 0.7, 5, 20, 60, 90, 200] as [Float])
  func softmaxByPowersOfTwo(distance: Float) {
    let map = GuardedBuffer((0..<96).map { $0 < 64 ? 3 : 3 - distance }), factors = GuardedBuffer(unwritten: 32)
    MapColumns(map: map.pointer, keys: 3, queries: 20, stride: 32).raiseTwo(factors: factors.pointer)
    let expected = 1 / (1 + 2 * Foundation.exp2(Double(distance)))
    for query in 0..<20 {
      #expect(abs(Double(map.values[64 + query] * factors.values[query]) - expected) < 3e-7)
    }
  }

  /// Powers of two of all logits that are known to be bounded; what is not a number stays so, in its sum, too.
  @Test func powersOfBoundedLogits() {
    let half = 1 << 15, count = 2 * half
    let logits = (-half..<half).map { (place: Int) -> Float in Float(place) / Float(half) * 57 }
    let map = GuardedBuffer(logits), factors = GuardedBuffer(unwritten: count)
    MapColumns(map: map.pointer, keys: 1, queries: count, stride: count).raiseTwoBounded(factors: factors.pointer)
    for (i, logit) in logits.enumerated() {
      let expected = Foundation.exp2(Double(logit))
      #expect(abs(Double(map.values[i]) / expected - 1) < 2e-7)
      #expect(abs(Double(factors.values[i]) * expected - 1) < 3e-7)
    }
    let bad = GuardedBuffer([Float](repeating: .nan, count: 16)), sums = GuardedBuffer(unwritten: 16)
    MapColumns(map: bad.pointer, keys: 1, queries: 16, stride: 16).raiseTwoBounded(factors: sums.pointer)
    #expect(bad.values.allSatisfy { $0.isNaN } && sums.values.allSatisfy { $0.isNaN })
  }
}
