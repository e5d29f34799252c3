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

  /// What a fused operation takes of a 1 x 1 convolution.
  /// - Precondition: the convolution has one group, a stride of 1, no padding, and a bias.
  public init(_ layer: Conv2d) {
    guard let bias = layer.bias, layer.weight.shape.rank == 2 else {
      fatalError("a fused operation takes a 1 x 1 convolution with a bias, not one of \(layer.weight.shape)")
    }
    self.init(weight: layer.weight.variable, bias: bias.variable)
  }
}
