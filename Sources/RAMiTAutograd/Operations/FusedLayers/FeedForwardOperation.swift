import RAMiTKernels
import RAMiTTensorCore

/// A branch that is normalised and added before a feed-forward layer: norm(value).
package struct NormedBranch {
  let value: Variable
  let norm: NormParameters

  package init(_ value: Variable, _ norm: NormParameters) {
    self.value = value
    self.norm = norm
  }
}

/// The second half of a D-RAMiT block: m + LN(out(GELU(hidden(m)))) of m = x + LN(branch) (Fig. 2b), without m in
/// memory.
///
/// - Parameters:
///   - x: ... x C.
///   - branch: the shape of x; nil adds nothing.
///   - hidden, out: C to H and H to C.
///   - norm: normalises what the layers give, C channels.
///   - savesIntermediates: whether the hidden features and what enters the second layer norm are saved for the backward
///     pass, rather than computed again.
package func feedForward(
  _ x: consuming Variable, adding branch: NormedBranch? = nil, hidden: PointwiseParameters, out: PointwiseParameters,
  norm: NormParameters, savesIntermediates: Bool = false
) -> Variable {
  let (rows, channels) = (x.shape.rows, x.shape.last)
  requireShape(hidden.shape, [hidden.outputs, channels], of: "the hidden layer for \(x.shape)")
  requireShape(out.shape, [channels, hidden.outputs], of: "the output layer for \(x.shape)")
  requireParameters(norm.weight, norm.bias, of: x.shape)
  requireShape(branch?.value.shape, x.shape, of: "the branch")
  requireParameters(branch?.norm.weight, branch?.norm.bias, of: x.shape)
  if GraphTrace.isRecording { return composedFeedForward(x, adding: branch, hidden: hidden, out: out, norm: norm) }
  // The pullback must not hold the branch's value: the backward pass may compute it again.
  let branchNorm = branch?.norm
  let layers = FeedForwardLayers(branchNorm: branchNorm, hidden: hidden, out: out, norm: norm)
  var x = consume x
  let y = x.memoryForResult()
  let inputs = [x] + (branch.map { [$0.value] } ?? [])
  var saved: Tensor?
  y.initialize { y in
    layers.withKernel(rows: rows) { kernel, scratch in
      if savesIntermediates, Tape.isRecording { saved = Tensor(uninitialized: [kernel.savedCount(rows: rows)]) }
      kernel.forward(rows: rows, FeedForward.Input(inputs.map(\.value)), y, saved: saved?.pointer, scratch: scratch)
    }
  }
  // A norm counts as one multiply-add for each element.
  let multiplyAdds = rows * (hidden.weight.value.count + out.weight.value.count) + inputs.count * y.count
  return Variable(y, from: inputs + layers.variables, multiplyAdds: multiplyAdds) {
    [inputs = inputs.map(\.saved), layers, saved] dy, gradients in
    layers.withKernel(rows: rows) { kernel, scratch in
      let sums = GradientSums(count: kernel.gradientCount)
      gradients.write(toOrDiscard: inputs) { targets in
        kernel.backward(
          rows: rows, FeedForward.Input(inputs.map(\.value)), saved: saved?.pointer, dy: dy.pointer, gradients: targets,
          scratch: scratch, sums: sums.sums)
      }
      sums.add(to: layers.variables, gradients)
    }
  }
}

/// The layers of a feed-forward operation.
private struct FeedForwardLayers {
  let branchNorm: NormParameters?
  let hidden: PointwiseParameters
  let out: PointwiseParameters
  let norm: NormParameters

  /// In the order of the kernel's gradients.
  var variables: [Variable] { (branchNorm?.variables ?? []) + hidden.variables + out.variables + norm.variables }

  /// Calls `body` with the kernel, whose packed weights live as long, and the memory that it works in.
  func withKernel(rows: Int, _ body: (FeedForward, Scratch) -> Void) {
    let packed = (PackedPointwise(hidden), PackedPointwise(out))
    let kernel = FeedForward(
      branchNorm: branchNorm?.kernel, hidden: packed.0.kernel, out: packed.1.kernel, norm: norm.kernel)
    let memory = KernelMemory(scratch: kernel.scratchCount, pieces: FeedForward.pieces(rows: rows))
    body(kernel, memory.scratch)
    withExtendedLifetime((packed, memory)) {}
  }
}

extension FeedForward.Input {
  /// - Parameter values: x and, if there is one, the branch.
  fileprivate init(_ values: [Tensor]) {
    self.init(x: values[0].pointer, branch: values.count > 1 ? UnsafePointer(values[1].pointer) : nil)
  }
}
