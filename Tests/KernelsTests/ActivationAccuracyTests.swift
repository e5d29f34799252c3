import Foundation
import RAMiTAutograd
import RAMiTKernels
import RAMiTOperationTestSupport
import RAMiTTensorCore
import Testing

/// The vector exponential and error function, through the activations that use them, against Foundation's in double
/// precision.
@Suite struct ActivationAccuracyTests {
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
    let x = Tensor(Self.inputs, [Self.inputs.count]), gradient = Tensor(zeros: x.shape)
    let tape = Tape()
    let y = tape.record { activation(Variable(leaf: x, gradient: gradient)) }
    tape.backward(from: y)
    return (y.value.array, gradient.array)
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
    let y = activation(Variable(constant: Tensor(repeating: .nan, [37]))).value
    #expect(y.array.allSatisfy { $0.isNaN })
  }

  /// Older configurations name SiLU swish.
  @Test func namesInFiles() throws {
    let names = #"["leakyReLU", "relu", "relu6", "gelu", "silu", "swish"]"#
    let read = try JSONDecoder().decode([Activation].self, from: Data(names.utf8))
    #expect(read == [.leakyReLU, .relu, .relu6, .gelu, .silu, .silu])
    #expect(String(decoding: try JSONEncoder().encode([Activation.silu]), as: UTF8.self) == #"["silu"]"#)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([Activation].self, from: Data(#"["sine"]"#.utf8)) }
  }

  /// Softmax's exponential, near one and where it vanishes: attention over two tokens that differ by their bias alone.
  @Test func softmaxOfWideLogits() {
    for distance in [0, 1e-3, 0.7, 5, 20, 60, 90, 200] as [Float] {
      let weight = attendedWeight(distance)
      let expected = 1 / (1 + Foundation.exp(Double(distance)))
      #expect(abs(Double(weight) - expected) < 3e-7, "\(distance): \(weight)")
    }
  }

  /// In a window of 2 x 2 tokens, seen from a left one: the share of the tokens whose bias is lower by `distance`.
  private func attendedWeight(_ distance: Float) -> Float {
    // q and k are the same everywhere, v is 1 in the right column and 0 in the left one.
    let x = Tensor([0, 1, 0, 1], [1, 2, 2, 1])
    let weight = Tensor([0, 0, 1], [3, 1]), bias = Tensor([1, 1, 0], [3])
    // Offsets (dy, dx) of 2 x 2 windows: 3 x 3 entries; a left query sees a right key at dx = -1, entry column 0.
    let table = Tensor([-distance, 0, 0, -distance, 0, 0, -distance, 0, 0], [9, 1])
    let parameters = ReciprocalAttentionParameters(
      qkv: PointwiseParameters(weight: Variable(constant: weight), bias: Variable(constant: bias)),
      spatial: .init(
        logitScale: Variable(constant: Tensor([0], [1, 1, 1])), biasTable: Variable(constant: table),
        projection: PointwiseParameters(
          weight: Variable(constant: Tensor([1], [1, 1])), bias: Variable(constant: Tensor([0], [1])))),
      channel: nil)
    return reciprocalAttention(Variable(constant: x), previous: nil, parameters, window: 2, shift: 0).value.array[0]
  }
}
