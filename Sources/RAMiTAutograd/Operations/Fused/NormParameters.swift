import RAMiTKernels
import RAMiTTensorCore

/// The layer norm of a fused operation: see `layerNorm`.
public struct NormParameters {
  /// C.
  public let weight: Variable
  /// C.
  public let bias: Variable
  public let epsilon: Float
  public let subtractsMean: Bool

  public init(weight: Variable, bias: Variable, epsilon: Float = 1e-5, subtractsMean: Bool = true) {
    self.weight = weight
    self.bias = bias
    self.epsilon = epsilon
    self.subtractsMean = subtractsMean
  }

  /// In the order of the kernels' gradients.
  var variables: [Variable] { [weight, bias] }

  /// The kernel, which reads the variables' memory.
  var kernel: LayerNorm {
    LayerNorm(
      channels: weight.shape.count, weight: weight.value.pointer, bias: bias.value.pointer, epsilon: epsilon,
      form: subtractsMean ? .layer : .biasFree)
  }
}
