import Kernels
import TensorCore

/// The second half of a D-RAMiT block: x + LN(out(GELU(hidden(x)))) (Fig. 2b), without the hidden features in memory.
///
/// - Parameters:
///   - x: ... x C.
///   - hidden, out: C to H and H to C.
///   - gamma, beta: C.
public func feedForward(
  _ x: consuming Variable, hidden: PointwiseParameters, out: PointwiseParameters, gamma: Variable, beta: Variable
) -> Variable {
  precondition(hidden.inputs == x.shape.last && out.outputs == x.shape.last, "the projections do not fit \(x.shape)")
  let (rows, channels) = (x.shape.rows, x.shape.last)
  /// The kernel, with its packed weights alive around it.
  func run(_ body: (FeedForward) -> Void) {
    let packed = (PackedPointwise(hidden), PackedPointwise(out))
    let norm = LayerNorm(channels: channels, gamma: gamma.value.pointer, beta: beta.value.pointer)
    body(FeedForward(hidden: packed.0.kernel, out: packed.1.kernel, norm: norm))
    withExtendedLifetime(packed) {}
  }
  var x = x
  let y = x.memoryForResult()
  run { kernel in
    let memory = KernelMemory(scratch: kernel.scratchCount, pieces: FeedForward.pieces(rows: rows))
    kernel.forward(rows: rows, x.value.pointer, y.pointer, scratch: memory.scratch)
    withExtendedLifetime(memory) {}
  }
  return Variable(
    y, from: [x] + hidden.variables + out.variables + [gamma, beta],
    multiplyAdds: rows * (hidden.weight.value.count + out.weight.value.count)
  ) { [x = x.saved] dy, gradients in
    run { kernel in
      let memory = KernelMemory(scratch: kernel.scratchCount, pieces: FeedForward.pieces(rows: rows))
      let sums = GradientSums(count: kernel.gradientCount)
      gradients.write(toOrDiscard: x) { dx, adds in
        kernel.backward(
          rows: rows, x.value.pointer, dy: dy.pointer, dx: dx, adds: adds, scratch: memory.scratch, sums: sums.sums)
      }
      var cursor = sums.results
      for parameter in hidden.variables + out.variables + [gamma, beta] { cursor.add(to: parameter, gradients) }
      withExtendedLifetime(memory) {}
    }
  }
}
