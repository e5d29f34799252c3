import RAMiTKernels
import RAMiTTensorCore

/// A linear layer with what a transformer block has around it: `residual + layer(LN(x))`, without LN(x) in memory.
///
/// - Parameters:
///   - x: ... x C.
///   - norm: of x, before the layer; nil normalises nothing.
///   - layer: C to O.
///   - residual: ... x O, added to the result; plain inference overwrites it where it was given away. Nil adds nothing.
/// - Returns: ... x O.
public func fusedLinear(
  _ x: Variable, norm: NormParameters? = nil, _ layer: PointwiseParameters, adding residual: consuming Variable? = nil
) -> Variable {
  let rows = x.shape.rows, inputs = x.shape.last, result = x.shape.replacing(-1, with: layer.outputs)
  requireShape(layer.shape, [layer.outputs, inputs], of: "the layer for \(x.shape)")
  requireParameters(norm?.weight, norm?.bias, of: x.shape)
  requireShape(residual?.shape, result, of: "the residual")
  var residual = consume residual
  /// The kernel, with its packed weight alive around it, and the memory that it works in.
  func run(_ body: (LinearKernel, Scratch) -> Void) {
    let packed = PackedPointwise(layer)
    let kernel = LinearKernel(norm: norm?.kernel, layer: packed.kernel)
    let memory = KernelMemory(scratch: kernel.scratchCount, pieces: LinearKernel.pieces(rows: rows))
    body(kernel, memory.scratch)
    withExtendedLifetime((packed, memory)) {}
  }
  let parameters = (norm?.variables ?? []) + layer.variables
  let y = residual?.reusableMemory() ?? Tensor(uninitialized: result)
  y.initialize { y in
    run { $0.forward(rows: rows, x.value.pointer, residual: residual?.value.pointer, into: y, scratch: $1) }
  }
  return Variable(
    y, from: [x] + parameters + (residual.map { [$0] } ?? []),
    multiplyAdds: rows * (layer.weight.value.count + (norm == nil ? 0 : inputs))
  ) { [x = x.saved, residual = residual?.gradientSlot] dy, gradients in
    run { kernel, scratch in
      let sums = GradientSums(count: kernel.gradientCount)
      gradients.write(toOrDiscard: x) { dx, accumulate in
        kernel.backward(
          rows: rows, x.value.pointer, dy: dy.pointer, dx: dx, accumulate: accumulate, scratch: scratch,
          sums: sums.sums)
      }
      var cursor = sums.results
      for parameter in parameters { cursor.add(to: parameter, gradients) }
    }
    if let residual { gradients.add(dy, to: residual) }
  }
}
