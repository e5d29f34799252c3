import RAMiTKernels
import RAMiTParallel
import RAMiTTensorCore

/// Memory that a fused kernel borrows from the pool for the time of a call.
struct KernelMemory {
  let scratch: Scratch
  private let tensor: Tensor

  /// - Parameters:
  ///   - count: floats for each worker.
  ///   - pieces: the pieces of work.
  init(scratch count: Int, pieces: Int) {
    let padded = paddedToVector(count)
    // Enough workers for any kernel that cuts as many pieces, also into groups of pieces.
    tensor = Tensor(uninitialized: [max(1, workerCount(for: pieces)) * padded])
    scratch = Scratch(tensor.pointer, count: padded)
  }
}

/// The sums of a kernel's parameter gradients.
struct GradientSums {
  let sums: PartialSums
  private let tensor: Tensor

  init(count: Int) {
    tensor = Tensor(uninitialized: [PartialSums.groups * count])
    sums = PartialSums(tensor.pointer, count: count)
  }

  /// Hands out the sums when the kernel has run, parameter by parameter, in the kernel's order.
  var results: Cursor { Cursor(tensor: tensor, next: 0) }

  struct Cursor {
    let tensor: Tensor
    var next: Int

    /// Adds the sums that come next to the gradient of `parameter`.
    mutating func add(to parameter: some Operand, _ gradients: Gradients) {
      let count = parameter.shape.count
      gradients.add(tensor.slice(next..<next + count).reshaped(parameter.shape), to: parameter)
      next += count
    }
  }
}

/// The weight and bias of a point-wise convolution: O x I/groups and O.
public struct PointwiseParameters {
  public let weight: Variable
  public let bias: Variable
  public let groups: Int

  /// - Precondition: the shapes fit, and `groups` divides O.
  public init(weight: Variable, bias: Variable, groups: Int = 1) {
    require(weight.shape.rank == 2, "a point-wise weight is O x I/groups, not \(weight.shape)")
    requireShape(bias.shape, [weight.shape[0]], of: "the bias with the weight \(weight.shape)")
    require(
      groups > 0 && weight.shape[0] % groups == 0, "\(groups) groups do not divide the outputs of \(weight.shape)")
    self.weight = weight
    self.bias = bias
    self.groups = groups
  }

  var outputs: Int { weight.shape[0] }
  var inputs: Int { weight.shape[1] * groups }
  /// O x I, whatever the groups.
  var shape: Shape { [outputs, inputs] }
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
