import RAMiTAutograd
import RAMiTNN
import RAMiTTensorCore

/// Local feature extraction (LFE): two shift convolutions with ReLU between them, added to the input.
struct LFE: FusedLayer {
  private let conv0, conv1: ShiftConv2d

  init(_ scope: ParameterScope, _ configuration: ELANConfiguration) {
    let (dim, hidden) = (configuration.dim, configuration.hiddenDim)
    conv0 = ShiftConv2d(scope / "conv0", inputs: dim, outputs: hidden)
    conv1 = ShiftConv2d(scope / "conv1", inputs: hidden, outputs: dim)
  }

  /// N x H x W x C to the same.
  func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    let hidden = shiftConv2d(x, conv0.pointwise, rectifies: true)
    return shiftConv2d(consume hidden, conv1.pointwise, adding: consume x)
  }

  func composed(_ x: Variable, context: TrainingContext?) -> Variable {
    conv1.composed(relu(conv0.composed(x))) + x
  }
}

/// A shift convolution (shift-conv): channels moved by a pixel, and a 1 x 1 convolution.
private struct ShiftConv2d {
  /// C x 1 x 3 x 3: which neighbour each channel takes, as a depth-wise convolution. Files have it beside the
  /// parameters.
  private let shift: Buffer
  private let conv1x1: Conv2d

  init(_ scope: ParameterScope, inputs: Int, outputs: Int) {
    let scope = scope / "shift_conv"
    shift = scope.buffer("weight", Self.shift(channels: inputs), isOptional: true)
    conv1x1 = Conv2d(scope / "conv1x1", inputs: inputs, outputs: outputs, kernelSize: 1)
  }

  var pointwise: PointwiseParameters { PointwiseParameters(conv1x1) }

  func composed(_ x: Variable) -> Variable {
    let weight = Variable(constant: shift.value).reshaped([x.shape[3], 3, 3]).permuted([1, 2, 0])
    return conv1x1(depthwiseConv2d(x, weight: weight, padding: 1))
  }

  /// A fifth of the channels each from the right, from the left, from below and from above, the others from where they
  /// are.
  private static func shift(channels: Int) -> Tensor {
    let taps = [5, 3, 7, 1], fifth = channels / 5
    return Tensor([channels, 1, 3, 3]) { weight in
      weight.update(repeating: 0, count: channels * 9)
      for c in 0..<channels { weight[c * 9 + (c < 4 * fifth ? taps[c / fifth] : 4)] = 1 }
    }
  }
}
