import RAMiTKernels
import RAMiTTensorCore

/// A linear layer with what a transformer block has around it: `residual + layer(LN(x))`, without LN(x) in memory.
///
/// - Parameters:
///   - x: ... x C.
///   - norm: normalises x before the layer; nil normalises nothing.
///   - layer: C to O.
///   - residual: ... x O, added to the result; plain inference overwrites it where it was consumed. Nil adds nothing.
/// - Returns: ... x O.
public func fusedLinear(
  _ x: Variable, norm: NormParameters? = nil, _ layer: PointwiseParameters, adding residual: consuming Variable? = nil
) -> Variable {
  let rows = x.shape.rows, inputs = x.shape.last, result = x.shape.replacing(-1, with: layer.outputs)
  requireShape(layer.shape, [layer.outputs, inputs], of: "the layer for \(x.shape)")
  requireParameters(norm?.weight, norm?.bias, of: x.shape)
  requireShape(residual?.shape, result, of: "the residual")
  if GraphTrace.isRecording { return composedLinear(x, norm: norm, layer, adding: residual) }
  var residual = consume residual
  let y = residual?.reusableMemory() ?? Tensor(uninitialized: result)
  y.initialize { y in
    withKernel(norm, layer, rows: rows) {
      $0.forward(rows: rows, x.value.pointer, residual: residual?.value.pointer, into: y, scratch: $1)
    }
  }
  let parameters = (norm?.variables ?? []) + layer.variables
  return Variable(
    y, from: [x] + parameters + (residual.map { [$0] } ?? []),
    multiplyAdds: rows * (layer.weight.value.count + (norm == nil ? 0 : inputs))
  ) { [x = x.saved, norm, layer, residual = residual?.gradientSlot] dy, gradients in
    withKernel(norm, layer, rows: rows) { kernel, scratch in
      let sums = GradientSums(count: kernel.gradientCount)
      gradients.write(toOrDiscard: x) { dx, accumulate in
        kernel.backward(
          rows: rows, x.value.pointer, dy: dy.pointer, dx: dx, accumulate: accumulate, scratch: scratch,
          sums: sums.sums)
      }
      sums.add(to: (norm?.variables ?? []) + layer.variables, gradients)
    }
    if let residual { gradients.add(dy, to: residual) }
  }
}

/// Calls `body` with the kernel, whose packed weight lives as long, and the memory that it works in.
private func withKernel(
  _ norm: NormParameters?, _ layer: PointwiseParameters, rows: Int, _ body: (LinearKernel, Scratch) -> Void
) {
  let packed = PackedPointwise(layer)
  let kernel = LinearKernel(norm: norm?.kernel, layer: packed.kernel)
  let memory = KernelMemory(scratch: kernel.scratchCount, pieces: LinearKernel.pieces(rows: rows))
  body(kernel, memory.scratch)
  withExtendedLifetime((packed, memory)) {}
}
