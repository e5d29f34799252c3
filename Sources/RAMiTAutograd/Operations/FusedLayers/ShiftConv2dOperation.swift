import RAMiTKernels
import RAMiTTensorCore

/// A shift convolution (Zhang et al., "Efficient Long-Range Attention Network for Image Super-resolution", ECCV 2022):
/// a 1 x 1 convolution of the shifted map, which sees as far as a 3 x 3 convolution. The shifted map is never in
/// memory.
///
/// The first fifth of the channels (C / 5, rounded down) comes from the pixel on the right, the next ones from those on
/// the left, below and above, and the rest from the pixel itself; zeros lie outside.
///
/// - Parameters:
///   - x: N x H x W x C.
///   - layer: C to O, in one group.
///   - rectifies: whether ReLU follows.
///   - residual: N x H x W x O, added to the result; plain inference overwrites it where it was consumed. Nil adds
///     nothing.
/// - Returns: N x H x W x O.
/// - Precondition: nothing is added where ReLU follows.
public func shiftConv2d(
  _ x: Variable, _ layer: PointwiseParameters, rectifies: Bool = false, adding residual: consuming Variable? = nil
) -> Variable {
  if GraphTrace.isRecording { return composedShiftConv2d(x, layer, rectifies: rectifies, adding: residual) }
  var residual = consume residual
  let shape = x.shape
  requireMap(shape)
  require(layer.groups == 1, "a shift convolution has one group, not \(layer.groups)")
  requireShape(layer.shape, [layer.outputs, shape[3]], of: "the layer for \(shape)")
  let result = shape.replacing(-1, with: layer.outputs)
  requireShape(residual?.shape, result, of: "the residual")
  require(residual == nil || !rectifies, "nothing is added where ReLU follows")
  /// Calls `body` with the kernel, whose packed weight lives as long, and the memory that it works in.
  func withKernel(_ layer: PointwiseParameters, _ body: (ShiftedLinearKernel, Scratch) -> Void) {
    let packed = PackedPointwise(layer)
    let kernel = ShiftedLinearKernel(
      map: MapSize(images: shape[0], height: shape[1], width: shape[2]), layer: packed.kernel,
      rectifies: rectifies)
    let memory = KernelMemory(scratch: kernel.scratchCount, pieces: kernel.pieces)
    body(kernel, memory.scratch)
    withExtendedLifetime((packed, memory)) {}
  }
  let y = residual?.reusableMemory() ?? Tensor(uninitialized: result)
  y.initialize { y in
    withKernel(layer) { $0.forward(x.value.pointer, residual: residual?.value.pointer, into: y, scratch: $1) }
  }
  return Variable(
    y, from: [x] + layer.variables + (residual.map { [$0] } ?? []),
    multiplyAdds: shape.rows * layer.weight.value.count
  ) { [x = x.saved, layer, residual = residual?.gradientSlot, y = rectifies ? y : nil] dy, gradients in
    withKernel(layer) { kernel, scratch in
      let sums = GradientSums(count: kernel.gradientCount)
      gradients.write(toOrDiscard: x) { dx, accumulate in
        kernel.backward(
          x.value.pointer, y: y.map { UnsafePointer($0.pointer) }, dy: dy.pointer, dx: dx,
          accumulate: accumulate, scratch: scratch, sums: sums.sums)
      }
      sums.add(to: layer.variables, gradients)
    }
    if let residual { gradients.add(dy, to: residual) }
  }
}
