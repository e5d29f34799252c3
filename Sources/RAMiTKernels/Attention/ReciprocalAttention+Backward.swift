import RAMiTParallel

extension ReciprocalAttention {
  /// Floats of scratch for each worker of `backward`.
  package var backwardScratchCount: Int {
    tileCount + headCount + tokens * (3 * stride + qkvStride + 2 * headStride) + paddedToVector(tokens)
      + 2 * vectorWidth
  }

  /// Where the gradients of the parameters lie in the sums: weight and bias of QKV; of the spatial projection; the
  /// position bias [S x T x padded T]; the logarithms of the spatial factors [S].
  package struct GradientOffsets {
    package let spatialProjection, positionBias, spatialScale, count: Int
  }

  package var gradientOffsets: GradientOffsets {
    let projection = weights.qkv.gradientCount
    let bias = projection + (weights.spatialProjection?.gradientCount ?? 0)
    let scale = bias + spatialHeads * tokens * tokenStride
    return GradientOffsets(
      spatialProjection: projection, positionBias: bias, spatialScale: scale, count: scale + spatialHeads)
  }

  /// Floats of the channel heads' gradients, which do not need partial sums: projection's weight [K c x K c] and bias
  /// [K c], the logarithms of the factors [K].
  package var channelGradientCount: Int { channelWidth * channelWidth + channelWidth + channelHeads }

  private var chunkSumsCount: Int { channelWidth * channelWidth + channelWidth }
  private var headGradientsCount: Int { ChannelHead.Gradients.count(headDim: headDim) }
  /// Floats of memory that the channel heads need between the passes.
  package var backwardMemoryCount: Int {
    pieces * chunkSumsCount
      + images
      * (channelWidth * (channelWidth + 2 * headDim) + channelHeads * headGradientsCount
        + PointwiseWeight.count(inputs: channelWidth, outputs: channelWidth))
      + paddedToVector(channelWidth) + 2 * vectorWidth
  }

  /// Writes dx (or adds to it) and dPrevious (or adds to it), and adds to the sums of the parameters' gradients.
  /// - Parameters:
  ///   - dy: [N x H x W x C].
  ///   - values, saved: as `forward` left them.
  ///   - channelGradients: `channelGradientCount` floats, added to.
  package func backward(
    _ x: UnsafePointer<Float>, previous: UnsafePointer<Float>?, dy: UnsafePointer<Float>,
    values: UnsafePointer<Float>, saved: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>, accumulate: Bool,
    dPrevious: UnsafeMutablePointer<Float>?, accumulatePrevious: Bool, channelGradients: UnsafeMutablePointer<Float>,
    memory: UnsafeMutablePointer<Float>, scratch: Scratch, sums: PartialSums
  ) {
    let channelMaps =
      channelHeads > 0
      ? mixChannelsBackward(dy, values: values, saved: saved, gradients: channelGradients, memory: memory) : []
    sums.forEachPiece(pieces) { piece, worker, sums in
      let tile = Tile(scratch.of(worker: worker), of: self)
      let work = BackwardTile(tile.rest, of: self)
      for window in 0..<windowsPerRow {
        project(x, asking: previous, dy, piece: piece, window: window, tile)
        gather(dy, piece: piece, window: window, into: work.dy)
        if let previous {
          helperFactors(
            previous, piece: piece, window: window, spatial: tile.spatialFactor, channel: tile.channelFactor)
        }
        spatialBackward(tile, work, piece: piece, window: window, hasHelper: previous != nil, sums: sums)
        if channelHeads > 0 {
          channelBackward(tile, work, hasHelper: previous != nil, channelMaps[piece / piecesPerImage])
        }
        weights.qkv.addGradient(
          rows: tokens, dy: work.dqkv, dyStride: qkvStride, x: tile.features, xStride: stride, to: sums)
        gemm(
          rows: tokens, Rows(pointer: work.dqkv, stride: qkvStride, step: 1), weights.qkv.backward, work.dx,
          cStride: stride, padsColumns: true,
          epilogue: Identity()
            .asking(for: RowsAhead(channels: channels, starts: tile.nextStarts, accumulate ? dx : nil))
            .asking(
              for: RowsAhead(channels: channels, starts: tile.nextStarts, accumulatePrevious ? dPrevious : nil)))
        scatter(work.dx, into: dx, accumulate: accumulate, piece: piece, window: window)
        if let dPrevious {
          scatterHelper(work, into: dPrevious, accumulate: accumulatePrevious, piece: piece, window: window)
        }
      }
    }
  }

  /// The memory of one window in the backward pass, beside its `Tile`.
  private struct BackwardTile {
    /// Gradients of the result, of the attention before its projection, of x, and of Q, K, V.
    let dy, dO, dx, dqkv: UnsafeMutablePointer<Float>
    /// Gradients of the helper's factors, and one head's values times them.
    let dSpatialFactor, dChannelFactor, scaledValues: UnsafeMutablePointer<Float>

