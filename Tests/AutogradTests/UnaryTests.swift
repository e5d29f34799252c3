import Foundation
import RAMiTAutograd
import RAMiTOperationTestSupport
import RAMiTTensorCore
import Testing

/// Functions of each element: against their twins, at kinks, and where results are not finite.
@Suite struct UnaryTests {
  @Test(arguments: UnaryCase.all)
  func functions(_ function: UnaryCase) {
    for shape in [[77], [2, 3, 5, 16], [1]] as [Shape] {
      #expect(function.check(shape).faults() == [], "\(shape)")
    }
  }

  private func value(_ x: Float, _ operation: (Variable) -> Variable) -> Float {
    operation(Variable(constant: Tensor(x))).value.scalar
  }

  private func derivative(_ x: Float, _ operation: (Variable) -> Variable) -> Float {
    let tape = Tape(), gradient = Tensor(zeros: [])
    tape.backward(from: tape.record { operation(Variable(leaf: Tensor(x), gradient: gradient)) })
    return gradient.scalar
  }

  /// PyTorch 2's.
  @Test func derivativesAtKinks() {
    #expect(derivative(0) { relu($0) } == 0)
    #expect([0, 6].map { derivative($0) { relu6($0) } } == [0, 0])
    #expect(derivative(0) { leakyReLU($0, slope: 0.25) } == 0.25)
    #expect(derivative(0) { elu($0) } == 1)
    #expect([-1, 1].map { derivative($0) { $0.clamp(min: -1, max: 1) } } == [1, 1])
    #expect(derivative(0) { $0.abs() } == 0)
    #expect([-3, 3].map { derivative($0) { hardsigmoid($0) } } == [0, 0])
    #expect([-3, 3].map { derivative($0) { hardswish($0) } } == [0, 1])
    #expect(derivative(0) { $0.sqrt() } == .infinity)
    #expect([0, 2].map { derivative($0) { $0.pow(0) } } == [0, 0])
    #expect(derivative(5) { $0.sign() } == 0)
    #expect(derivative(0) { prelu($0, weight: Variable(constant: Tensor(0.25))) } == 0.25)
  }

  @Test func specialValues() {
    #expect(value(100) { $0.exp() } == .infinity && value(-200) { $0.exp() } == 0)
    #expect(value(.infinity) { $0.exp() } == .infinity && value(-.infinity) { $0.exp() } == 0)
    #expect(value(0) { $0.log() } == -.infinity && value(-1) { $0.log() }.isNaN)
    #expect(value(.infinity) { $0.log() } == .infinity)
    #expect(value(-1) { $0.log1p() } == -.infinity && value(-2) { $0.log1p() }.isNaN)
    #expect(value(-1) { $0.sqrt() }.isNaN && value(0) { $0.rsqrt() } == .infinity)
    #expect(value(0) { $0.reciprocal() } == .infinity)
    #expect([-.infinity, .infinity].map { value($0) { $0.tanh() } } == [-1, 1])
    #expect([-.infinity, .infinity].map { value($0) { $0.sigmoid() } } == [0, 1])
    #expect([-.infinity, .infinity].map { value($0) { $0.erf() } } == [-1, 1])
    #expect([-200, 200].map { value($0) { softplus($0) } } == [0, 200])
    #expect(value(200) { mish($0) } == 200 && value(200) { silu($0) } == 200)
    #expect(value(.infinity) { $0.sin() }.isNaN)
    #expect([-2, 0, 3].map { value($0) { $0.sign() } } == [-1, 0, 1])
  }

  /// C's `pow` defines them.
  @Test func powersOfSpecialValues() {
    let bases: [Float] = [0, -0.0, 1, -1, 2, -2, 0.5, -0.5, .infinity, -.infinity, .nan, 0x1p-133]
    let exponents: [Float] = [0, 1, 2, 3, -1, -2, 0.5, -0.5, 2.5, .infinity, -.infinity, .nan]
    for base in bases {
      for exponent in exponents {
        let expected = powf(base, exponent)
        let result = Variable(constant: Tensor(base)).pow(Variable(constant: Tensor(exponent))).value.scalar
        let isClose = result == expected || Swift.abs(result - expected) <= 2e-7 * Swift.abs(expected)
        #expect(isClose || result.isNaN && expected.isNaN, "\(base)^\(exponent) is \(result), not \(expected)")
      }
    }
  }

  /// A network that has diverged must show it in its loss.
  @Test(arguments: UnaryCase.all)
  func whatIsNotANumberStaysSo(_ function: UnaryCase) {
    guard function.name != "pow(0)" else { return }
    #expect(value(.nan) { function.operation($0) }.isNaN)
  }
}
