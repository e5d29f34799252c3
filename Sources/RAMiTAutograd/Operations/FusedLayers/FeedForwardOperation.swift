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
  let rows = x.shape.rows
  // The pullback must not hold the branch's value: the backward pass may compute it again.
  let layers = FeedForwardLayers(branchNorm: branch?.norm, hidden: hidden, out: out, norm: norm)
  layers.requireFit(x.shape)
  requireShape(branch?.value.shape, x.shape, of: "the branch")
  if GraphTrace.isRecording { return composedFeedForward(x, adding: branch, hidden: hidden, out: out, norm: norm) }
  var x = consume x
  let y = x.memoryForResult()
  let inputs = [x] + (branch.map { [$0.value] } ?? [])
  var saved: Tensor?
  y.initialize { y in
    layers.withKernel { kernel in
      let memory = KernelMemory(scratch: kernel.scratchCount, pieces: FeedForward.pieces(rows: rows))
      if savesIntermediates, Tape.isRecording { saved = Tensor(uninitialized: [kernel.savedCount(rows: rows)]) }
      kernel.forward(
        rows: rows, FeedForward.Input(inputs.map(\.value)), y, saved: saved?.pointer, scratch: memory.scratch)
      withExtendedLifetime(memory) {}
    }
  }
  // A norm counts as one multiply-add for each element.
  let multiplyAdds = rows * layers.weightCount + inputs.count * y.count
  return Variable(y, from: inputs + layers.variables, multiplyAdds: multiplyAdds) {
    [inputs = inputs.map(\.saved), layers, saved] dy, gradients in
    layers.withKernel { kernel in
      let memory = KernelMemory(scratch: kernel.scratchCount, pieces: FeedForward.pieces(rows: rows))
      let sums = GradientSums(count: kernel.gradientCount)
      gradients.write(toOrDiscard: inputs) { targets in
        kernel.backward(
          rows: rows, FeedForward.Input(inputs.map(\.value)), saved: saved?.pointer, dy: dy.pointer, gradients: targets,
          scratch: memory.scratch, sums: sums.sums)
      }
      sums.add(to: layers.variables, gradients)
      withExtendedLifetime(memory) {}
    }
  }
}

/// The layers of a feed-forward operation.
struct FeedForwardLayers {
  let branchNorm: NormParameters?
  let hidden: PointwiseParameters
  let out: PointwiseParameters
  let norm: NormParameters

  /// - Precondition: the layers are for features of this shape.
  func requireFit(_ shape: Shape) {
    requireShape(hidden.shape, [hidden.outputs, shape.last], of: "the hidden layer for \(shape)")
    requireShape(out.shape, [shape.last, hidden.outputs], of: "the output layer for \(shape)")
    requireParameters(norm.weight, norm.bias, of: shape)
    requireParameters(branchNorm?.weight, branchNorm?.bias, of: shape)
  }

  /// In the order of the kernel's gradients.
  var variables: [Variable] { (branchNorm?.variables ?? []) + hidden.variables + out.variables + norm.variables }

  /// Without biases: each weight meets each row once.
  var weightCount: Int { hidden.weight.value.count + out.weight.value.count }

  /// Calls `body` with the kernel, whose packed weights live as long.
  func withKernel(_ body: (FeedForward) -> Void) {
    let packed = (PackedPointwise(hidden), PackedPointwise(out))
    let kernel = FeedForward(
      branchNorm: branchNorm?.kernel, hidden: packed.0.kernel, out: packed.1.kernel, norm: norm.kernel)
    body(kernel)
    withExtendedLifetime(packed) {}
  }
}

extension FeedForward.Input {
  /// - Parameter values: x and, if there is one, the branch.
  fileprivate init(_ values: [Tensor]) {
    self.init(x: values[0].pointer, branch: values.count > 1 ? UnsafePointer(values[1].pointer) : nil)
  }
}
