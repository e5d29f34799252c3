import RAMiTParallel

extension WindowAttentionKernel {
  /// Floats of scratch for each worker of either pass.
  package var scratchCount: Int { WindowBuffers.count(of: self) + vectorWidth }

  /// What both passes read.
  package struct Input {
    let features: UnsafePointer<Float>
    let values: UnsafePointer<Float>
    let factors: UnsafePointer<Float>
    let bias: UnsafePointer<Float>?

    /// - Parameters:
    ///   - features, values: the maps of queries and keys, and of values; they may be the same.
    ///   - factors: [heads], of the products of queries and keys.
    ///   - bias: as `transposeBias` fills it; nil adds none.
    package init(
      features: UnsafePointer<Float>, values: UnsafePointer<Float>, factors: UnsafePointer<Float>,
      bias: UnsafePointer<Float>?
    ) {
      self.features = features
      self.values = values
      self.factors = factors
      self.bias = bias
    }
  }

  /// Writes the heads' results into their channels of y.
  /// - Parameter statistics: `statisticsCount` floats, overwritten, for `backward`; nil saves nothing.
  package func forward(
    _ input: Input, into y: UnsafeMutablePointer<Float>, statistics: UnsafeMutablePointer<Float>?, scratch: Scratch
  ) {
    parallelFor(pieces) { window, worker in
      let b = WindowBuffers(scratch.of(worker: worker), of: self)
      let regions = self.regions(window: window, b.regions)
      for index in 0..<heads { forward(input, window: window, index, regions: regions, b, y, statistics) }
    }
  }

  private func forward(
    _ input: Input, window: Int, _ index: Int, regions: UnsafePointer<Float>?, _ b: WindowBuffers,
    _ y: UnsafeMutablePointer<Float>, _ statistics: UnsafeMutablePointer<Float>?
  ) {
    let head = prepareHead(input, window: window, index, regions: regions, b)
    let saved = statistics.map { $0 + (window &* heads &+ index) &* 2 &* tokenStride }
    let peaks = saved ?? b.peaks, factors = saved.map { $0 + tokenStride } ?? b.factors
    let stride = head.headStride
    head.forEachBlock { start, count in
      head.logits(b, start: start, count: count)
      head.exponentials(b.map, count: count, peaks: peaks + start, factors: factors + start)
      if let dropout = head.dropout { head.drop(b.map, into: b.dropped, start: start, count: count, by: dropout) }
      gemm(
        rows: count, Rows(pointer: b.dropped, stride: 1, step: head.mapStride),
        PackedMatrix(inPlace: b.v, rows: tokens, columns: headDim, stride: stride), b.o + start &* stride,
        cStride: stride, padsColumns: true, epilogue: ScaleRows(factors: factors + start))
    }
    scatter(
      b.o, into: y, channels: layout.resultChannels, channel: layout.result &+ index &* headDim, window: window,
      accumulate: false)
  }

  /// The head, its q, k and v in the buffers, ready for `logits`.
  @inline(__always)
  func prepareHead(
    _ input: Input, window: Int, _ index: Int, regions: UnsafePointer<Float>?, _ b: WindowBuffers
  ) -> WindowHead {
    let head = WindowHead(
      tokens: tokens, headDim: headDim, factor: input.factors[index], isCosine: isCosine,
      bias: input.bias.map { $0 + index &* tokens &* tokenStride }, regions: regions,
      dropout: dropout.map { ($0, (window &* heads &+ index) &* tokens &* tokenStride) })
    let step = index &* layout.headStep
    gather(
      input.features, channels: layout.featureChannels, channel: layout.queries &+ step, window: window, into: b.q)
    if !sharesKeys {
      gather(input.features, channels: layout.featureChannels, channel: layout.keys &+ step, window: window, into: b.k)
    }
    gather(input.values, channels: layout.valueChannels, channel: layout.values &+ step, window: window, into: b.v)
    head.prepare(b)
    return head
  }
}
