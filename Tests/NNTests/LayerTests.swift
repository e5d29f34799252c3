import Foundation
import RAMiTAutograd
import RAMiTNN
import RAMiTSerialization
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

/// Layers against PyTorch's, with its names, layouts and definitions (Fixtures/make_layers.py).
@Suite struct LayerTests {
  /// A layer as it is made in a scope, and whether it is used as in training.
  struct Case: Sendable, CustomStringConvertible {
    let description: String
    let trains: Bool
    let make: @Sendable (ParameterScope) -> any UnaryLayer

    init(_ name: String, trains: Bool = true, _ make: @escaping @Sendable (ParameterScope) -> any UnaryLayer) {
      (description, self.trains, self.make) = (name, trains, make)
    }
  }

  static let cases = [
    Case("linear") { Linear($0, inputs: 5, outputs: 7) },
    Case("linear_without_bias") { Linear($0, inputs: 5, outputs: 3, hasBias: false) },
    Case("conv2d") { Conv2d($0, inputs: 5, outputs: 6, kernelSize: 3, padding: 1) },
    Case("conv2d_strided") {
      Conv2d($0, inputs: 4, outputs: 6, kernelSize: 3, stride: 2, padding: 1, dilation: 2, groups: 2, hasBias: false)
    },
    Case("conv2d_pointwise") { Conv2d($0, inputs: 5, outputs: 6, kernelSize: 1) },
    Case("conv2d_pointwise_groups") { Conv2d($0, inputs: 4, outputs: 6, kernelSize: 1, groups: 2) },
    Case("conv2d_depthwise") { Conv2d($0, inputs: 5, outputs: 5, kernelSize: 3, padding: 1, groups: 5) },
    Case("conv_transpose2d") {
      ConvTranspose2d($0, inputs: 5, outputs: 4, kernelSize: 3, stride: 2, padding: 1, outputPadding: 1)
    },
    Case("layer_norm") { LayerNorm($0, channels: 6) },
    Case("group_norm") { GroupNorm($0, groups: 2, channels: 6) },
    Case("rms_norm") { RMSNorm($0, channels: 6) },
    Case("batch_norm2d") { BatchNorm2d($0, channels: 5) },
    Case("batch_norm2d_evaluated", trains: false) { BatchNorm2d($0, channels: 5) },
    Case("mlp") { MLP($0, channels: 6, hidden: 10) },
    Case("channel_attention") { ChannelAttention($0, channels: 8, reduction: 4) },
    Case("pixel_shuffle_upsampler_3") { PixelShuffleUpsampler($0, channels: 4, scale: 3) },
    Case("pixel_shuffle_upsampler_4") { PixelShuffleUpsampler($0, channels: 4, scale: 4) },
  ]

  private static let golden: NamedTensors = {
    let path = Bundle.module.resourceURL!.appendingPathComponent("Fixtures/layers.safetensors").path
    return try! SafeTensors.read(path)
  }()

  /// The tensors whose names begin so, under the rest of their names.
  private func named(_ prefix: String) -> [(name: String, tensor: Tensor)] {
    Self.golden.filter { $0.name.hasPrefix(prefix) }.map { (String($0.name.dropFirst(prefix.count)), $0.tensor) }
  }

