import RAMiTAutograd
import RAMiTTensorCore

/// A 2-D convolution with zero padding (PyTorch's `nn.Conv2d`).
///
/// A 1 x 1 convolution is one matrix product, and one with a kernel for each channel (`groups` = `inputs` = `outputs`)
/// runs along the channels; which of them it is shows in `kind` alone.
public struct Conv2d: UnaryLayer {
  enum Kind { case general, pointwise, depthwise }

  /// In memory O x kh x kw x I/groups; O x I for a 1 x 1 convolution, kh x kw x C for a depth-wise one.
  public let weight: Parameter
  /// O; nil without one.
  public let bias: Parameter?
  public let stride, padding, dilation, groups: Int
  let kind: Kind

  /// - Parameters:
  ///   - inputs: I channels.
  ///   - outputs: O channels.
  ///   - kernelSize: the side of the kernel, in pixels.
  ///   - stride: as that of `conv2d`.
  ///   - padding: as that of `conv2d`.
  ///   - dilation: as that of `conv2d`.
  ///   - groups: as those of `conv2d`.
  ///   - hasBias: whether a bias is added.
  ///   - initialWeight: PyTorch's by default, uniform within 1 / sqrt(I kernelSize^2 / groups) of zero.
  ///   - initialBias: PyTorch's by default, uniform within 1 / sqrt(I kernelSize^2 / groups) of zero.
  /// - Precondition: `groups` divides both.
  public init(
    _ scope: ParameterScope, inputs: Int, outputs: Int, kernelSize: Int, stride: Int = 1, padding: Int = 0,
    dilation: Int = 1, groups: Int = 1, hasBias: Bool = true, initialWeight: Initializer? = nil,
    initialBias: Initializer? = nil
  ) {
    require(
      groups > 0 && inputs % groups == 0 && outputs % groups == 0,
      "\(groups) groups do not divide \(inputs) inputs and \(outputs) outputs")
    let perGroup = inputs / groups, fanIn = perGroup * kernelSize * kernelSize
    let shape: Shape, layout: ParameterLayout
    if kernelSize == 1 && groups == 1 && stride == 1 && padding == 0 {
      (kind, shape, layout) = (.pointwise, [outputs, inputs], .pointwise)
    } else if groups > 1 && groups == inputs && outputs == inputs {
      (kind, shape, layout) = (.depthwise, [kernelSize, kernelSize, inputs], .depthwise)
    } else {
      (kind, shape, layout) = (.general, [outputs, kernelSize, kernelSize, perGroup], .convolution)
    }
    weight = scope.parameter("weight", shape, layout: layout, start: initialWeight ?? .uniform(fanIn: fanIn))
    bias = hasBias ? scope.parameter("bias", [outputs], start: initialBias ?? .uniform(fanIn: fanIn)) : nil
    (self.stride, self.padding, self.dilation, self.groups) = (stride, padding, dilation, groups)
  }

  /// N x H x W x I to N x H' x W' x O.
  public func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    switch kind {
    case .pointwise: linear(x, weight: weight.variable, bias: bias?.variable)
    case .depthwise:
      depthwiseConv2d(
        x, weight: weight.variable, bias: bias?.variable, stride: stride, padding: padding, dilation: dilation)
    case .general:
      conv2d(
        x, weight: weight.variable, bias: bias?.variable, stride: stride, padding: padding, dilation: dilation,
        groups: groups)
    }
  }
}

/// A transposed 2-D convolution (PyTorch's `nn.ConvTranspose2d`): the gradient of a convolution with respect to its
/// input.
public struct ConvTranspose2d: UnaryLayer {
  /// In memory I x kh x kw x O/groups.
  public let weight: Parameter
  /// O; nil without one.
  public let bias: Parameter?
  public let stride, padding, outputPadding, dilation, groups: Int

  /// - Parameters:
  ///   - inputs: I channels.
  ///   - outputs: O channels.
  ///   - stride: as that of `convTranspose2d`.
  ///   - padding: as that of `convTranspose2d`.
  ///   - outputPadding: as that of `convTranspose2d`.
  ///   - dilation: as that of `convTranspose2d`.
  ///   - groups: as those of `convTranspose2d`.
  ///   - initialWeight: PyTorch's by default, uniform within 1 / sqrt(O kernelSize^2 / groups) of zero.
  ///   - initialBias: PyTorch's by default, uniform within 1 / sqrt(O kernelSize^2 / groups) of zero.
  public init(
    _ scope: ParameterScope, inputs: Int, outputs: Int, kernelSize: Int, stride: Int = 1, padding: Int = 0,
    outputPadding: Int = 0, dilation: Int = 1, groups: Int = 1, hasBias: Bool = true,
    initialWeight: Initializer? = nil, initialBias: Initializer? = nil
  ) {
    require(
      groups > 0 && inputs % groups == 0 && outputs % groups == 0,
      "\(groups) groups do not divide \(inputs) inputs and \(outputs) outputs")
    let fanIn = outputs / groups * kernelSize * kernelSize
    weight = scope.parameter(
      "weight", [inputs, kernelSize, kernelSize, outputs / groups], layout: .convolution,
      start: initialWeight ?? .uniform(fanIn: fanIn))
    bias = hasBias ? scope.parameter("bias", [outputs], start: initialBias ?? .uniform(fanIn: fanIn)) : nil
    (self.stride, self.padding, self.outputPadding) = (stride, padding, outputPadding)
    (self.dilation, self.groups) = (dilation, groups)
  }

  /// N x H x W x I to N x H' x W' x O.
  public func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    convTranspose2d(
      x, weight: weight.variable, bias: bias?.variable, stride: stride, padding: padding, outputPadding: outputPadding,
      dilation: dilation, groups: groups)
  }
}
