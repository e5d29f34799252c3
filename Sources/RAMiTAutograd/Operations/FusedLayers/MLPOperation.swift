import RAMiTKernels
import RAMiTTensorCore

/// Two linear layers with an activation between them, and what a transformer's second half has around them (Dosovitskiy
/// et al., 2021, Eq. 3; Liu et al., 2021, Eq. 3): `x + out(activation(hidden(LN(x))))`, without the hidden channels in
/// memory.
///
/// - Parameters:
///   - x: ... x C; plain inference overwrites it where it was consumed and O is C.
///   - norm: normalises x before the layers; nil normalises nothing.
///   - hidden, out: C to H and H to O.
///   - activation: acts on the hidden channels.
///   - addsInput: whether x is added to the result; O is C then.
/// - Returns: ... x O.
public func mlp(
  _ x: consuming Variable, norm: NormParameters? = nil, hidden: PointwiseParameters, out: PointwiseParameters,
  activation: Activation = .gelu, addsInput: Bool = false
) -> Variable {
  let shape = x.shape, channels = shape.last
  requireShape(hidden.shape, [hidden.outputs, channels], of: "the hidden layer for \(shape)")
  requireShape(
    out.shape, [addsInput ? channels : out.outputs, hidden.outputs], of: "the output layer behind \(hidden.shape)")
  requireParameters(norm?.weight, norm?.bias, of: shape)
  if GraphTrace.isRecording {
    return composedMLP(x, norm: norm, hidden: hidden, out: out, activation: activation, addsInput: addsInput)
  }
  let rows = shape.rows
  /// Calls `body` with the kernel, whose packed weights live as long, and the memory that it works in.
  func withKernel(
    _ norm: NormParameters?, _ hidden: PointwiseParameters, _ out: PointwiseParameters,
    _ body: (MLPKernel, Scratch) -> Void
  ) {
    let packed = (PackedPointwise(hidden), PackedPointwise(out))
    let kernel = MLPKernel(
      norm: norm?.kernel, hidden: packed.0.kernel, out: packed.1.kernel, activation: activation, addsInput: addsInput)
    let memory = KernelMemory(scratch: kernel.scratchCount, pieces: MLPKernel.pieces(rows: rows))
    body(kernel, memory.scratch)
    withExtendedLifetime((packed, memory)) {}
  }
  let parameters = (norm?.variables ?? []) + hidden.variables + out.variables
  // A norm counts as one multiply-add for each element.
  let products = hidden.weight.value.count + out.weight.value.count
  let multiplyAdds = rows * (products + (norm == nil ? 0 : channels))
  var x = consume x
  let y = out.outputs == channels ? x.memoryForResult() : Tensor(uninitialized: shape.replacing(-1, with: out.outputs))
  y.initialize { y in
    withKernel(norm, hidden, out) { $0.forward(rows: rows, x.value.pointer, into: y, scratch: $1) }
  }
  return Variable(y, from: [x] + parameters, multiplyAdds: multiplyAdds) {
    [x = x.saved, norm, hidden, out] dy, gradients in
    withKernel(norm, hidden, out) { kernel, scratch in
      let sums = GradientSums(count: kernel.gradientCount)
      gradients.write(toOrDiscard: x) { dx, accumulate in
        kernel.backward(
          rows: rows, x.value.pointer, dy: dy.pointer, dx: dx, accumulate: accumulate, scratch: scratch,
          sums: sums.sums)
      }
      sums.add(to: (norm?.variables ?? []) + hidden.variables + out.variables, gradients)
    }
  }
}
