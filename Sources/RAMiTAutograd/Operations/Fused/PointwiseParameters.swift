import RAMiTKernels
import RAMiTTensorCore

/// The point-wise convolution, or linear layer, of a fused operation.
public struct PointwiseParameters {
  /// O x I/groups, or O x 1 x 1 x I/groups.
  public let weight: Variable
  /// O.
  public let bias: Variable
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
