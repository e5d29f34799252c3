import RAMiTParallel

extension ReciprocalAttention {
  /// Floats of scratch for each worker of `forward`.
  package var forwardScratchCount: Int { tileCount + headCount + tokens * max(stride, channelWidth) + 2 * vectorWidth }

  /// A window's features, attention, Q, K and V, and the helper's factors.
  var tileCount: Int {
    tokens * (stride + qkvStride + headStride) + attentionCount + 3 * paddedToVector(tokens)
  }
  /// The attention has a row for each token, or for each channel.
  private var attentionCount: Int { max(tokens * stride, spatialWidth * tokenStride) }
  var headCount: Int {
    SpatialHead.Buffers.count(
      tokens: tokens, tokenStride: tokenStride, headStride: headStride, drops: dropout != nil)
  }

  /// Floats of channel attention's sums for each image, saved for the backward pass.
  package var sumsCount: Int { channelHeads * ChannelHead.sumsCount(headDim: headDim) }

  /// Floats of memory that the channel heads need between the passes: sums of each piece, and F packed for each image.
  package var forwardMemoryCount: Int {
    pieces * sumsCount + 2 * images * (channelWidth * (channelWidth + headDim))
      + images * PointwiseWeight.count(inputs: channelWidth, outputs: channelWidth)
  }

  /// The projected attention [N x H x W x C]; overwrites it.
  /// - Parameters:
  ///   - x: [N x H x W x C].
  ///   - previous: the previous block's result, when the helper is on; same shape.
  ///   - values: the channel heads' values times the helper's factors, [N x H x W x K c]; overwritten, saved for the
  ///     backward pass.
  ///   - sums: [N x sumsCount]; overwritten, saved for the backward pass.
  ///   - memory: `forwardMemoryCount` floats.
  package func forward(
    _ x: UnsafePointer<Float>, previous: UnsafePointer<Float>?, _ y: UnsafeMutablePointer<Float>,
    values: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>, memory: UnsafeMutablePointer<Float>,
    scratch: Scratch
  ) {
    // Lines that are written are read before, too. Those of the previous result, where it is overwritten, are asked for
    // already.
    let fresh = previous == UnsafePointer(y) ? nil : UnsafePointer(y)
    parallelFor(pieces) { piece, worker in
      let tile = Tile(scratch.of(worker: worker), of: self)
      let pieceSums = memory + piece * sumsCount
      pieceSums.update(repeating: 0, count: sumsCount)
      for window in 0..<windowsPerRow {
        project(x, asking: previous, fresh, piece: piece, window: window, tile)
        if let previous {
          helperFactors(
            previous, piece: piece, window: window, spatial: tile.spatialFactor, channel: tile.channelFactor)
          scaleValues(tile.qkv, spatial: tile.spatialFactor, channel: tile.channelFactor)
        }
        attendSpatially(tile, piece: piece, window: window)
        addChannelSums(tile.qkv, to: pieceSums)
        if let projection = weights.spatialProjection {
          projection.apply(
            rows: tokens, Rows(pointer: tile.attention, stride: 1, step: tokenStride), into: tile.features,
            yStride: stride, padsColumns: true)
        }
        forEachToken(piece: piece, window: window) { token, pixel in
          copyChannels(tile.features + token &* stride, y + pixel &* channels, count: spatialWidth)
          for head in 0..<channelHeads {
            let v = tile.qkv + (token &* qkvStride &+ (3 &* (spatialHeads &+ head) &+ 2) &* headDim)
            copyChannels(v, values + (pixel &* channelWidth &+ head &* headDim), count: headDim)
          }
        }
      }
    }
    if channelHeads > 0 { mixChannels(values, y, sums: sums, memory: memory, scratch: scratch) }
  }

  /// The memory of one window in work.
  struct Tile {
    let features, qkv, spatialFactor, channelFactor, attention: UnsafeMutablePointer<Float>
    /// Where the pixels of the next window start in the map, in floats [T].
    let nextStarts: UnsafeMutablePointer<Int>
    let head: SpatialHead.Buffers
    /// What is left of the worker's scratch.
    let rest: UnsafeMutablePointer<Float>

    init(_ memory: UnsafeMutablePointer<Float>, of a: ReciprocalAttention) {
      var memory = memory
      func take(_ count: Int) -> UnsafeMutablePointer<Float> {
        defer { memory += count }
        return memory
      }
      features = take(a.tokens * a.stride)
      attention = take(a.attentionCount)
      qkv = take(a.tokens * a.qkvStride)
      spatialFactor = take(paddedToVector(a.tokens))
      channelFactor = take(a.tokens * a.headStride)
      nextStarts = UnsafeMutableRawPointer(take(2 * paddedToVector(a.tokens)))
        .bindMemory(to: Int.self, capacity: a.tokens)
      head = SpatialHead.Buffers(
        take(a.headCount), tokens: a.tokens, tokenStride: a.tokenStride, headStride: a.headStride,
        drops: a.dropout != nil)
      rest = memory
    }
  }

