/// Spatial and channel self-attention side by side, as in a D-RAMiT block (Sec. 3.2, Eq. 2 and 3), on maps N x H x W x
/// C.
///
/// The L = S + K heads are c = C / L channels wide; the first S attend over the tokens of M x M windows, the last K
/// over channels. The result holds the projected spatial attention in its first S c channels and the projected channel
/// attention in the others. Features go through window by window: x is read once, and Q, K, V are never written to
/// memory.
package struct ReciprocalAttention {
  /// N, H, W, with H and W multiples of M.
  let images: Int
  let height: Int
  let width: Int
  /// C, c, S, K.
  let channels: Int
  let headDim: Int
  let spatialHeads: Int
  let channelHeads: Int
  /// M, and how far the windows are shifted, cyclically, without a mask.
  let window: Int
  let shift: Int
  let weights: Weights
  /// What drops entries of the attention maps; nil drops none.
  let dropout: DropoutMask?
  /// A bit for each of the first 64 spatial heads: whether its logits times log2(e) are at most 57 by their size.
  private(set) var boundedHeads: UInt64 = 0

  /// Parameters, as the kernels read them.
  package struct Weights {
    /// C to 3 C; head h has its q, k and v one after the other, from 3 c h on.
    let qkv: PointwiseWeight
    /// S c to S c; nil without spatial heads.
    let spatialProjection: PointwiseWeight?
    /// [K c x K c] and [K c], as stored; nil without channel heads.
    let channelProjection: (weight: UnsafePointer<Float>, bias: UnsafePointer<Float>)?
    /// The factor of the cosines, per spatial head and per channel head.
    let spatialScale: UnsafePointer<Float>
    let channelScale: UnsafePointer<Float>
    /// [S x T x padded T] relative position bias of T = M M tokens, times log2(e), as `RelativePosition` expands it: a
    /// row for each key; zeros in the padding.
    let positionBias: UnsafePointer<Float>

    package init(
      qkv: PointwiseWeight, spatialProjection: PointwiseWeight?,
      channelProjection: (weight: UnsafePointer<Float>, bias: UnsafePointer<Float>)?,
      spatialScale: UnsafePointer<Float>, channelScale: UnsafePointer<Float>, positionBias: UnsafePointer<Float>
    ) {
      self.qkv = qkv
      self.spatialProjection = spatialProjection
      self.channelProjection = channelProjection
      self.spatialScale = spatialScale
      self.channelScale = channelScale
      self.positionBias = positionBias
    }
  }

  package init(
    images: Int, height: Int, width: Int, spatialHeads: Int, channelHeads: Int, headDim: Int, window: Int, shift: Int,
    weights: Weights, dropout: DropoutMask? = nil
  ) {
    precondition(
      height % window == 0 && width % window == 0, "\(height) x \(width) is not made of windows of \(window)")
    self.images = images
    self.height = height
    self.width = width
    channels = (spatialHeads + channelHeads) * headDim
    self.headDim = headDim
    self.spatialHeads = spatialHeads
    self.channelHeads = channelHeads
    self.window = window
    self.shift = shift
    self.weights = weights
    self.dropout = dropout
    let count = tokens * tokenStride
    for head in 0..<min(64, spatialHeads) {
      // A cosine is at most 1, up to rounding. What is not a number is no bound.
      let bias = UnsafeBufferPointer(start: weights.positionBias + head * count, count: count)
      if bias.allSatisfy({ abs($0) + log2OfE * weights.spatialScale[head] < 57 }) {
        boundedHeads |= 1 << UInt64(head)
      }
    }
  }

  /// T.
  var tokens: Int { window * window }
  var tokenStride: Int { paddedToVector(tokens) }
  /// S c and K c.
  var spatialWidth: Int { spatialHeads * headDim }
  var channelWidth: Int { channelHeads * headDim }
  /// Floats between the tokens of a window's features, of its Q, K, V, and of one head's.
  var stride: Int { paddedToVector(channels) }
  var qkvStride: Int { paddedToVector(3 * channels) }
  var headStride: Int { paddedToVector(headDim) }

  /// A piece of work is a row of windows.
  var piecesPerImage: Int { height / window }
  package var pieces: Int { images * piecesPerImage }
  var windowsPerRow: Int { width / window }

  /// Calls `body(token, pixel)` for the tokens of a window: the pixel's place in the map.
  @inline(__always)
  func forEachToken(piece: Int, window column: Int, _ body: (_ token: Int, _ pixel: Int) -> Void) {
    let image = piece / piecesPerImage, row = piece % piecesPerImage
    var token = 0
    for i in 0..<window {
      var y = row &* window &+ i &+ shift
      if y >= height { y &-= height }
      let line = (image &* height &+ y) &* width
      for j in 0..<window {
        var x = column &* window &+ j &+ shift
        if x >= width { x &-= width }
        body(token, line &+ x)
        token &+= 1
      }
    }
  }

  /// tile [T x C] = the pixels of a window.
  @inline(__always)
  func gather(_ map: UnsafePointer<Float>, piece: Int, window: Int, into tile: UnsafeMutablePointer<Float>) {
    forEachToken(piece: piece, window: window) { token, pixel in
      copyChannels(map + pixel &* channels, tile + token &* stride, count: channels)
    }
  }

  /// The helper's factors of a window (Sec. 3.2): the previous spatial attention averaged over its channels, [T],
  /// scales the channel heads' values; the previous channel attention averaged over its heads, [T x c], scales the
  /// spatial heads'.
  @inline(__always)
  func helperFactors(
    _ previous: UnsafePointer<Float>, piece: Int, window: Int, spatial: UnsafeMutablePointer<Float>,
    channel: UnsafeMutablePointer<Float>
  ) {
    let spatialPart = 1 / Float(spatialWidth), channelPart = Vector(repeating: 1 / Float(channelHeads))
    forEachToken(piece: piece, window: window) { token, pixel in
      let source = previous + pixel &* channels
      var total = Vector.zero
      var c = 0
      while c < spatialWidth {
        total += load(source + c, count: spatialWidth &- c)
        c &+= vectorWidth
      }
      spatial[token] = sumOfLanes(total) * spatialPart
      c = 0
      while c < headDim {
        var total = Vector.zero
        for head in 0..<channelHeads { total += load(source + (spatialWidth &+ head &* headDim &+ c)) }
        store(first(headDim &- c, of: total * channelPart), channel + (token &* headStride &+ c))
        c &+= vectorWidth
      }
    }
  }

  /// The values of all heads, in `qkv` [T x 3 C], times the helper's factors.
  @inline(__always)
  func scaleValues(
    _ qkv: UnsafeMutablePointer<Float>, spatial: UnsafePointer<Float>, channel: UnsafePointer<Float>
  ) {
    for token in 0..<tokens {
      let values = qkv + (token &* qkvStride &+ 2 &* headDim)
      for head in 0..<spatialHeads { scale(values + 3 &* head &* headDim, by: channel + token &* headStride) }
      for head in spatialHeads..<spatialHeads &+ channelHeads {
        scale(values + 3 &* head &* headDim, by: spatial[token])
      }
    }
  }

  /// v [c] *= factors [c].
  @inline(__always)
  func scale(_ v: UnsafeMutablePointer<Float>, by factors: UnsafePointer<Float>) {
    var c = 0
    while c < headDim {
      store(load(v + c) * load(factors + c), v + c, count: headDim &- c)
      c &+= vectorWidth
    }
  }

  /// v [c] *= factor.
  @inline(__always)
  func scale(_ v: UnsafeMutablePointer<Float>, by factor: Float) {
    var c = 0
    while c < headDim {
      store(load(v + c) * Vector(repeating: factor), v + c, count: headDim &- c)
      c &+= vectorWidth
    }
  }
}
