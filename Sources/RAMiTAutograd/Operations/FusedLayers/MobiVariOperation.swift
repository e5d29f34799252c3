import RAMiTKernels
import RAMiTTensorCore

/// The parameters of a MobiVari layer (Sec. A.1).
package struct MobiVariParameters {
  /// C to E, grouped; nil in version 1, where E is C.
  let expand: PointwiseParameters?
  /// E channels.
  let depthwise: DepthwiseParameters
  /// E to O.
  let pointwise: PointwiseParameters

  package init(expand: PointwiseParameters?, depthwise: DepthwiseParameters, pointwise: PointwiseParameters) {
    self.expand = expand
    self.depthwise = depthwise
    self.pointwise = pointwise
  }

  /// The maps `parts` side by side.
  /// - Precondition: they and the parameters fit each other.
  func joined(_ parts: [Variable]) -> JoinedMaps {
    require(!parts.isEmpty, "MobiVari needs a feature map")
    for part in parts { requireMap(part.shape) }
    let shape = parts[0].shape
    let size = MapSize(images: shape[0], height: shape[1], width: shape[2])
    let input = JoinedMaps(
      parts.map { part in
        let factor = shape[1] / max(1, part.shape[1]), cell = factor * factor
        require(
          [shape[0], part.shape[1] * factor, part.shape[2] * factor] == shape.dimensions[..<3]
            && part.shape.last % max(1, cell) == 0, "\(part.shape) cannot be shuffled to the resolution of \(shape)")
        return JoinedMaps.Part(channels: part.shape.last / cell, factor: factor)
      }, size: size)
    let expanded = depthwise.channels
    requireShape(
      pointwise.shape, [pointwise.outputs, expanded], of: "the point-wise layer behind \(expanded) channels")
    requireShape(expand?.shape, [expanded, input.channels], of: "the expansion of \(input.channels) channels")
    require(
      expand != nil || input.channels == expanded,
      "\(input.channels) channels without an expansion need as many depth-wise ones, not \(expanded)")
    return input
  }

  /// Without biases: each weight meets each pixel once.
  var weightCount: Int {
    (expand?.weight.value.count ?? 0) + depthwise.weight.value.count + pointwise.weight.value.count
  }

  /// In the order of the kernel's gradients.
  var variables: [Variable] { (expand?.variables ?? []) + depthwise.variables + pointwise.variables }

  /// Calls `body` with the kernel, whose packed weights live as long.
  func withKernel(_ input: JoinedMaps, _ activation: Activation, _ body: (MobiVari) -> Void) {
    let expand = expand.map(PackedPointwise.init), pointwise = PackedPointwise(pointwise)
    let memory = Tensor(uninitialized: [DepthwiseWeight.count(channels: depthwise.channels)])
    let depthwise = DepthwiseWeight(
      depthwise.weight.value.pointer, bias: depthwise.bias.value.pointer, channels: depthwise.channels,
      addsInput: expand != nil, memory: memory.pointer)
    body(
      MobiVari(
        input: input, activation: activation, expand: expand?.kernel, depthwise: depthwise,
        pointwise: pointwise.kernel))
    withExtendedLifetime((expand, pointwise, memory)) {}
  }
}

/// MobiVari: grouped expansion, depth-wise 3x3 and point-wise convolution, the last two with a residual.
///
/// - Parameter x: N x H x W x C.
/// - Returns: N x H x W x O.
package func mobiVari(_ x: Variable, _ parameters: MobiVariParameters, activation: Activation) -> Variable {
  mobiVari([x], parameters, activation: activation)
}

/// MobiVari of feature maps side by side on the channels, coarser ones shuffled to the first one's resolution (Shi et
/// al., 2016); the joined map is never in memory.
///
/// - Parameter parts: N x H x W x c; others N x H/r x W/r x (c r r). C is the sum of all c.
/// - Returns: N x H x W x O.
package func mobiVari(_ parts: [Variable], _ parameters: MobiVariParameters, activation: Activation) -> Variable {
  let shape = parts.first?.shape ?? [], input = parameters.joined(parts)
  if GraphTrace.isRecording { return parameters.composed(parts, activation: activation) }
  let y = Tensor(shape.replacing(-1, with: parameters.pointwise.outputs)) { y in
    parameters.withKernel(input, activation) { kernel in
      let memory = KernelMemory(scratch: kernel.forwardScratchCount, pieces: kernel.forwardPieces)
      kernel.forward(parts.map { UnsafePointer($0.value.pointer) }, y, scratch: memory.scratch)
      withExtendedLifetime(memory) {}
    }
  }
  return Variable(
    y, from: parts + parameters.variables, multiplyAdds: shape.rows * parameters.weightCount
  ) { [parts = parts.map(\.saved), parameters] dy, gradients in
    let x = parts.map { UnsafePointer($0.value.pointer) }
    parameters.withKernel(input, activation) { kernel in
      let memory = KernelMemory(scratch: kernel.backwardScratchCount, pieces: kernel.backwardPieces)
      let sums = GradientSums(count: kernel.gradientCount)
      gradients.write(toOrDiscard: parts) { dx in
        kernel.backward(x, dy: dy.pointer, dx: dx, scratch: memory.scratch, sums: sums.sums)
      }
      sums.add(to: parameters.variables, gradients)
      withExtendedLifetime(memory) {}
    }
  }
}
