import Kernels
import TensorCore

/// The parameters of a MobiVari layer (Sec. A.1).
public struct MobiVariParameters {
  /// C to E, grouped; nil in version 1, where E is C.
  public let expand: PointwiseParameters?
  /// 3 x 3 x E, and E.
  public let depthwiseWeight: Variable
  public let depthwiseBias: Variable
  /// E to O.
  public let pointwise: PointwiseParameters

  public init(
    expand: PointwiseParameters?, depthwiseWeight: Variable, depthwiseBias: Variable, pointwise: PointwiseParameters
  ) {
    self.expand = expand
    self.depthwiseWeight = depthwiseWeight
    self.depthwiseBias = depthwiseBias
    self.pointwise = pointwise
  }

  /// In the order of the kernel's gradients.
  var variables: [Variable] {
    (expand?.variables ?? []) + [depthwiseWeight, depthwiseBias] + pointwise.variables
  }
}

/// MobiVari: grouped expansion, depth-wise 3x3 and point-wise convolution, each but the first residual.
///
/// - Parameter x: N x H x W x C.
/// - Returns: N x H x W x O.
public func mobiVari(_ x: Variable, _ parameters: MobiVariParameters, activation: Activation) -> Variable {
  precondition(x.shape.rank == 4, "a feature map is N x H x W x C, not \(x.shape)")
  let size = MobiVari.Size(images: x.shape[0], height: x.shape[1], width: x.shape[2])
  let expanded = parameters.depthwiseBias.value.count
  func run(_ body: (MobiVari) -> Void) {
    let expand = parameters.expand.map(PackedPointwise.init)
    let pointwise = PackedPointwise(parameters.pointwise)
    let depthwise = Tensor(uninitialized: [DepthwiseWeight.count(channels: expanded)])
    let weight = DepthwiseWeight(
      parameters.depthwiseWeight.value.pointer, bias: parameters.depthwiseBias.value.pointer, channels: expanded,
      addsInput: parameters.expand != nil, memory: depthwise.pointer)
    body(
      MobiVari(
        size: size, activation: activation, expand: expand?.kernel, depthwise: weight, pointwise: pointwise.kernel))
    withExtendedLifetime((expand, pointwise, depthwise)) {}
  }
  let y = Tensor(uninitialized: x.shape.replacing(-1, with: parameters.pointwise.outputs))
  run { kernel in
    let memory = KernelMemory(scratch: kernel.forwardScratchCount, pieces: kernel.pieces)
    kernel.forward(x.value.pointer, y.pointer, scratch: memory.scratch)
    withExtendedLifetime(memory) {}
  }
  return Variable(y, from: [x] + parameters.variables) { dy, gradients in
    run { kernel in
      let memory = KernelMemory(scratch: kernel.backwardScratchCount, pieces: kernel.pieces)
      let sums = GradientSums(count: kernel.gradientCount)
      gradients.write(toOrDiscard: x) { dx, adds in
        kernel.backward(
          x.value.pointer, dy: dy.pointer, dx: dx, adds: adds, scratch: memory.scratch, sums: sums.sums)
      }
      var cursor = sums.reduced()
      for parameter in parameters.variables { cursor.add(to: parameter, gradients) }
      withExtendedLifetime(memory) {}
    }
  }
}
