/// The memory of one head of one window in work, at places in a worker's scratch.
struct WindowBuffers {
  /// [T x padded c]; k is q where the kernel shares them.
  let q, k, v: UnsafeMutablePointer<Float>
  /// The result, or its gradient: [T x padded c].
  let o: UnsafeMutablePointer<Float>
  /// q transposed and packed: [c x padded T].
  let transposedQ: UnsafeMutablePointer<Float>
  /// 1 / |q| and 1 / |k|; for each query, the largest logit and the factor of the exponentials; the tokens' regions:
  /// [padded T].
  let qNorm, kNorm, peaks, factors, regions: UnsafeMutablePointer<Float>
  /// P (in the forward pass without its factors) and D (P itself without dropout): [T x block].
  let map, dropped: UnsafeMutablePointer<Float>

  // Of the backward pass alone.

  /// Gradients of q, k and v: [T x padded c]; dk is dq where k is q.
  let dq, dk, dv: UnsafeMutablePointer<Float>
  /// The gradient of the result, transposed and packed: [c x padded T].
  let transposedO: UnsafeMutablePointer<Float>
  /// For each token, a sum of products: [padded T].
  let products: UnsafeMutablePointer<Float>
  /// The gradient of P, then of the logits: [T x block].
  let dMap: UnsafeMutablePointer<Float>

  /// Hands out places one after the other.
  private init(_ kernel: WindowAttentionKernel, _ take: (Int) -> UnsafeMutablePointer<Float>) {
    let (tokens, padded) = (kernel.tokens, kernel.tokenStride)
    let rows = tokens * paddedToVector(kernel.headDim), columns = kernel.headDim * padded
    let block = tokens * min(WindowHead.queryBlock, padded)
    (q, v, o) = (take(rows), take(rows), take(rows))
    k = kernel.sharesKeys ? q : take(rows)
    transposedQ = take(columns)
    (qNorm, kNorm, peaks, factors, regions) = (take(padded), take(padded), take(padded), take(padded), take(padded))
    map = take(block)
    dropped = kernel.dropout == nil ? map : take(block)
    (dq, dv) = (take(rows), take(rows))
    dk = kernel.sharesKeys ? dq : take(rows)
    transposedO = take(columns)
    products = take(padded)
    dMap = take(block)
  }

  init(_ memory: UnsafeMutablePointer<Float>, of kernel: WindowAttentionKernel) {
    var next = memory
    self.init(kernel) { count in
      defer { next += paddedToVector(count) }
      return next
    }
  }

  /// The floats that they take.
  static func count(of kernel: WindowAttentionKernel) -> Int {
    let (tokens, padded) = (kernel.tokens, kernel.tokenStride)
    let rows = tokens * paddedToVector(kernel.headDim), columns = kernel.headDim * padded
    let block = tokens * min(WindowHead.queryBlock, padded)
    return 7 * rows + 2 * columns + 6 * padded + (kernel.dropout == nil ? 2 : 3) * block
  }
}
