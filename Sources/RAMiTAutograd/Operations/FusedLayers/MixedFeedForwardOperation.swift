import RAMiTKernels
import RAMiTTensorCore

/// What follows the attentions in a D-RAMiT block (Fig. 2b): `feedForward` of x and the normalised `mobiVari` of the
/// heads. In plain inference it is one kernel, and the mixed attention is never in memory.
///
/// - Parameters:
///   - x: N x H x W x C.
///   - heads: N x H x W x C.
///   - mix: MobiVari's parameters, to C channels.
///   - branchNorm: normalises the mixed attention.
///   - hidden, out, norm: as those of `feedForward`.
package func mixedFeedForward(
  _ x: consuming Variable, heads: Variable, mix: MobiVariParameters, activation: Activation,
  branchNorm: NormParameters, hidden: PointwiseParameters, out: PointwiseParameters, norm: NormParameters
) -> Variable {
  if Tape.isRecording || GraphTrace.isRecording {
    let branch = NormedBranch(mobiVari(heads, mix, activation: activation), branchNorm)
    return feedForward(x, adding: branch, hidden: hidden, out: out, norm: norm)
  }
  let shape = x.shape, map = mix.joined([heads])
  requireShape(shape, heads.shape.replacing(-1, with: mix.pointwise.outputs), of: "the features of these heads")
  let layers = FeedForwardLayers(branchNorm: branchNorm, hidden: hidden, out: out, norm: norm)
  layers.requireFit(shape)
  var x = consume x
  let y = x.memoryForResult()
  y.initialize { y in
    mix.withKernel(map, activation) { mix in
      layers.withKernel { feedForward in
        let kernel = MixedFeedForward(mix: mix, feedForward: feedForward)
        let memory = KernelMemory(scratch: kernel.scratchCount, pieces: kernel.pieces)
        kernel.forward([UnsafePointer(heads.value.pointer)], x: x.value.pointer, y, scratch: memory.scratch)
        withExtendedLifetime(memory) {}
      }
    }
  }
  // As many as the two operations count.
  let multiplyAdds = shape.rows * (mix.weightCount + layers.weightCount) + 2 * y.count
  return Variable(y, from: [x, heads] + mix.variables + layers.variables, multiplyAdds: multiplyAdds) { _, _ in
    fatalError("no tape recorded it")
  }
}
