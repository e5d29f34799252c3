import RAMiTTensorCore

/// The depth-wise 3 x 3 convolution of a fused operation, with padding 1.
public struct DepthwiseParameters {
  /// 3 x 3 x C.
  public let weight: Variable
  /// C.
  public let bias: Variable

  /// - Precondition: the shapes fit.
  public init(weight: Variable, bias: Variable) {
    requireShape(weight.shape, [3, 3, bias.shape.count], of: "the depth-wise weight")
    self.weight = weight
    self.bias = bias
  }

  var channels: Int { bias.shape.count }
  /// In the order of the kernels' gradients.
  var variables: [Variable] { [weight, bias] }
}
