import Foundation
import RAMiTKernels
import Testing

/// The vector functions over the whole range of numbers, against Foundation's in double precision.
@Suite(.guardedMemory) struct VectorMathAccuracyTests {
  struct Function: Sendable, CustomStringConvertible {
    let description: String
    /// Errors relative to the exact result, where that is a normal number.
    let tolerance: Double
    let kernel: UnaryFunction
    let exact: @Sendable (Double) -> Double
  }

  static let relative: [Function] = [
    Function(description: "exp", tolerance: 3e-7, kernel: .exp, exact: { Foundation.exp($0) }),
    Function(description: "log", tolerance: 3e-7, kernel: .log, exact: { Foundation.log($0) }),
    Function(description: "log1p", tolerance: 5e-7, kernel: .log1p, exact: { Foundation.log1p($0) }),
    Function(description: "tanh", tolerance: 5e-7, kernel: .tanh, exact: { Foundation.tanh($0) }),
    Function(description: "sqrt", tolerance: 1e-7, kernel: .sqrt, exact: { $0.squareRoot() }),
    Function(description: "rsqrt", tolerance: 2e-7, kernel: .rsqrt, exact: { 1 / $0.squareRoot() }),
    Function(
      description: "elu", tolerance: 5e-7, kernel: .elu(alpha: 1), exact: { $0 > 0 ? $0 : Foundation.expm1($0) }),
    Function(
      description: "softplus", tolerance: 7e-7, kernel: .softplus,
      exact: { max($0, 0) + Foundation.log1p(Foundation.exp(-abs($0))) }),
    Function(
      description: "pow 2.2", tolerance: 3e-7, kernel: .pow(2.2),
      exact: { Foundation.pow($0, Double(Float(2.2))) }),
    Function(description: "pow -7", tolerance: 3e-7, kernel: .pow(-7), exact: { Foundation.pow($0, -7) }),
  ]

  /// All magnitudes of both signs, denormals included, a dense sweep near 0, and zeros.
  static let inputs: [Float] = {
    var values: [Float] = [0, -0.0, .infinity, -.infinity, .greatestFiniteMagnitude]
    for i in -40_000...40_000 { values.append(Float(i) * 2.7e-3) }
    for exponent in -149...127 {
      for factor in [1, 1.37, 1.4142135, 1.93] as [Float] {
        values += [factor * exp2(Float(exponent)), -factor * exp2(Float(exponent))]
      }
    }
    return values
  }()

  private func results(_ kernel: UnaryFunction) -> [Float] {
    let x = GuardedBuffer(Self.inputs), y = GuardedBuffer(unwritten: x.count)
    kernel.forward(x.pointer, y.pointer, count: x.count)
    return y.values
  }

  @Test(arguments: relative)
  func relativeErrors(_ function: Function) {
    var worst = 0.0, place = Float.zero
    for (x, result) in zip(Self.inputs, results(function.kernel)) {
      let exact = function.exact(Double(x)), rounded = Float(exact)
      // Where the exact result is denormal, infinite, or not a number, so is this one, but for the last place.
      let isSpecial = !rounded.isFinite || rounded == 0
      if isSpecial, result == rounded || result.isNaN && rounded.isNaN { continue }
      let error = abs(Double(result) - exact) / max(abs(exact), Double(Float.leastNormalMagnitude))
      if !(error <= worst) { (worst, place) = (error, x) }
    }
    #expect(worst < function.tolerance, "\(function)(\(place))")
  }

  /// Functions between -1 and 1, by their absolute errors.
  static let absolute: [Function] = [
    Function(description: "sin", tolerance: 2e-7, kernel: .sin, exact: { Foundation.sin($0) }),
    Function(description: "cos", tolerance: 2e-7, kernel: .cos, exact: { Foundation.cos($0) }),
    Function(description: "erf", tolerance: 5e-7, kernel: .erf, exact: { Foundation.erf($0) }),
    Function(
      description: "sigmoid", tolerance: 2e-7, kernel: .sigmoid, exact: { 1 / (1 + Foundation.exp(-$0)) }),
  ]

  @Test(arguments: absolute)
  func absoluteErrors(_ function: Function) {
    for (x, result) in zip(Self.inputs, results(function.kernel)) {
      let exact = function.exact(Double(x))
      let isClose = abs(Double(result) - exact) < function.tolerance || result.isNaN && exact.isNaN
      if !isClose { Issue.record("\(function)(\(x)) is \(result), not \(exact)") }
    }
  }
}
