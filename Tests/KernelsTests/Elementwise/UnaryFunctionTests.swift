import Foundation
import RAMiTKernels
import RAMiTOperationTestSupport
import Testing

/// Functions of each element: values and derivatives, in every length.
@Suite(.guardedMemory) struct UnaryFunctionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let kernel: UnaryFunction
    let centre: Double
    let function: @Sendable (Double) -> Double

    init(
      _ name: String, _ kernel: UnaryFunction, around centre: Double = 0.2,
      _ function: @escaping @Sendable (Double) -> Double
    ) {
      (testDescription, self.kernel, self.centre, self.function) = (name, kernel, centre, function)
    }
  }

  static let mathematics: [Case] = [
    Case("exp", .exp) { exp($0) }, Case("log", .log, around: 6) { log($0) },
    Case("log1p", .log1p, around: 5) { log1p($0) }, Case("sqrt", .sqrt, around: 6) { $0.squareRoot() },
    Case("rsqrt", .rsqrt, around: 6) { 1 / $0.squareRoot() }, Case("reciprocal", .reciprocal, around: 6) { 1 / $0 },
    Case("square", .square) { $0 * $0 }, Case("abs", .abs) { abs($0) },
    Case("sign", .sign) { $0 > 0 ? 1 : -1 }, Case("sin", .sin) { sin($0) }, Case("cos", .cos) { cos($0) },
    Case("tanh", .tanh) { tanh($0) }, Case("sigmoid", .sigmoid) { sigmoid($0) }, Case("erf", .erf) { erf($0) },
    Case("pow 2", .pow(2)) { $0 * $0 }, Case("pow 0.5", .pow(0.5), around: 6) { $0.squareRoot() },
    Case("pow -1.5", .pow(-1.5), around: 6) { pow($0, -1.5) },
    Case("clamp", .clamp(from: -0.5, to: 1)) { min(max($0, -0.5), 1) },
  ]

  static let activations: [Case] = [
    Case("relu", .relu) { max($0, 0) }, Case("relu6", .relu6, around: 5.5) { min(max($0, 0), 6) },
    Case("leakyReLU", .leakyReLU(slope: 0.25)) { $0 > 0 ? $0 : 0.25 * $0 },
    Case("elu", .elu(alpha: 0.75)) { $0 > 0 ? $0 : 0.75 * expm1($0) },
    Case("gelu", .gelu) { 0.5 * $0 * erfc(-$0 / 2.0.squareRoot()) },
    Case("gelu by tanh", .tanhGELU) {
      0.5 * $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0)))
    },
    Case("silu", .silu) { $0 * sigmoid($0) }, Case("softplus", .softplus) { log1p(exp($0)) },
    Case("mish", .mish) { $0 * tanh(log1p(exp($0))) },
    Case("hardsigmoid", .hardsigmoid, around: 2.5) { min(max($0 + 3, 0), 6) / 6 },
    Case("hardswish", .hardswish, around: 2.5) { $0 * min(max($0 + 3, 0), 6) / 6 },
  ]

  static let numbers: [Case] = [
    Case("x + 3", .adding(3)) { $0 + 3 }, Case("x * -3", .multiplying(by: -3)) { $0 * -3 },
    Case("x / 3", .dividing(by: 3)) { $0 / 3 }, Case("3 - x", .subtracting(from: 3)) { 3 - $0 },
    Case("3 / x", .dividing(3), around: 6) { 3 / $0 }, Case("-x", .negative) { -$0 },
  ]

  @Test(arguments: mathematics + activations + numbers, [1, 16, 37])
  func valuesAndDerivatives(_ function: Case, count: Int) { check(function, count: count) }

  /// More than one piece of work.
  @Test func longTensors() {
    for function in Self.numbers + [Self.mathematics[0]] { check(function, count: (1 << 16) + 21) }
  }

  private func check(_ function: Case, count: Int) {
    let x = random("x", [count], centre: function.centre), dy = random("dy", [count])
    let input = GuardedBuffer(x), gradient = GuardedBuffer(dy), y = GuardedBuffer(unwritten: count)
    function.kernel.forward(input.pointer, y.pointer, count: count)
    y.expect(x.values.map(function.function), "\(function)")
    let saved = function.kernel.saves == .result ? y : input
    let expected = zip(x.values, dy.values).map { x, dy in
      dy * (function.function(x + 1e-6) - function.function(x - 1e-6)) / 2e-6
    }
    for accumulate in [false, true] {
      let dx = GuardedBuffer(result: count, accumulate: accumulate)
      function.kernel.backward(
        saved.pointer, dy: gradient.pointer, dx: dx.pointer, count: count, accumulate: accumulate)
      dx.expect(expected, "\(function), accumulate \(accumulate)")
    }
    // In place.
    function.kernel.forward(input.pointer, input.pointer, count: count)
    #expect(input.values == y.values)
  }

  @Test(arguments: ChannelGate.Function.allCases, [1, 16, 21])
  func channelGates(_ function: ChannelGate.Function, channels: Int) {
    let rows = 5, gate = ChannelGate(channels: channels, function: function)
    let x = random("x", [rows, 2 * channels]), dy = random("dy", [rows, channels])
    func twin(_ x: DoubleTensor) -> DoubleTensor {
      DoubleTensor(
        (0..<rows * channels).map { place in
          let first = place / channels * 2 * channels + place % channels, a = x.values[first]
          return (function == .gelu ? 0.5 * a * erfc(-a / 2.0.squareRoot()) : a) * x.values[first + channels]
        }, [rows, channels])
    }
    let (input, gradient) = (GuardedBuffer(x), GuardedBuffer(dy)), y = GuardedBuffer(unwritten: rows * channels)
    gate.forward(rows: rows, input.pointer, into: y.pointer)
    y.expect(twin(x).values)
    let expected = gradients(of: { twin($0[0]) }, at: [x], seed: dy)[0]
    for accumulate in [false, true] {
      let dx = GuardedBuffer(result: x.values.count, accumulate: accumulate)
      gate.backward(rows: rows, input.pointer, dy: gradient.pointer, dx: dx.pointer, accumulate: accumulate)
      dx.expect(expected)
    }
  }
}

private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
