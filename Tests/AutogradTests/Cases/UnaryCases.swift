import Foundation
import RAMiTAutograd
import RAMiTOperationTestSupport
import RAMiTTensorCore

/// A function of one number, beside the same in double precision.
struct UnaryCase: Sendable, CustomStringConvertible {
  let name: String
  /// Values are normal around `centre` with this deviation.
  var spread: Float = 1.5
  var centre: Float = 0.3
  var kinks: [Double] = []
  let operation: @Sendable (consuming Variable) -> Variable
  let function: @Sendable (Double) -> Double

  var description: String { name }

  static let all: [UnaryCase] = mathematics + activations

  static let mathematics: [UnaryCase] = [
    UnaryCase(name: "exp", operation: { $0.exp() }, function: { Foundation.exp($0) }),
    positive("log", { $0.log() }, { Foundation.log($0) }),
    UnaryCase(name: "log1p", spread: 0.2, operation: { $0.log1p() }, function: { Foundation.log1p($0) }),
    positive("sqrt", { $0.sqrt() }, { $0.squareRoot() }),
    positive("rsqrt", { $0.rsqrt() }, { 1 / $0.squareRoot() }),
    positive("reciprocal", { $0.reciprocal() }, { 1 / $0 }),
    UnaryCase(name: "square", operation: { $0.square() }, function: { $0 * $0 }),
    UnaryCase(name: "pow(2)", operation: { $0.pow(2) }, function: { $0 * $0 }),
    UnaryCase(name: "pow(3)", operation: { $0.pow(3) }, function: { $0 * $0 * $0 }),
    UnaryCase(name: "pow(4)", operation: { $0.pow(4) }, function: { Foundation.pow($0, 4) }),
    UnaryCase(name: "pow(1)", operation: { $0.pow(1) }, function: { $0 }),
    UnaryCase(name: "pow(0)", operation: { $0.pow(0) }, function: { _ in 1 }),
    positive("pow(2.2)", { $0.pow(2.2) }, { Foundation.pow($0, Double(Float(2.2))) }),
    positive("pow(-1.5)", { $0.pow(-1.5) }, { Foundation.pow($0, -1.5) }),
    positive("pow(0.5)", { $0.pow(0.5) }, { $0.squareRoot() }),
    UnaryCase(name: "abs", kinks: [0], operation: { $0.abs() }, function: { Swift.abs($0) }),
    UnaryCase(name: "sin", spread: 5, operation: { $0.sin() }, function: { Foundation.sin($0) }),
    UnaryCase(name: "cos", spread: 5, operation: { $0.cos() }, function: { Foundation.cos($0) }),
    UnaryCase(name: "tanh", operation: { $0.tanh() }, function: { Foundation.tanh($0) }),
    UnaryCase(name: "sigmoid", spread: 3, operation: { $0.sigmoid() }, function: sigmoid),
    UnaryCase(name: "erf", operation: { $0.erf() }, function: { Foundation.erf($0) }),
    UnaryCase(
      name: "clamp", kinks: [-0.5, 1], operation: { $0.clamp(min: -0.5, max: 1) },
      function: { Swift.min(Swift.max($0, -0.5), 1) }),
    UnaryCase(name: "clamp below", kinks: [0], operation: { $0.clamp(min: 0) }, function: { Swift.max($0, 0) }),
  ]

  static let activations: [UnaryCase] = [
    UnaryCase(name: "relu", kinks: [0], operation: { relu($0) }, function: { $0 > 0 ? $0 : 0 }),
    UnaryCase(
      name: "relu6", spread: 3, centre: 3, kinks: [0, 6], operation: { relu6($0) },
      function: { Swift.min(Swift.max($0, 0), 6) }),
    UnaryCase(
      name: "leakyReLU", kinks: [0], operation: { leakyReLU($0, slope: 0.25) },
      function: { $0 > 0 ? $0 : 0.25 * $0 }),
    UnaryCase(
      name: "elu", kinks: [0], operation: { elu($0, alpha: 0.75) },
      function: { $0 > 0 ? $0 : 0.75 * (Foundation.exp($0) - 1) }),
    UnaryCase(name: "gelu", operation: { gelu($0) }, function: { 0.5 * $0 * erfc(-$0 / 2.0.squareRoot()) }),
    UnaryCase(
      name: "gelu by tanh", operation: { gelu($0, approximation: .tanh) },
      function: { 0.5 * $0 * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) }),
    UnaryCase(name: "silu", spread: 3, operation: { silu($0) }, function: { $0 * sigmoid($0) }),
    UnaryCase(
      name: "softplus", spread: 3, operation: { softplus($0) }, function: { Foundation.log1p(Foundation.exp($0)) }),
    UnaryCase(
      name: "mish", spread: 3, operation: { mish($0) },
      function: { $0 * Foundation.tanh(Foundation.log1p(Foundation.exp($0))) }),
    UnaryCase(
      name: "hardsigmoid", spread: 3, kinks: [-3, 3], operation: { hardsigmoid($0) },
      function: { Swift.min(Swift.max($0 + 3, 0), 6) / 6 }),
    UnaryCase(
      name: "hardswish", spread: 3, kinks: [-3, 3], operation: { hardswish($0) },
      function: { $0 * Swift.min(Swift.max($0 + 3, 0), 6) / 6 }),
  ]

  private static func positive(
    _ name: String, _ operation: @escaping @Sendable (consuming Variable) -> Variable,
    _ function: @escaping @Sendable (Double) -> Double
  ) -> UnaryCase {
    UnaryCase(name: name, spread: 0.2, centre: 2, operation: operation, function: function)
  }

  func check(_ shape: Shape) -> OperationCheck {
    OperationCheck("\(name) \(shape)", [Operand("x", shape, spread: spread, centre: centre)]) {
      operation($0.x)
    } twin: {
      Twin.map($0.x, kinks: kinks, function)
    }
  }
}

private func sigmoid(_ x: Double) -> Double { 1 / (1 + Foundation.exp(-x)) }
