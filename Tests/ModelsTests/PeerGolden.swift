import Foundation
import RAMiTAutograd
import RAMiTModels
import RAMiTNN
import RAMiTOptimizers
import RAMiTSerialization
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

/// Holds a model of another paper to values that its published code, or Fixtures/make_peers.py, computed in double
/// precision: output, loss, gradients of the input and of every parameter, and the losses of five steps of Adam.
struct PeerGolden {
  let name: String
  let golden: GoldenCase

  /// A file of the reference folder.
  init(reference name: String) throws {
    self.name = name
    golden = try GoldenCase(path: referenceFile("golden/peers/\(name).safetensors"))
  }

  /// A file of the project.
  init(fixture name: String) throws {
    self.name = name
    let path = try #require(Bundle.module.path(forResource: name, ofType: "safetensors", inDirectory: "Fixtures"))
    golden = try GoldenCase(path: path)
  }

  /// The arguments of the published model.
  var arguments: [String: Any] { golden.model }

  var parameters: NamedTensors { NamedTensors(golden.named("param.").map { ($0.name, $0.tensor) }) }

  /// Outputs to 1e-5 of the largest value, gradients to 1e-3, losses to 5e-5.
  /// - Parameter training: whether the published code was in training mode, which tells where there are batch norms.
  func check(
    _ architecture: some RestorationArchitecture, gradientTolerance: Float = 1e-3, training: Bool = false
  ) throws {
    let model = architecture.makeModel(ParameterScope(seed: nil))
    let context = training ? TrainingContext(seed: 0, iteration: 0) : nil
    // The files hold what is trained.
    let buffers = model.parameters.buffers.map { ($0.name, $0.value.copy()) }
    try model.load(NamedTensors(parameters.map { ($0.name, $0.tensor) } + buffers), from: name)
    let input = try #require(golden.map("input")), target = try #require(golden.map("target"))
    let inputGradient = Tensor(zeros: input.shape)
    let tape = Tape()
    let (output, loss) = tape.record {
      let output = model(Variable(leaf: input, gradient: inputGradient), context: context)
      return (output, l1Loss(output, target))
    }
    let outputError = relativeError(output.value, try #require(golden.map("output")))
    #expect(outputError < 1e-5, "output")
    #expect(abs(loss.value.scalar - golden.tensors["loss"]!.array[0]) < 1e-6)
    let plain = model(Variable(constant: input), context: context).value
    #expect(relativeError(plain, output.value) < 1e-6, "output without a tape")
    guard golden.tensors["train.losses"] != nil else { return print("golden \(name): output \(outputError)") }

    model.parameters.zeroGradients()
    tape.backward(from: loss)
    var worst: (name: String, error: Float) = ("input", relativeError(inputGradient, golden.map("grad.input")!))
    let largest = golden.named("grad.").reduce(Float(0)) { max($0, Self.magnitude($1.tensor)) }
    for parameter in model.parameters.parameters {
      let expected = try #require(golden.tensors["grad.\(parameter.name)"])
      let gradient = parameter.layout.exported(parameter.gradient)
      // A gradient that is zero but for rounding in double precision, as that of a bias before a batch norm, is
      // rounding here too: it has to be nothing beside the largest one.
      let isZero = Self.magnitude(expected) < 1e-12 * largest
      let error = isZero ? Self.magnitude(gradient) / largest : relativeError(gradient, expected)
      if error > worst.error { worst = (parameter.name, error) }
    }
    #expect(worst.error < gradientTolerance, "gradient of \(worst.name)")

    let losses = train(model, input, target, context)
    let lossError = zip(losses, golden.tensors["train.losses"]!.array).map { abs($0 - $1) }.max()!
    #expect(lossError < 5e-5, "losses \(losses)")
    print("golden \(name): output \(outputError), gradients \(worst), losses \(lossError)")
  }

  private static func magnitude(_ x: Tensor) -> Float { x.array.reduce(0) { max($0, abs($1)) } }

  /// The losses of five steps at a learning rate of 1e-3, with betas of 0.9 and 0.99.
  private func train(
    _ model: any RestorationModel, _ input: Tensor, _ target: Tensor, _ context: TrainingContext?
  ) -> [Float] {
    let adam = Adam(count: model.parameters.count)
    return (0..<5).map { _ in
      model.parameters.zeroGradients()
      let tape = Tape()
      let loss = tape.record { l1Loss(model(Variable(constant: input), context: context), target) }
      tape.backward(from: loss)
      adam.step(model.parameters.values, gradients: model.parameters.gradients, learningRate: 1e-3)
      return loss.value.scalar
    }
  }
}
