import RAMiTParallel

/// A linear layer on R rows of C channels with what a transformer block has around it:
///
///     y = W LN(x) + b + residual
///
/// where the norm and the residual may be left out. A tile of rows goes through all of it in cache: LN(x) is not
/// written to memory, and the backward pass computes it again.
package struct LinearKernel {
  let norm: LayerNorm?
  let layer: PointwiseWeight

  /// Rows of a tile.
  private static let tile = 128

  /// - Parameter norm: of the layer's inputs; nil normalises nothing.
  package init(norm: LayerNorm?, layer: PointwiseWeight) {
    self.norm = norm
    self.layer = layer
  }

  private var inputs: Int { layer.inputs }
  private var outputs: Int { layer.outputs }
  private var normCount: Int { norm == nil ? 0 : 2 * inputs }

  /// Floats of scratch for each worker.
  package var scratchCount: Int { 2 * Self.tile * inputs + 2 * vectorWidth }
  /// Floats of gradient: the norm's weight and bias (if any), W, b.
  package var gradientCount: Int { normCount + layer.gradientCount }

  /// The pieces of work, to size the scratch: tiles of rows.
  package static func pieces(rows: Int) -> Int { (rows + tile - 1) / tile }

  /// y [R x O]; overwrites y, which may be the residual [R x O].
  package func forward(
    rows: Int, _ x: UnsafePointer<Float>, residual: UnsafePointer<Float>?, into y: UnsafeMutablePointer<Float>,
    scratch: Scratch
  ) {
    parallelFor(Self.pieces(rows: rows)) { piece, worker in
      let start = piece &* Self.tile, count = min(Self.tile, rows &- start)
      let m = normalized(x + start &* inputs, count: count, scratch.of(worker: worker))
      layer.apply(
        rows: count, m, xStride: inputs, adding: residual.map { $0 + start &* outputs }, into: y + start &* outputs,
        yStride: outputs)
    }
  }

  /// Writes dx (or adds to it) [R x C], and adds to the sums of the parameters' gradients. (The residual's gradient is
  /// dy.)
  package func backward(
    rows: Int, _ x: UnsafePointer<Float>, dy: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>, accumulate: Bool,
    scratch: Scratch, sums: PartialSums
  ) {
    sums.forEachPiece(Self.pieces(rows: rows)) { piece, worker, sums in
      let start = piece &* Self.tile, count = min(Self.tile, rows &- start)
      let memory = scratch.of(worker: worker)
      let x = x + start &* inputs, dx = dx + start &* inputs, dy = dy + start &* outputs
      let m = normalized(x, count: count, memory)
      layer.addGradient(rows: count, dy: dy, dyStride: outputs, x: m, xStride: inputs, to: sums + normCount)
      let gradient = Rows(pointer: dy, stride: outputs, step: 1)
      guard let norm else {
        return gemm(
          rows: count, gradient, layer.backward, dx, cStride: inputs, accumulate: accumulate, epilogue: Identity())
      }
      let dMiddle = memory + (Self.tile &* inputs &+ vectorWidth)
      gemm(rows: count, gradient, layer.backward, dMiddle, cStride: inputs, epilogue: Identity())
      norm.backwardRows(
        count, x, stride: inputs, dy: dMiddle, dx: dx, dxStride: inputs, accumulate: accumulate, sums: sums)
    }
  }

  /// LN(x) [count x C] of a tile in `memory`, or x itself.
  @inline(__always)
  private func normalized(
    _ x: UnsafePointer<Float>, count: Int, _ memory: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    guard let norm else { return x }
    norm.forwardRows(count, x, stride: inputs, residual: nil, memory)
    return UnsafePointer(memory)
  }
}
