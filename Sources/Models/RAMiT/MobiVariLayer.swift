import RAMiTAutograd
import RAMiTKernels
import RAMiTNN
import RAMiTTensorCore

/// MobiVari, the MobileNet variant that mixes channels (Sec. A.1), in either version.
final class MobiVariLayer {
  private let expand: (weight: Parameter, bias: Parameter, groups: Int)?
  private let depthwise: (weight: Parameter, bias: Parameter)
  private let pointwise: (weight: Parameter, bias: Parameter)
  private let activation: Activation

  /// - Parameters:
  ///   - width: how far version 2 expands here.
  ///   - outputs: the channels after it; the input is added when they are as many as before.
  init(
    _ scope: ParameterScope, _ configuration: MobiVariConfiguration, width: MobiVariWidth, inputs: Int, outputs: Int
  ) {
    activation = configuration.activation
    let wide = configuration.version == 1 ? inputs : width.channels(inputs)
    if configuration.version == 1 {
      expand = nil
    } else {
      let layer = scope.pointwise("exp_conv", inputs: inputs, outputs: wide, groups: width.groups)
      expand = (layer.weight, layer.bias, width.groups)
    }
    let scopeDW = scope / "dw_conv"
    depthwise = (
      scopeDW.parameter("weight", [3, 3, wide], layout: .depthwise, start: .uniform(fanIn: 9)),
      scopeDW.parameter("bias", [wide], start: .uniform(fanIn: 9))
    )
    pointwise = scope.pointwise("pw_conv", inputs: wide, outputs: outputs)
  }

  /// N x H x W x inputs to N x H x W x outputs.
  func callAsFunction(_ x: Variable) -> Variable { self([x]) }

  /// Feature maps side by side, coarser ones shuffled to the first one's resolution, to N x H x W x outputs.
  func callAsFunction(_ parts: [Variable]) -> Variable {
    mobiVari(
      parts,
      MobiVariParameters(
        expand: expand.map {
          PointwiseParameters(weight: $0.weight.variable, bias: $0.bias.variable, groups: $0.groups)
        },
        depthwise: DepthwiseParameters(weight: depthwise.weight.variable, bias: depthwise.bias.variable),
        pointwise: PointwiseParameters(pointwise)), activation: activation)
  }
}

extension ParameterScope {
  /// The weight and bias of a point-wise convolution, in a scope of that name.
  func pointwise(
    _ name: String, inputs: Int, outputs: Int, groups: Int = 1
  ) -> (weight: Parameter, bias: Parameter) {
    let scope = self / name
    let fanIn = inputs / groups
    return (
      scope.parameter("weight", [outputs, fanIn], layout: .pointwise, start: .uniform(fanIn: fanIn)),
      scope.parameter("bias", [outputs], start: .uniform(fanIn: fanIn))
    )
  }

  /// The weight and bias of a 3x3 convolution, in a scope of that name.
  func convolution(_ name: String, inputs: Int, outputs: Int) -> (weight: Parameter, bias: Parameter) {
    let scope = self / name
    return (
      scope.parameter("weight", [outputs, 3, 3, inputs], layout: .convolution, start: .uniform(fanIn: 9 * inputs)),
      scope.parameter("bias", [outputs], start: .uniform(fanIn: 9 * inputs))
    )
  }

  /// The scale and shift of a layer norm, in a scope of that name.
  func norm(_ name: String, channels: Int) -> (gamma: Parameter, beta: Parameter) {
    let scope = self / name / "norm"
    return (
      scope.parameter("weight", [channels], start: .constant(1)),
      scope.parameter("bias", [channels], start: .constant(0))
    )
  }
}

extension PointwiseParameters {
  init(_ parameters: (weight: Parameter, bias: Parameter)) {
    self.init(weight: parameters.weight.variable, bias: parameters.bias.variable)
  }
}

extension NormParameters {
  init(_ parameters: (gamma: Parameter, beta: Parameter)) {
    self.init(weight: parameters.gamma.variable, bias: parameters.beta.variable)
  }
}