  private func map(_ name: String) throws -> Tensor { channelsLast(try #require(Self.golden[name])) }

  @Test(arguments: cases)
  func equalsPyTorch(_ layer: Case) throws {
    let scope = ParameterScope(seed: 1), model = layer.make(scope), store = ParameterStore(scope)
    var state = NamedTensors()
    for (name, tensor) in named("\(layer)/param.") + named("\(layer)/buffer.") { state[name] = tensor }
    try store.load(state, from: "\(layer)")
    let input = try map("\(layer)/input"), gradient = Tensor(zeros: input.shape)
    let context = layer.trains ? TrainingContext(seed: 0, iteration: 0) : nil
    let tape = Tape()
    store.zeroGradients()
    let output = tape.record { model(Variable(leaf: input, gradient: gradient), context: context) }
    #expect(relativeError(output.value, try map("\(layer)/output")) < 1e-5, "output")
    tape.backward(from: output, seed: try map("\(layer)/seed"))
    #expect(relativeError(gradient, try map("\(layer)/grad.input")) < 1e-5, "gradient of the input")
    for parameter in store.parameters {
      let expected = try #require(Self.golden["\(layer)/grad.\(parameter.name)"])
      #expect(relativeError(parameter.layout.exported(parameter.gradient), expected) < 1e-5, "\(parameter.name)")
    }
    for buffer in store.buffers {
      let expected = try #require(Self.golden["\(layer)/after.\(buffer.name)"])
      #expect(relativeError(buffer.value, expected) < 1e-6, "\(buffer.name)")
    }
  }

  /// A batch is counted once in running statistics, also where a checkpointed segment runs again in the backward pass.
  @Test func checkpointingCountsABatchOnce() throws {
    func statistics(isCheckpointed: Bool) -> [[Float]] {
      let scope = ParameterScope(seed: 1), norm = BatchNorm2d(scope, channels: 3), store = ParameterStore(scope)
      var random = RandomNumbers(seed: 4)
      let x = Variable(constant: Tensor((0..<48).map { _ in random.normalPair().0 }, [1, 4, 4, 3]))
      let context = TrainingContext(seed: 0, iteration: 0), tape = Tape()
      let y = tape.record {
        isCheckpointed ? checkpointed([x]) { [norm($0[0], context: context)] }[0] : norm(x, context: context)
      }
      tape.backward(from: y)
      return store.buffers.map(\.value.array)
    }
    let plain = statistics(isCheckpointed: false)
    #expect(plain[2] == [1] && statistics(isCheckpointed: true) == plain)
  }

  /// A norm in the weights of the convolution before it gives what both give, and the gradients of both.
  @Test(arguments: [true, false]) func aNormIsFoldedIntoAConvolution(isAffine: Bool) {
    let scope = ParameterScope(seed: 1)
    let convolution = Conv2d(scope / "0", inputs: 3, outputs: 5, kernelSize: 1)
    let norm = BatchNorm2d(scope / "1", channels: 5, isAffine: isAffine), store = ParameterStore(scope)
    var random = RandomNumbers(seed: 4)
    func draw(_ shape: Shape) -> Tensor { Tensor((0..<shape.count).map { _ in 0.2 + random.uniform() }, shape) }
    for tensor in [norm.runningMean.value, norm.runningVariance.value, store.values] {
      tensor.pointer.update(from: draw(tensor.shape).pointer, count: tensor.count)
    }
    let x = draw([2, 4, 3, 3]), seed = draw([2, 4, 3, 5])
    func run(_ layer: (Variable) -> Variable) -> [Tensor] {
      store.zeroGradients()
      let dx = Tensor(zeros: x.shape), tape = Tape()
      let (y, loss) = tape.record {
        let y = layer(Variable(leaf: x, gradient: dx))
        return (y, (y * Variable(constant: seed)).sum())
      }
      tape.backward(from: loss)
      return [y.value, dx, store.gradients.copy()]
    }
    let folded = run { fusedLinear($0, norm.folded(into: convolution)) }, both = run { norm(convolution($0)) }
    for (a, b) in zip(folded, both) { #expect(relativeError(a, b) < 3e-6) }
  }

  @Test func dropsAreNamedByTheStepAndDoNothingInInference() {
    let x = Variable(constant: Tensor(repeating: 1, [64, 2, 2, 5]))
    for layer in [DropPath(rate: 0.25, layer: 3), Dropout(rate: 0.25, layer: 3)] as [any UnaryLayer] {
      func values(_ iteration: Int?) -> [Float] {
        layer(x, context: iteration.map { TrainingContext(seed: 5, iteration: $0) }).value.array
      }
      #expect(values(nil).allSatisfy { $0 == 1 })
      #expect(values(7) == values(7) && values(7) != values(8))
      let scale: Float = 1 / 0.75
      #expect(Set(values(7)) == [0, scale])
      let mean = (0..<50).flatMap(values).reduce(0, +) / Float(50 * x.value.count)
      #expect(abs(mean - 1) < 0.05, "\(mean)")
    }
    #expect(
      DropPath.linearRates(to: 0.2, blocks: 3) == [0, 0.1, 0.2] && DropPath.linearRates(to: 0.2, blocks: 1) == [0])
  }
}
