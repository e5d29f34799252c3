import RAMiTParallel

/// The second half of a D-RAMiT block, with W1 [H x C] and W2 [C x H], on R pixels of C channels:
///
///     m = x + LN1(branch), or x where there is no branch
///     y = m + LN(W2 GELU(W1 m + b1) + b2)
///
/// A tile of pixels goes through all of it in cache; m is never written to memory. The two
/// products are half as much arithmetic as the rest of the backward pass, and with H = 2 C as large as three feature
/// maps: callers choose whether to save them or to compute them again.
package struct FeedForward {
  let branchNorm: LayerNorm?
  let hidden: PointwiseWeight
  let out: PointwiseWeight
  let norm: LayerNorm

  /// Pixels of a tile: its hidden features (128 x 128 floats) fit the second-level cache with the weights.
  static let tile = 128

  /// - Parameter branchNorm: LN1; nil where there is no branch.
  package init(branchNorm: LayerNorm?, hidden: PointwiseWeight, out: PointwiseWeight, norm: LayerNorm) {
    precondition(hidden.outputs == out.inputs && hidden.inputs == out.outputs, "the two projections do not fit")
    self.branchNorm = branchNorm
    self.hidden = hidden
    self.out = out
    self.norm = norm
  }

  var channels: Int { hidden.inputs }
  private var hiddenStride: Int { paddedToVector(hidden.outputs) }

  /// Floats of scratch for each worker.
  package var scratchCount: Int { Self.tile * (2 * hiddenStride + 3 * channels) + 3 * vectorWidth }
  /// Floats of gradient: LN1 (if any), W1, b1, W2, b2, LN2.
  package var gradientCount: Int { branchCount + hidden.gradientCount + out.gradientCount + 2 * channels }
  private var branchCount: Int { branchNorm == nil ? 0 : 2 * channels }

  /// The pieces of work, to size the scratch: tiles of pixels.
  package static func pieces(rows: Int) -> Int { (rows + tile - 1) / tile }

  /// What both passes read.
  package struct Input {
    let x: UnsafePointer<Float>
    let branch: UnsafePointer<Float>?

    /// - Parameters:
    ///   - x: [R x C].
    ///   - branch: [R x C], with `branchNorm`, or nil.
    package init(x: UnsafePointer<Float>, branch: UnsafePointer<Float>?) {
      self.x = x
      self.branch = branch
    }

    func advanced(by floats: Int) -> Input { Input(x: x + floats, branch: branch.map { $0 + floats }) }
  }

  /// Floats that the backward pass reads where they are saved: W1 m + b1 [R x padded H] and W2 GELU(...) + b2 [R x C].
  package func savedCount(rows: Int) -> Int { rows * (hiddenStride + channels) }

  /// y [R x C]; overwrites y, which may be x.
  /// - Parameter saved: `savedCount` floats for `backward`; nil saves nothing.
  package func forward(
    rows: Int, _ input: Input, _ y: UnsafeMutablePointer<Float>, saved: UnsafeMutablePointer<Float>?, scratch: Scratch
  ) {
    forEachRun(of: Self.pieces(rows: rows)) { run, worker in
      let memory = TileMemory(scratch.of(worker: worker), of: self)
      for piece in run {
        let start = piece * Self.tile, count = min(Self.tile, rows - start)
        let next = input.advanced(by: (start &+ count) &* channels)
        forwardTile(
          count, input.advanced(by: start &* channels), y + start &* channels,
          saved: saved.map { SavedTile($0, rows: rows, start: start, of: self) }, memory,
          asking: RowsAhead(channels: channels, next.x, next.branch))
      }
    }
  }

  /// y [count x C] of the pixels of a tile; overwrites y, which may be x.
  /// - Parameter ahead: rows that the first product asks for.
  @inline(__always)
  func forwardTile(
    _ count: Int, _ input: Input, _ y: UnsafeMutablePointer<Float>, saved: SavedTile? = nil, _ memory: TileMemory,
    asking ahead: RowsAhead
  ) {
    let m = middle(input, count: count, memory)
    let h = saved?.hidden ?? memory.activated, projected = saved?.projected ?? memory.projected
    hidden.apply(
      rows: count, m, xStride: channels, into: h, yStride: hiddenStride, padsColumns: true, asking: ahead)
    applyGELU(h, into: memory.activated, count: count &* hiddenStride)
    out.apply(rows: count, memory.activated, xStride: hiddenStride, into: projected, yStride: channels)
    norm.forwardRows(count, projected, stride: channels, residual: m, y)
  }

  /// Writes dx (or adds to it) [R x C], with a branch the same for dBranch, and adds to the sums of the parameters'
  /// gradients.
  /// - Parameters:
  ///   - saved: as `forward` left it; nil computes it again.
  ///   - gradients: of x and, with a branch, of that, and whether to add to what is there.
  package func backward(
    rows: Int, _ input: Input, saved: UnsafeMutablePointer<Float>?, dy: UnsafePointer<Float>,
    gradients: [(pointer: UnsafeMutablePointer<Float>, accumulate: Bool)], scratch: Scratch, sums: PartialSums
  ) {
    sums.forEachPiece(Self.pieces(rows: rows)) { piece, worker, sums in
      let start = piece * Self.tile, count = min(Self.tile, rows - start), offset = start * channels
      let memory = TileMemory(scratch.of(worker: worker), of: self)
      let activated = memory.activated, dProjected = memory.projected
      let hiddenSums = sums + branchCount, outSums = hiddenSums + hidden.gradientCount
      let next = input.advanced(by: (start &+ count) &* channels), nextGradient = dy + (start &+ count) &* channels
      let dy = dy + offset, dx = gradients[0]
      let m = middle(input.advanced(by: offset), count: count, memory)

      let nextSaved = saved.map { SavedTile($0, rows: rows, start: start + count, of: self) }
      let saved = saved.map { SavedTile($0, rows: rows, start: start, of: self) }
      if saved == nil {
        hidden.apply(rows: count, m, xStride: channels, into: activated, yStride: hiddenStride, padsColumns: true)
      }
      applyGELU(
        saved?.hidden ?? activated, into: activated, derivative: memory.derivative, count: count &* hiddenStride)
      if saved == nil {
        out.apply(rows: count, activated, xStride: hiddenStride, into: dProjected, yStride: channels)
      }
      norm.backwardRows(
        count, saved?.projected ?? dProjected, stride: channels, dy: dy, dx: dProjected, dxStride: channels,
        accumulate: false, sums: outSums + out.gradientCount)
      out.addGradient(
        rows: count, dy: dProjected, dyStride: channels, x: activated, xStride: hiddenStride, to: outSums)
      // The activations are no longer needed: their memory takes the gradient of what they were computed from.
      gemm(
        rows: count, Rows(pointer: dProjected, stride: channels, step: 1), out.backward, activated,
        cStride: hiddenStride, padsColumns: true,
        epilogue: MultiplyRows(factors: memory.derivative, stride: hiddenStride)
          .asking(for: RowsAhead(channels: channels, next.x, next.branch))
          .asking(for: RowsAhead(channels: hiddenStride, nextSaved?.hidden)))
      hidden.addGradient(rows: count, dy: activated, dyStride: hiddenStride, x: m, xStride: channels, to: hiddenSums)
      let dHidden = Rows(pointer: activated, stride: hiddenStride, step: 1)
      let throughM = AddRows(addend: dy, stride: channels)
        .asking(for: RowsAhead(channels: channels, nextGradient))
        .asking(for: RowsAhead(channels: channels, nextSaved?.projected))
      guard let branch = input.branch, let branchNorm else {
        return gemm(
          rows: count, dHidden, hidden.backward, dx.pointer + offset, cStride: channels, accumulate: dx.accumulate,
          epilogue: throughM)
      }
      let dm = memory.dMiddle, dBranch = gradients[1]
      gemm(rows: count, dHidden, hidden.backward, dm, cStride: channels, epilogue: throughM)
      if dx.accumulate {
        addChannels(dm, dx.pointer + offset, count: count &* channels)
      } else {
        copyChannels(dm, dx.pointer + offset, count: count &* channels)
      }
      branchNorm.backwardRows(
        count, branch + offset, stride: channels, dy: dm, dx: dBranch.pointer + offset, dxStride: channels,
        accumulate: dBranch.accumulate, sums: sums)
    }
  }

  /// The memory of one tile in work.
  struct TileMemory {
    /// [tile x padded H].
    let activated, derivative: UnsafeMutablePointer<Float>
    /// [tile x C]: m, its gradient, and what enters the second layer norm, then its gradient.
    let middle, dMiddle, projected: UnsafeMutablePointer<Float>

    init(_ memory: UnsafeMutablePointer<Float>, of f: FeedForward) {
      activated = memory
      derivative = activated + FeedForward.tile * f.hiddenStride
      middle = derivative + FeedForward.tile * f.hiddenStride
      // Whole vectors are read from the end of a row.
      dMiddle = middle + FeedForward.tile * f.channels + vectorWidth
      projected = dMiddle + FeedForward.tile * f.channels + vectorWidth
    }
  }

  /// A tile's part of what is saved.
  struct SavedTile {
    let hidden, projected: UnsafeMutablePointer<Float>

    init(_ saved: UnsafeMutablePointer<Float>, rows: Int, start: Int, of f: FeedForward) {
      hidden = saved + start * f.hiddenStride
      projected = saved + (rows * f.hiddenStride + start * f.channels)
    }
  }

  /// m [count x C] of a tile: in the tile's memory, or x itself.
  @inline(__always)
  private func middle(_ input: Input, count: Int, _ memory: TileMemory) -> UnsafePointer<Float> {
    guard let branch = input.branch, let branchNorm else { return input.x }
    branchNorm.forwardRows(count, branch, stride: channels, residual: input.x, memory.middle)
    return UnsafePointer(memory.middle)
  }
}