    init(_ memory: UnsafeMutablePointer<Float>, of a: ReciprocalAttention) {
      dy = memory
      dO = dy + a.tokens * a.stride
      dx = dO + a.tokens * a.stride
      dqkv = dx + a.tokens * a.stride
      dSpatialFactor = dqkv + a.tokens * a.qkvStride
      dChannelFactor = dSpatialFactor + paddedToVector(a.tokens)
      scaledValues = dChannelFactor + a.tokens * a.headStride
    }
  }

  /// Fills dQ, dK, dV of the spatial heads and the gradient of their values' factors.
  @inline(__always)
  private func spatialBackward(
    _ tile: Tile, _ work: BackwardTile, piece: Int, window: Int, hasHelper: Bool, sums: UnsafeMutablePointer<Float>
  ) {
    guard let projection = weights.spatialProjection else { return }
    let offsets = gradientOffsets
    gemm(
      rows: tokens, Rows(pointer: work.dy, stride: stride, step: 1), projection.backward, work.dO, cStride: stride,
      epilogue: Identity())
    work.dChannelFactor.update(repeating: 0, count: tokens * headStride)
    for index in 0..<spatialHeads {
      let head = head(index, piece: piece, window: window)
      let qkv = tile.qkv + 3 &* index &* headDim, dqkv = work.dqkv + 3 &* index &* headDim
      let v = qkv + 2 &* headDim, dv = dqkv + 2 &* headDim
      if hasHelper {
        for token in 0..<tokens {
          let place = token &* headStride
          var c = 0
          while c < headDim {
            let value = load(v + (token &* qkvStride &+ c)) * load(tile.channelFactor + (place &+ c))
            store(value, work.scaledValues + (place &+ c))
            c &+= vectorWidth
          }
        }
      }
      let values = hasHelper ? (pointer: work.scaledValues, stride: headStride) : (pointer: v, stride: qkvStride)
      head.attend(qkv, tile.head)
      head.mix(
        values.pointer, vStride: values.stride, tile.head, into: tile.attention + index &* headDim, oStride: stride)
      head.backward(
        qkv, values.pointer, vStride: values.stride, tile.head, dO: work.dO + index &* headDim, oStride: stride,
        dqkv: dqkv,
        dBias: sums + (offsets.positionBias &+ index &* tokens &* tokenStride),
        dLogScale: sums + (offsets.spatialScale &+ index))
      guard hasHelper else { continue }
      for token in 0..<tokens {
        var c = 0
        while c < headDim {
          let place = token &* headStride &+ c, column = token &* qkvStride &+ c
          let gradient = load(dv + column)
          store(
            multiplyAdd(gradient, load(v + column), load(work.dChannelFactor + place)), work.dChannelFactor + place)
          store(gradient * load(tile.channelFactor + place), dv + column, count: headDim &- c)
          c &+= vectorWidth
        }
      }
    }
    projection.addGradient(
      rows: tokens, dy: work.dy, dyStride: stride, x: tile.attention, xStride: stride,
      to: sums + offsets.spatialProjection)
  }

  /// What an image's channel heads need on the second pass.
  private struct ChannelMaps {
    /// F [K c x K c], packed.
    let mixer: PointwiseWeight
    let heads: [ChannelHead.Gradients]
  }

  /// Fills dQ, dK, dV of the channel heads and the gradient of their values' factors.
  @inline(__always)
  private func channelBackward(_ tile: Tile, _ work: BackwardTile, hasHelper: Bool, _ maps: ChannelMaps) {
    // dO is no longer needed: its memory takes the gradient of the values times their factors.
    gemm(
      rows: tokens, Rows(pointer: work.dy + spatialWidth, stride: stride, step: 1), maps.mixer.backward, work.dO,
      cStride: stride, epilogue: Identity())
    for token in 0..<tokens {
      var total = Vector.zero
      let factor = Vector(repeating: hasHelper ? tile.spatialFactor[token] : 1)
      for head in 0..<channelHeads {
        let place = token &* qkvStride &+ (3 &* (spatialHeads &+ head) &+ 2) &* headDim
        let source = work.dO + (token &* stride &+ head &* headDim)
        var c = 0
        while c < headDim {
          let gradient = load(source + c, count: headDim &- c)
          total = multiplyAdd(gradient, first(headDim &- c, of: load(tile.qkv + (place &+ c))), total)
          store(gradient * factor, work.dqkv + (place &+ c), count: headDim &- c)
          c &+= vectorWidth
        }
      }
      work.dSpatialFactor[token] = sumOfLanes(total)
    }
    for head in 0..<channelHeads {
      let start = 3 &* (spatialHeads &+ head) &* headDim
      let q = tile.qkv + start, k = q + headDim, dq = work.dqkv + start, dk = dq + headDim
      maps.heads[head].apply(q, k, dq: dq, dk: dk, stride: qkvStride, count: tokens, accumulate: false)
    }
  }

