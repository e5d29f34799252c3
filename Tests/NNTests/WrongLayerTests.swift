import RAMiTAutograd
import RAMiTNN
import RAMiTTensorCore
import Testing

/// Layers that cannot be, and maps that a layer cannot take, end the program with one line that says why.
@Suite struct WrongLayerTests {
  enum Fault: String, CaseIterable, Codable, Sendable {
    case groups, upsampler, map, window, tokens, file, fused, pointwise, depthwise

    var message: String {
      switch self {
      case .groups: "3 groups do not divide 4 inputs and 6 outputs"
      case .upsampler: "a scale is 3 or a power of 2, not 6"
      case .map: "the weight for the map 1 x 5 x 5 x 3: expected 6 x 3 x 3 x 3, found 6 x 3 x 3 x 4"
      case .window: "windows of 4 x 4 do not divide the map 1 x 6 x 8 x 24"
      case .tokens: "the tokens of windows of 4 x 4: expected 3 x 16 x 8, found 3 x 9 x 8"
      case .file: "the file's tensor for 6 x 4: expected 6 x 4 x 1 x 1, found 4 x 6 x 1 x 1"
      case .fused: "only 1 x 1 convolutions are fused with what is around them, not 6 x 3 x 3 x 4"
      case .pointwise: "a fused operation takes a 1 x 1 convolution with a bias, not one of 6 x 3 x 3 x 4"
      case .depthwise: "a fused operation takes a depth-wise 3 x 3 convolution with a bias, not one of 6 x 3 x 3 x 4"
      }
    }

    func run() {
      func zeros(_ shape: Shape) -> Variable { Variable(constant: Tensor(zeros: shape)) }
      let scope = ParameterScope(seed: 1)
      func attention() -> WindowAttention { WindowAttention(scope, channels: 8, heads: 2, window: 4) }
      func convolution() -> Conv2d { Conv2d(scope, inputs: 4, outputs: 6, kernelSize: 3) }
      switch self {
      case .groups: _ = Conv2d(scope, inputs: 4, outputs: 6, kernelSize: 3, groups: 3)
      case .upsampler: _ = PixelShuffleUpsampler(scope, channels: 4, scale: 6)
      case .map: _ = convolution()(zeros([1, 5, 5, 3]))
      case .window: _ = attention()(zeros([1, 6, 8, 8]))
      case .tokens: _ = attention().attend(zeros([3, 9, 8]))
      case .file: ParameterLayout.pointwise.load(Tensor(zeros: [4, 6, 1, 1]), into: Tensor(zeros: [6, 4]))
      case .fused: _ = convolution().fused(zeros([1, 5, 5, 4]))
      case .pointwise: _ = PointwiseParameters(convolution())
      case .depthwise: _ = DepthwiseParameters(convolution())
      }
    }
  }

  @Test(arguments: Fault.allCases)
  func isTold(_ fault: Fault) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [fault] in
      fault.run()
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("Fatal error: \(fault.message)\n"), "\(text.prefix(300))")
  }
}
