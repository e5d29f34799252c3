import RAMiTAutograd
import RAMiTTensorCore

extension NormParameters {
  /// What a fused operation takes of a layer norm.
  public init(_ layer: LayerNorm) {
    let channels = layer.channels
    self.init(
      weight: layer.weight?.variable ?? Variable(constant: Tensor(repeating: 1, [channels])),
      bias: layer.bias?.variable ?? Variable(constant: Tensor(zeros: [channels])), epsilon: layer.epsilon,
      subtractsMean: layer.subtractsMean)
  }
}

extension PointwiseParameters {
  /// What a fused operation takes of a linear layer.
  /// - Precondition: the layer has a bias.
  public init(_ layer: Linear) {
    guard let bias = layer.bias else { fatalError("a fused operation takes a linear layer with a bias") }
    self.init(weight: layer.weight.variable, bias: bias.variable)
  }

  /// What a fused operation takes of a 1 x 1 convolution, in groups or not.
  /// - Precondition: the convolution has a stride of 1, no padding, and a bias.
  public init(_ layer: Conv2d) {
    let shape = layer.weight.shape
    guard let bias = layer.bias, layer.stride == 1, layer.padding == 0,
      shape.rank == 2 || (shape.rank == 4 && shape[1] == 1 && shape[2] == 1)
    else { fatalError("a fused operation takes a 1 x 1 convolution with a bias, not one of \(shape)") }
    self.init(weight: layer.weight.variable, bias: bias.variable, groups: layer.groups)
  }
}

extension DepthwiseParameters {
  /// What a fused operation takes of a depth-wise convolution.
  /// - Precondition: the kernel is 3 x 3, the stride and the dilation are 1, the padding is 1, and there is a bias.
  public init(_ layer: Conv2d) {
    guard let bias = layer.bias, layer.kind == .depthwise, (layer.stride, layer.padding, layer.dilation) == (1, 1, 1)
    else {
      fatalError("a fused operation takes a depth-wise 3 x 3 convolution with a bias, not one of \(layer.weight.shape)")
    }
    self.init(weight: layer.weight.variable, bias: bias.variable)
  }
}