  /// First pass over the channel heads: dF of each image, from there the gradients of projection and factors, and the
  /// maps for the second pass.
  private func mixChannelsBackward(
    _ dy: UnsafePointer<Float>, values: UnsafePointer<Float>, saved: UnsafePointer<Float>,
    gradients: UnsafeMutablePointer<Float>, memory: UnsafeMutablePointer<Float>
  ) -> [ChannelMaps] {
    let rows = height * width / piecesPerImage
    parallelFor(pieces) { piece, _ in
      let chunk = memory + piece * chunkSumsCount
      chunk.update(repeating: 0, count: chunkSumsCount)
      let dy = dy + (piece * rows * channels + spatialWidth)
      let values = PackedMatrix(
        inPlace: values + piece * rows * channelWidth, rows: rows, columns: channelWidth, stride: channelWidth)
      gemm(
        rows: channelWidth, Rows(pointer: dy, stride: 1, step: channels), values, chunk, cStride: channelWidth,
        accumulate: true, epilogue: Identity())
      addColumnSums(
        rows: rows, columns: channelWidth, dy, stride: channels, to: chunk + channelWidth * channelWidth)
    }
    var free = memory + pieces * chunkSumsCount
    func take(_ count: Int) -> UnsafeMutablePointer<Float> {
      defer { free += count }
      return free
    }
    // The bias has been added already; the packed F serves for the gradient of the values alone.
    let noBias = take(paddedToVector(channelWidth))
    noBias.update(repeating: 0, count: channelWidth)
    let projectedHeads = projectedChannelHeads
    let bias = gradients + channelWidth * channelWidth
    return (0..<images).map { image in
      let first = memory + image * piecesPerImage * chunkSumsCount
      for piece in 1..<max(1, piecesPerImage) {
        for i in 0..<chunkSumsCount { first[i] += first[piece * chunkSumsCount + i] }
      }
      for c in 0..<channelWidth { bias[c] += first[channelWidth * channelWidth + c] }
      let a = take(channelWidth * headDim), dropped = take(channelWidth * headDim)
      let f = take(channelWidth * channelWidth)
      let heads = (0..<channelHeads).map { _ in ChannelHead.Gradients(take(headGradientsCount), headDim: headDim) }
      let imageSums = saved + image * sumsCount
      projectedHeads.fillMaps(a, imageSums)
      dropped.update(from: a, count: channelWidth * headDim)
      projectedHeads.drop(dropped, image: image)
      projectedHeads.fuse(dropped, into: f)
      projectedHeads.backward(
        imageSums, image: image, maps: a, dropped: dropped, dF: first, gradients: heads, dProjection: gradients,
        dLogScale: bias + channelWidth)
      let mixer = PointwiseWeight(
        f, bias: noBias, inputs: channelWidth, outputs: channelWidth,
        memory: take(PointwiseWeight.count(inputs: channelWidth, outputs: channelWidth)))
      return ChannelMaps(mixer: mixer, heads: heads)
    }
  }

  /// Writes the pixels of a window [T x C] into the map, or adds them.
  @inline(__always)
  private func scatter(
    _ tile: UnsafePointer<Float>, into map: UnsafeMutablePointer<Float>, accumulate: Bool, piece: Int, window: Int
  ) {
    forEachToken(piece: piece, window: window) { token, pixel in
      let from = tile + token &* stride, to = map + pixel &* channels
      if accumulate { addChannels(from, to, count: channels) } else { copyChannels(from, to, count: channels) }
    }
  }

  /// The gradient of the previous attention, from that of the helper's factors: means pass it on in equal parts.
  @inline(__always)
  private func scatterHelper(
    _ work: BackwardTile, into map: UnsafeMutablePointer<Float>, accumulate: Bool, piece: Int, window: Int
  ) {
    let spatialPart = 1 / Float(spatialWidth), channelPart = 1 / Float(channelHeads)
    forEachToken(piece: piece, window: window) { token, pixel in
      let to = map + pixel &* channels
      let spatial = Vector(repeating: work.dSpatialFactor[token] * spatialPart)
      var c = 0
      while c < spatialWidth {
        store(accumulate ? load(to + c) + spatial : spatial, to + c, count: spatialWidth &- c)
        c &+= vectorWidth
      }
      for head in 0..<channelHeads {
        let to = to + (spatialWidth &+ head &* headDim)
        var c = 0
        while c < headDim {
          let part = load(work.dChannelFactor + (token &* headStride &+ c)) * Vector(repeating: channelPart)
          store(accumulate ? load(to + c) + part : part, to + c, count: headDim &- c)
          c &+= vectorWidth
        }
      }
    }
  }
}
