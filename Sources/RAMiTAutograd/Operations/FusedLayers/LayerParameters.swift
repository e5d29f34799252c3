import RAMiTKernels
import RAMiTTensorCore

/// The point-wise convolution, or linear layer, of a fused operation.
public struct PointwiseParameters {
  /// O x I/groups, or O x 1 x 1 x I/groups.
  public let weight: Variable
  /// O.
  public let bias: Variable
  /// A divisor of the inputs and of O; 1 for a linear layer.
  public let groups: Int

  /// - Precondition: the shapes fit, and `groups` divides O.
  public init(weight: Variable, bias: Variable, groups: Int = 1) {
    let shape = weight.shape
    require(
      shape.rank == 2 || (shape.rank == 4 && shape[1] == 1 && shape[2] == 1),
      "a point-wise weight is O x I/groups or O x 1 x 1 x I/groups, not \(shape)")
    requireShape(bias.shape, [shape[0]], of: "the bias with the weight \(shape)")
    require(groups > 0 && shape[0] % groups == 0, "\(groups) groups do not divide the outputs of \(shape)")
    self.weight = weight
    self.bias = bias
    self.groups = groups
  }

  var outputs: Int { weight.shape[0] }
  var inputs: Int { weight.shape.last * groups }
  /// O x I, whatever the groups.
  var shape: Shape { [outputs, inputs] }
  /// In the order of the kernels' gradients.
  var variables: [Variable] { [weight, bias] }
}

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

/// The layer norm of a fused operation: see `layerNorm`.
public struct NormParameters {
  /// C each.
  public let weight, bias: Variable
  let epsilon: Float
  let subtractsMean: Bool

  /// - Parameters: as those of `layerNorm`.
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

/// A point-wise weight packed in memory of the pool.
struct PackedPointwise {
  let kernel: PointwiseWeight
  private let tensor: Tensor

  init(_ parameters: PointwiseParameters) {
    tensor = Tensor(
      uninitialized: [PointwiseWeight.count(inputs: parameters.inputs, outputs: parameters.outputs)])
    kernel = PointwiseWeight(
      parameters.weight.value.pointer, bias: parameters.bias.value.pointer, inputs: parameters.inputs,
      outputs: parameters.outputs, groups: parameters.groups, memory: tensor.pointer)
  }
}
