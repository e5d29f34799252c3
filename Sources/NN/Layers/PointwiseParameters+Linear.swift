import Autograd

extension PointwiseParameters {
  /// What a fused operation takes of a linear layer.
  /// - Precondition: the layer has a bias.
  public init(_ layer: Linear) {
    guard let bias = layer.bias else { preconditionFailure("a fused operation takes a linear layer with a bias") }
    self.init(weight: layer.weight.variable, bias: bias.variable)
  }
}
