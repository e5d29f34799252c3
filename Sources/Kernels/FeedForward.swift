import Parallel

/// The second half of a D-RAMiT block: y = x + LN(W2 GELU(W1 x + b1) + b2), with W1 [H x C] and W2 [C x H].
///
/// A tile of pixels goes through all of it in cache; the hidden features are never written to memory. The backward pass computes
/// them again: that costs a third more arithmetic, and keeping them would cost two more feature maps of memory.
public struct FeedForward {
  let hidden: PointwiseWeight
  let out: PointwiseWeight
  let norm: LayerNorm

  /// Pixels of a tile: its hidden features (128 x 128 floats) fit the second-level cache with the weights.
  private static let tile = 128

  public init(hidden: PointwiseWeight, out: PointwiseWeight, norm: LayerNorm) {
    precondition(hidden.outputs == out.inputs && hidden.inputs == out.outputs, "the two projections do not fit")
    self.hidden = hidden
    self.out = out
    self.norm = norm
  }

  private var channels: Int { hidden.inputs }
  private var hiddenStride: Int { paddedToVector(hidden.outputs) }
  private var channelStride: Int { paddedToVector(channels) }

  /// Floats of scratch for each worker.
  public var scratchCount: Int { Self.tile * (2 * hiddenStride + channelStride) + 2 * vectorWidth }
  /// Floats of gradient: W1, b1, W2, b2, gamma, beta.
  public var gradientCount: Int { hidden.gradientCount + out.gradientCount + 2 * channels }

  /// The pieces of work, to size the scratch: tiles of pixels.
  public static func pieces(rows: Int) -> Int { (rows + tile - 1) / tile }

  /// y [R x C] from x [R x C]; overwrites y.
  public func forward(rows: Int, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, scratch: Scratch) {
    parallelFor(Self.pieces(rows: rows)) { piece, worker in
      let start = piece * Self.tile, count = min(Self.tile, rows - start)
      let x = x + start * channels, y = y + start * channels
      let activated = scratch.of(worker: worker)
      let projected = activated + Self.tile * hiddenStride
      gemm(
        rows: count, Rows(pointer: x, stride: channels, step: 1), hidden.forward, activated, cStride: hiddenStride,
        padsColumns: true, epilogue: AddBias(bias: hidden.bias))
      applyGELU(activated, activated, count: count &* hiddenStride)
      gemm(
        rows: count, Rows(pointer: activated, stride: hiddenStride, step: 1), out.forward, projected,
        cStride: channelStride, padsColumns: true, epilogue: AddBias(bias: out.bias))
      norm.forwardRows(count, projected, stride: channelStride, residual: x, y)
    }
  }

  /// Writes dx (or adds to it) [R x C] and adds to the sums of the parameters' gradients.
  public func backward(
    rows: Int, _ x: UnsafePointer<Float>, dy: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>, adds: Bool,
    scratch: Scratch, sums: PartialSums
  ) {
    sums.forEachPiece(Self.pieces(rows: rows)) { piece, worker, sums in
      let start = piece * Self.tile, count = min(Self.tile, rows - start)
      let x = x + start * channels, dy = dy + start * channels, dx = dx + start * channels
      let h = scratch.of(worker: worker)
      let activated = h + Self.tile * hiddenStride
      let projected = activated + Self.tile * hiddenStride
      let outSums = sums + hidden.gradientCount
      let xRows = Rows(pointer: x, stride: channels, step: 1)

      gemm(
        rows: count, xRows, hidden.forward, h, cStride: hiddenStride, padsColumns: true,
        epilogue: AddBias(bias: hidden.bias))
      applyGELU(h, activated, count: count &* hiddenStride)
      gemm(
        rows: count, Rows(pointer: activated, stride: hiddenStride, step: 1), out.forward, projected,
        cStride: channelStride, padsColumns: true, epilogue: AddBias(bias: out.bias))
      norm.backwardRows(
        count, projected, stride: channelStride, dy: dy, dx: projected, dxStride: channelStride, adds: false,
        sums: outSums + out.gradientCount)
      let dProjected = UnsafePointer(projected)
      out.addGradient(
        rows: count, dy: dProjected, dyStride: channelStride, x: activated, xStride: hiddenStride, to: outSums)
      // The activations have been used: their place takes the gradient of h.
      gemm(
        rows: count, Rows(pointer: dProjected, stride: channelStride, step: 1), out.backward, activated,
        cStride: hiddenStride, padsColumns: true, epilogue: Identity())
      multiplyByGELUDerivative(activated, at: h, count: count &* hiddenStride)
      hidden.addGradient(rows: count, dy: activated, dyStride: hiddenStride, x: x, xStride: channels, to: sums)
      gemm(
        rows: count, Rows(pointer: activated, stride: hiddenStride, step: 1), hidden.backward, dx, cStride: channels,
        adds: adds, epilogue: AddRows(addend: dy, stride: channels, columns: channels))
    }
  }
}

/// y = GELU(x) over `count` floats, a multiple of 16; y may be x.
///
/// A loop of its own over a tile in cache: within the product's epilogue the polynomial would be repeated for every register.
private func applyGELU(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int) {
  var i = 0
  while i < count {
    store(gelu(load(x + i)), y + i)
    i &+= vectorWidth
  }
}

/// gradient *= the derivative of GELU at x, over `count` floats, a multiple of 16.
private func multiplyByGELUDerivative(
  _ gradient: UnsafeMutablePointer<Float>, at x: UnsafePointer<Float>, count: Int
) {
  var i = 0
  while i < count {
    store(load(gradient + i) * geluDerivative(load(x + i)), gradient + i)
    i &+= vectorWidth
  }
}
