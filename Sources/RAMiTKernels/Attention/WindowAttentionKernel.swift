/// Self-attention within windows (Liu et al., "Swin Transformer", ICCV 2021), on maps N x H x W x C:
///
///     P = softmax(factor * q k^T + bias + mask);  D = dropout(P);  o = D v
///
/// A window's pixels are read where they lie, head by head, and the result is written there: windows are neither
/// partitioned nor rolled in memory. Attention maps exist for a block of queries at a time, in cache. The backward pass
/// computes them again, from two numbers for each query and head.
package struct WindowAttentionKernel {
  let map: MapSize
  let windows: Windows
  let layout: Layout
  let heads: Int
  /// c.
  let headDim: Int
  /// Whether q and k are normalised to length 1.
  let isCosine: Bool
  /// What drops entries of the attention maps, of which each window and head has one of T x padded T, a row for each
  /// key; nil drops none.
  let dropout: DropoutMask?

  /// Where the windows lie.
  package struct Windows: Sendable, Equatable {
    /// Pixels of a window.
    package let height: Int
    package let width: Int
    /// How far the windows are shifted down and to the right, cyclically: from 0 to the map's size - 1.
    package let down: Int
    package let right: Int
    /// Whether -100 is added between pixels of a window that the cyclic shift alone has brought together. Shifts are
    /// less than a window then.
    package let masksRegions: Bool

    package init(height: Int, width: Int, down: Int, right: Int, masksRegions: Bool) {
      self.height = height
      self.width = width
      self.down = down
      self.right = right
      self.masksRegions = masksRegions
    }

    /// T.
    var tokens: Int { height * width }
  }

  /// The channels of a pixel's queries, keys and values, and of their result.
  package struct Layout: Sendable, Equatable {
    /// Channels of the map of queries and keys, of that of values, and of the result.
    package let featureChannels: Int
    package let valueChannels: Int
    package let resultChannels: Int
    /// The first channel of the first head. Keys may be the queries.
    package let queries: Int
    package let keys: Int
    package let values: Int
    package let result: Int
    /// Channels from one head's queries, keys or values to the next one's. (The heads' results lie side by side.)
    package let headStep: Int

    package init(
      featureChannels: Int, valueChannels: Int, resultChannels: Int, queries: Int, keys: Int, values: Int, result: Int,
      headStep: Int
    ) {
      self.featureChannels = featureChannels
      self.valueChannels = valueChannels
      self.resultChannels = resultChannels
      self.queries = queries
      self.keys = keys
      self.values = values
      self.result = result
      self.headStep = headStep
    }
  }

  /// - Precondition: H and W are multiples of the window's.
  package init(
    map: MapSize, windows: Windows, layout: Layout, heads: Int, headDim: Int, isCosine: Bool, dropout: DropoutMask?
  ) {
    precondition(
      map.height % windows.height == 0 && map.width % windows.width == 0,
      "\(map.height) x \(map.width) is not made of windows of \(windows.height) x \(windows.width)")
    self.map = map
    self.windows = windows
    self.layout = layout
    self.heads = heads
    self.headDim = headDim
    self.isCosine = isCosine
    self.dropout = dropout
  }

  /// Whether keys are the queries as they are read, and are read once. (Normalised ones have a gradient each.)
  var sharesKeys: Bool { layout.keys == layout.queries && !isCosine }

  var tokens: Int { windows.tokens }
  var tokenStride: Int { paddedToVector(tokens) }
  var windowsPerRow: Int { map.width / windows.width }
  var windowsPerImage: Int { windowsPerRow * (map.height / windows.height) }

  /// The pieces of work: windows.
  package var pieces: Int { map.images * windowsPerImage }

  /// Floats of a bias for the kernel: [heads x T x padded T], a row for each key.
  package var biasCount: Int { heads * tokens * tokenStride }

  /// Floats that the forward pass saves for the backward pass: the largest logit of each query, and the factor of its
  /// exponentials.
  package var statisticsCount: Int { pieces * heads * 2 * tokenStride }

  /// Fills `target` [heads x T x padded T] from a bias [heads x T x T] with a row for each query.
  package func transposeBias(_ bias: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) {
    for head in 0..<heads {
      for key in 0..<tokens {
        let row = target + (head &* tokens &+ key) &* tokenStride
        let column = bias + (head &* tokens &* tokens &+ key)
        for query in 0..<tokens { row[query] = column[query &* tokens] }
        for query in tokens..<tokenStride { row[query] = 0 }
      }
    }
  }

  /// Adds the gradient of the kernel's bias to that of a bias [heads x T x T] with a row for each query.
  package func addBiasGradient(_ gradient: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
    for head in 0..<heads {
      for query in 0..<tokens {
        let row = target + (head &* tokens &+ query) &* tokens
        let column = gradient + (head &* tokens &* tokenStride &+ query)
        for key in 0..<tokens { row[key] += column[key &* tokenStride] }
      }
    }
  }

  /// Calls `body(token, pixel, count)` for the runs of neighbouring pixels in a window: the pixel's place in the map.
  @inline(__always)
  func forEachRun(window: Int, _ body: (_ token: Int, _ pixel: Int, _ count: Int) -> Void) {
    let image = window / windowsPerImage, place = window % windowsPerImage
    let top = place / windowsPerRow &* windows.height &+ windows.down
    var x = place % windowsPerRow &* windows.width &+ windows.right
    if x >= map.width { x &-= map.width }
    let first = min(windows.width, map.width &- x)
    for i in 0..<windows.height {
      var y = top &+ i
      if y >= map.height { y &-= map.height }
      let line = (image &* map.height &+ y) &* map.width
      body(i &* windows.width, line &+ x, first)
      if first < windows.width { body(i &* windows.width &+ first, line, windows.width &- first) }
    }
  }

  /// rows [T x padded c] = the channels of a window's pixels from `channel` on, zeros in the padding.
  @inline(__always)
  func gather(
    _ source: UnsafePointer<Float>, channels: Int, channel: Int, window: Int, into rows: UnsafeMutablePointer<Float>
  ) {
    let stride = paddedToVector(headDim)
    forEachRun(window: window) { token, pixel, count in
      var from = source + (pixel &* channels &+ channel), to = rows + token &* stride
      for _ in 0..<count {
        var c = 0
        while c < headDim {
          store(load(from + c, count: headDim &- c), to + c)
          c &+= vectorWidth
        }
        from += channels
        to += stride
      }
    }
  }

  /// Writes rows [T x padded c] into the channels of a window's pixels from `channel` on, or adds them.
  @inline(__always)
  func scatter(
    _ rows: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, channels: Int, channel: Int, window: Int,
    accumulate: Bool
  ) {
    let stride = paddedToVector(headDim)
    forEachRun(window: window) { token, pixel, count in
      var from = rows + token &* stride, to = target + (pixel &* channels &+ channel)
      for _ in 0..<count {
        if accumulate { addChannels(from, to, count: headDim) } else { copyChannels(from, to, count: headDim) }
        from += stride
        to += channels
      }
    }
  }

  /// Fills `regions` [padded T] with the numbers of the regions in which a window's pixels lie; nil when there is
  /// one region, or no mask.
  @inline(__always)
  func regions(window: Int, _ regions: UnsafeMutablePointer<Float>) -> UnsafePointer<Float>? {
    guard windows.masksRegions else { return nil }
    let place = window % windowsPerImage
    let isLow = windows.down > 0 && place / windowsPerRow == map.height / windows.height &- 1
    let isRight = windows.right > 0 && place % windowsPerRow == windowsPerRow &- 1
    guard isLow || isRight else { return nil }
    for i in 0..<windows.height {
      for j in 0..<windows.width {
        let wrapsDown = isLow && i >= windows.height &- windows.down
        let wrapsRight = isRight && j >= windows.width &- windows.right
        regions[i &* windows.width &+ j] = (wrapsDown ? 2 : 0) + (wrapsRight ? 1 : 0)
      }
    }
    return UnsafePointer(regions)
  }
}
