import RAMiTParallel

/// Two linear layers with an activation between them, on R rows of C channels, as a transformer's second half has them:
///
///     y = W2 activation(W1 LN(x) + b1) + b2 + x
///
/// where the norm and the sum with x may be left out. A tile of rows goes through all of it in cache: neither LN(x) nor
/// the H hidden channels are written to memory, and the backward pass computes them again.
package struct MLPKernel {
  let norm: LayerNorm?
  let hidden: PointwiseWeight
  let out: PointwiseWeight
  let activation: Activation
  let addsInput: Bool

  /// Rows of a tile: their hidden channels (128 x 128 floats) fit the second-level cache with the weights.
  private static let tile = 128

  /// - Parameters:
  ///   - norm: nil normalises nothing.
  ///   - hidden, out: C to H and H to O.
  ///   - addsInput: whether x is added to the result; O is C then.
  package init(
    norm: LayerNorm?, hidden: PointwiseWeight, out: PointwiseWeight, activation: Activation, addsInput: Bool
  ) {
    precondition(
      hidden.outputs == out.inputs && (!addsInput || out.outputs == hidden.inputs),
      "layers of \(hidden.inputs) to \(hidden.outputs) and \(out.inputs) to \(out.outputs) channels do not fit")
    self.norm = norm
    self.hidden = hidden
    self.out = out
    self.activation = activation
    self.addsInput = addsInput
  }

  private var channels: Int { hidden.inputs }
  private var hiddenStride: Int { paddedToVector(hidden.outputs) }
  private var normCount: Int { norm == nil ? 0 : 2 * channels }

  /// Floats of scratch for each worker.
  package var scratchCount: Int { Self.tile * (3 * hiddenStride + 2 * channels) + 3 * vectorWidth }
  /// Floats of gradient: the norm's weight and bias (if any), W1, b1, W2, b2.
  package var gradientCount: Int { normCount + hidden.gradientCount + out.gradientCount }

  /// The pieces of work, to size the scratch: tiles of rows.
  package static func pieces(rows: Int) -> Int { (rows + tile - 1) / tile }

  /// y [R x O]; overwrites y, which may be x.
  package func forward(
    rows: Int, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, scratch: Scratch
  ) {
    forEachRun(of: Self.pieces(rows: rows)) { run, worker in
      let memory = TileMemory(scratch.of(worker: worker), of: self)
      for piece in run {
        let start = piece &* Self.tile, count = min(Self.tile, rows &- start)
        let x = x + start &* channels, y = y + start &* out.outputs
        let m = normalized(x, count: count, memory)
        hidden.apply(
          rows: count, m, xStride: channels, into: memory.activated, yStride: hiddenStride, padsColumns: true,
          asking: RowsAhead(channels: channels, x + count &* channels))
        activation.apply(memory.activated, memory.activated, count: count &* hiddenStride)
        out.apply(
          rows: count, memory.activated, xStride: hiddenStride, adding: addsInput ? x : nil, into: y,
          yStride: out.outputs)
      }
    }
  }

  /// Writes dx (or adds to it) [R x C], and adds to the sums of the parameters' gradients.
  package func backward(
    rows: Int, _ x: UnsafePointer<Float>, dy: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>, accumulate: Bool,
    scratch: Scratch, sums: PartialSums
  ) {
    sums.forEachPiece(Self.pieces(rows: rows)) { piece, worker, sums in
      let start = piece &* Self.tile, count = min(Self.tile, rows &- start)
      let memory = TileMemory(scratch.of(worker: worker), of: self)
      let hiddenSums = sums + normCount, outSums = hiddenSums + hidden.gradientCount
      let x = x + start &* channels, dx = dx + start &* channels, dy = dy + start &* out.outputs
      let m = normalized(x, count: count, memory)
      hidden.apply(rows: count, m, xStride: channels, into: memory.hidden, yStride: hiddenStride, padsColumns: true)
      activation.apply(
        memory.hidden, memory.activated, derivative: memory.derivative, count: count &* hiddenStride)
      out.addGradient(
        rows: count, dy: dy, dyStride: out.outputs, x: memory.activated, xStride: hiddenStride, to: outSums)
      gemm(
        rows: count, Rows(pointer: dy, stride: out.outputs, step: 1), out.backward, memory.hidden,
        cStride: hiddenStride, padsColumns: true,
        epilogue: MultiplyRows(factors: memory.derivative, stride: hiddenStride)
          .asking(for: RowsAhead(channels: channels, x + count &* channels))
          .asking(for: RowsAhead(channels: out.outputs, dy + count &* out.outputs)))
      hidden.addGradient(
        rows: count, dy: memory.hidden, dyStride: hiddenStride, x: m, xStride: channels, to: hiddenSums)
      let dHidden = Rows(pointer: memory.hidden, stride: hiddenStride, step: 1)
      if let norm {
        gemm(rows: count, dHidden, hidden.backward, memory.dMiddle, cStride: channels, epilogue: Identity())
        if addsInput {
          if accumulate {
            addChannels(dy, dx, count: count &* channels)
          } else {
            copyChannels(dy, dx, count: count &* channels)
          }
        }
        norm.backwardRows(
          count, x, stride: channels, dy: memory.dMiddle, dx: dx, dxStride: channels,
          accumulate: accumulate || addsInput,
          sums: sums)
      } else if addsInput {
        gemm(
          rows: count, dHidden, hidden.backward, dx, cStride: channels, accumulate: accumulate,
          epilogue: AddRows(addend: dy, stride: channels))
      } else {
        gemm(
          rows: count, dHidden, hidden.backward, dx, cStride: channels, accumulate: accumulate, epilogue: Identity())
      }
    }
  }

  /// The memory of one tile in work.
  private struct TileMemory {
    /// [tile x padded H]: what enters the activation, then its gradient; what leaves it; the activation's derivative.
    let hidden, activated, derivative: UnsafeMutablePointer<Float>
    /// [tile x C]: LN(x), and its gradient.
    let middle, dMiddle: UnsafeMutablePointer<Float>

    init(_ memory: UnsafeMutablePointer<Float>, of kernel: MLPKernel) {
      hidden = memory
      activated = hidden + MLPKernel.tile * kernel.hiddenStride
      derivative = activated + MLPKernel.tile * kernel.hiddenStride
      middle = derivative + MLPKernel.tile * kernel.hiddenStride
      // Whole vectors are read from the end of a row.
      dMiddle = middle + MLPKernel.tile * kernel.channels + vectorWidth
    }
  }

  /// LN(x) [count x C] of a tile in its memory, or x itself.
  @inline(__always)
  private func normalized(_ x: UnsafePointer<Float>, count: Int, _ memory: TileMemory) -> UnsafePointer<Float> {
    guard let norm else { return x }
    norm.forwardRows(count, x, stride: channels, residual: nil, memory.middle)
    return UnsafePointer(memory.middle)
  }
}
