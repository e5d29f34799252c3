import RAMiTAutograd
import RAMiTKernels
import RAMiTNN

/// MobiVari, the MobileNet variant that mixes channels (Sec. A.1), in either version:
///
///     1: y = activation(pointwise(activation(depthwise(x)) + x))
///     2: e = activation(expand(x));  y = pointwise(activation(depthwise(e) + e))
///
/// and y + x where inputs and outputs have equally many channels.
struct MobiVariLayer: FusedLayer {
  private let expand: Conv2d?
  private let depthwise, pointwise: Conv2d
  let activation: Activation

  /// - Parameters:
  ///   - width: how far version 2 expands here.
  ///   - outputs: the channels of the result.
  init(
    _ scope: ParameterScope, _ configuration: MobiVariConfiguration, width: MobiVariWidth, inputs: Int, outputs: Int
  ) {
    activation = configuration.activation
    let wide = configuration.version == 1 ? inputs : width.channels(inputs)
    expand =
      configuration.version == 1
      ? nil : Conv2d(scope / "exp_conv", inputs: inputs, outputs: wide, kernelSize: 1, groups: width.groups)
    depthwise = Conv2d(scope / "dw_conv", inputs: wide, outputs: wide, kernelSize: 3, padding: 1, groups: wide)
    pointwise = Conv2d(scope / "pw_conv", inputs: wide, outputs: outputs, kernelSize: 1)
  }

  /// N x H x W x inputs to N x H x W x outputs.
  func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable { self([x]) }

  /// Feature maps side by side, coarser ones shuffled to the first one's resolution, to N x H x W x outputs.
  func callAsFunction(_ parts: [Variable]) -> Variable {
    mobiVari(parts, parameters, activation: activation)
  }

  /// What a fused operation takes.
  var parameters: MobiVariParameters {
    MobiVariParameters(
      expand: expand.map { PointwiseParameters($0) }, depthwise: DepthwiseParameters(depthwise),
      pointwise: PointwiseParameters(pointwise))
  }

  func composed(_ x: Variable, context: TrainingContext?) -> Variable { composed([x]) }

  func composed(_ parts: [Variable]) -> Variable {
    let height = parts[0].shape[1]
    let x = concatenate(parts.map { pixelShuffle($0, height / $0.shape[1]) }, axis: -1)
    let y: Variable
    if let expand {
      let e = activation(expand(x))
      y = pointwise(activation(depthwise(e) + e))
    } else {
      y = activation(pointwise(activation(depthwise(x)) + x))
    }
    return y.shape == x.shape ? y + x : y
  }
}