  @inline(__always)
  func head(_ index: Int, piece: Int, window: Int) -> SpatialHead {
    let map = (piece &* windowsPerRow &+ window) &* spatialHeads &+ index
    return SpatialHead(
      tokens: tokens, tokenStride: tokenStride, headDim: headDim, headStride: headStride, qkvStride: qkvStride,
      scale: weights.spatialScale[index], bias: weights.positionBias + index &* tokens &* tokenStride,
      isBounded: index < 64 && boundedHeads >> index & 1 == 1,
      dropout: dropout.map { ($0, map &* tokens &* tokenStride) })
  }

  /// Fills the tile's features, Q, K and V of a window.
  /// - Parameter second, third: maps of which, as of x, the next window's pixels are asked for; nil asks for nothing.
  @inline(__always)
  func project(
    _ x: UnsafePointer<Float>, asking second: UnsafePointer<Float>?, _ third: UnsafePointer<Float>? = nil, piece: Int,
    window: Int, _ tile: Tile
  ) {
    gather(x, piece: piece, window: window, into: tile.features)
    // After the last window of a row, that one again.
    forEachToken(piece: piece, window: min(window &+ 1, windowsPerRow &- 1)) { token, pixel in
      tile.nextStarts[token] = pixel &* channels
    }
    weights.qkv.apply(
      rows: tokens, tile.features, xStride: stride, into: tile.qkv, yStride: qkvStride, padsColumns: true,
      asking: RowsAhead(channels: channels, starts: tile.nextStarts, x, second, third))
  }

  /// Fills the tile's attention, transposed [S c x padded T], of all spatial heads.
  @inline(__always)
  private func attendSpatially(_ tile: Tile, piece: Int, window: Int) {
    for index in 0..<spatialHeads {
      let head = head(index, piece: piece, window: window), qkv = tile.qkv + 3 &* index &* headDim
      head.attend(qkv, tile.head)
      head.mixTransposed(
        qkv + 2 &* headDim, vStride: qkvStride, tile.head, into: tile.attention + index &* headDim &* tokenStride)
    }
  }

  /// sums += q^T k, |q|^2 and |k|^2 of a window, per channel head.
  @inline(__always)
  private func addChannelSums(_ qkv: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Float>) {
    for head in 0..<channelHeads {
      let q = qkv + 3 &* (spatialHeads &+ head) &* headDim, k = q + headDim
      ChannelHead.addSums(
        q, k, stride: qkvStride, count: tokens, headDim: headDim,
        to: sums + head &* ChannelHead.sumsCount(headDim: headDim))
    }
  }

  var projectedChannelHeads: ProjectedChannelHeads {
    ProjectedChannelHeads(
      headDim: headDim, heads: channelHeads, scale: weights.channelScale, projection: weights.channelProjection!.weight,
      dropout: dropout?.derived(1))
  }

  /// Adds up each image's sums, and applies its F to all pixels' values.
  private func mixChannels(
    _ values: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>,
    memory: UnsafeMutablePointer<Float>, scratch: Scratch
  ) {
    let maps = memory + pieces * sumsCount
    let fused = maps + images * channelWidth * headDim
    let packed = fused + images * channelWidth * channelWidth
    let packedCount = PointwiseWeight.count(inputs: channelWidth, outputs: channelWidth)
    let projectedHeads = projectedChannelHeads
    let mixers = (0..<images).map { image in
      let imageSums = sums + image * sumsCount
      imageSums.update(repeating: 0, count: sumsCount)
      for piece in image * piecesPerImage..<(image + 1) * piecesPerImage {
        for i in 0..<sumsCount { imageSums[i] += memory[piece * sumsCount + i] }
      }
      let map = maps + image * channelWidth * headDim, f = fused + image * channelWidth * channelWidth
      projectedHeads.fillMaps(map, imageSums)
      projectedHeads.drop(map, image: image)
      projectedHeads.fuse(map, into: f)
      return PointwiseWeight(
        f, bias: weights.channelProjection!.bias, inputs: channelWidth, outputs: channelWidth,
        memory: packed + image * packedCount)
    }
    let rows = height * width / piecesPerImage
    parallelFor(pieces) { piece, _ in
      let mixer = mixers[piece / piecesPerImage]
      let first = piece * rows
      // A pixel's line of y is read before it is written: that of the pixel 64 later is asked for.
      mixer.apply(
        rows: rows, values + first * channelWidth, xStride: channelWidth,
        into: y + (first * channels + spatialWidth), yStride: channels,
        asking: RowsAhead(channels: channels, y + ((first + 64) * channels + spatialWidth)))
    }
  }
}
