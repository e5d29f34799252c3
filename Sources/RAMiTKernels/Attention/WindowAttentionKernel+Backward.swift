import RAMiTParallel

extension WindowAttentionKernel {
  /// Where the backward pass writes.
  package struct Gradients {
    let features: UnsafeMutablePointer<Float>
    let values: UnsafeMutablePointer<Float>
    let accumulatesFeatures: Bool
    let accumulatesValues: Bool

    /// - Parameters:
    ///   - features, values: the gradients of the maps, which are the same where the maps are.
    ///   - accumulatesFeatures, accumulatesValues: whether to add to them or to overwrite the channels that are read.
    package init(
      features: UnsafeMutablePointer<Float>, values: UnsafeMutablePointer<Float>, accumulatesFeatures: Bool,
      accumulatesValues: Bool
    ) {
      self.features = features
      self.values = values
      self.accumulatesFeatures = accumulatesFeatures
      self.accumulatesValues = accumulatesValues
    }
  }

  /// Floats of the sums of the parameters' gradients: of the factors [heads] and, where there is one, of the bias
  /// [heads x T x padded T].
  package func gradientCount(hasBias: Bool) -> Int { heads + (hasBias ? biasCount : 0) }

  /// Writes the gradients of queries, keys and values, and adds to the sums of the parameters' gradients.
  /// - Parameters:
  ///   - statistics: as `forward` left them.
  ///   - y, dy: the result and its gradient.
  package func backward(
    _ input: Input, statistics: UnsafePointer<Float>, y: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    into gradients: Gradients, scratch: Scratch, sums: PartialSums
  ) {
    sums.forEachPiece(pieces) { window, worker, sums in
      let b = WindowBuffers(scratch.of(worker: worker), of: self)
      let regions = self.regions(window: window, b.regions)
      for index in 0..<heads {
        let head = prepareHead(input, window: window, index, regions: regions, b)
        let statistics = statistics + (window &* heads &+ index) &* 2 &* tokenStride
        let channel = layout.result &+ index &* headDim
        loadResult(head, y: y, dy: dy, channel: channel, window: window, b)
        let dBias = input.bias.map { _ in sums + (heads &+ index &* tokens &* tokenStride) }
        head.forEachBlock { start, count in
          backward(
            head, start: start, count: count, peaks: statistics, factors: statistics + tokenStride, dBias: dBias, b)
        }
        head.scaleGradient(b.dq, unit: b.q, reciprocals: b.qNorm, products: b.products)
        for token in 0..<tokens { sums[index] += b.products[token] }
        if !sharesKeys { head.scaleGradient(b.dk, unit: b.k, reciprocals: b.kNorm, products: b.products) }
        storeGradients(b, index, window: window, into: gradients)
      }
    }
  }

  /// The gradient of a head's result, as rows and transposed, and for each query its product with the result: what the
  /// softmax subtracts.
  @inline(__always)
  private func loadResult(
    _ head: WindowHead, y: UnsafePointer<Float>, dy: UnsafePointer<Float>, channel: Int, window: Int, _ b: WindowBuffers
  ) {
    // The memory of q's gradient holds the result for now.
    gather(y, channels: layout.resultChannels, channel: channel, window: window, into: b.dq)
    gather(dy, channels: layout.resultChannels, channel: channel, window: window, into: b.o)
    head.rows.products(b.dq, b.o, into: b.products)
    PackedMatrix.packTransposed(b.o, stride: head.headStride, rows: headDim, columns: tokens, into: b.transposedO)
  }

  /// A block of queries: all of dq's rows for it, and its part of dk and dv.
  private func backward(
    _ head: WindowHead, start: Int, count: Int, peaks: UnsafePointer<Float>, factors: UnsafePointer<Float>,
    dBias: UnsafeMutablePointer<Float>?, _ b: WindowBuffers
  ) {
    let stride = head.headStride, mapStride = head.mapStride
    head.logits(b, start: start, count: count)
    head.probabilities(b.map, count: count, peaks: peaks + start, factors: factors + start)
    if let dropout = head.dropout { head.drop(b.map, into: b.dropped, start: start, count: count, by: dropout) }
    gemm(
      rows: tokens, Rows(pointer: b.dropped, stride: mapStride, step: 1),
      PackedMatrix(inPlace: b.o + start &* stride, rows: count, columns: headDim, stride: stride), b.dv,
      cStride: stride, accumulate: start > 0, padsColumns: true, epilogue: Identity())
    gemm(
      rows: tokens, Rows(pointer: b.v, stride: stride, step: 1),
      PackedMatrix(b.transposedO + start &* headDim, rows: headDim, columns: count), b.dMap, cStride: mapStride,
      padsColumns: true, epilogue: Identity())
    if let dropout = head.dropout { head.drop(b.dMap, into: b.dMap, start: start, count: count, by: dropout) }
    softmaxBackward(b, stride: mapStride, start: start, count: count, dBias: dBias)
    gemm(
      rows: tokens, Rows(pointer: b.dMap, stride: mapStride, step: 1),
      PackedMatrix(inPlace: b.q + start &* stride, rows: count, columns: headDim, stride: stride), b.dk,
      cStride: stride, accumulate: start > 0, padsColumns: true, epilogue: Identity())
    // After dk, whose memory it may be.
    gemm(
      rows: count, Rows(pointer: b.dMap, stride: 1, step: mapStride),
      PackedMatrix(inPlace: b.k, rows: tokens, columns: headDim, stride: stride), b.dq + start &* stride,
      cStride: stride, accumulate: sharesKeys, padsColumns: true, epilogue: Identity())
  }

  /// d = p (d - what the softmax subtracts) in each column, in place; dBias += d.
  @inline(__always)
  private func softmaxBackward(
    _ b: WindowBuffers, stride: Int, start: Int, count: Int, dBias: UnsafeMutablePointer<Float>?
  ) {
    var column = 0
    while column < count {
      let product = load(b.products + (start &+ column))
      var place = column
      if let dBias {
        var bias = dBias + (start &+ column)
        for _ in 0..<tokens {
          let value = load(b.map + place) * (load(b.dMap + place) - product)
          store(value, b.dMap + place)
          store(load(bias) + value, bias)
          place &+= stride
          bias += tokenStride
        }
      } else {
        for _ in 0..<tokens {
          store(load(b.map + place) * (load(b.dMap + place) - product), b.dMap + place)
          place &+= stride
        }
      }
      column &+= vectorWidth
    }
  }

  /// Writes a head's dq, dk and dv where they belong.
  @inline(__always)
  private func storeGradients(_ b: WindowBuffers, _ index: Int, window: Int, into gradients: Gradients) {
    let step = index &* layout.headStep
    scatter(
      b.dq, into: gradients.features, channels: layout.featureChannels, channel: layout.queries &+ step,
      window: window, accumulate: gradients.accumulatesFeatures)
    if !sharesKeys {
      scatter(
        b.dk, into: gradients.features, channels: layout.featureChannels, channel: layout.keys &+ step, window: window,
        accumulate: gradients.accumulatesFeatures || layout.keys == layout.queries)
    }
    scatter(
      b.dv, into: gradients.values, channels: layout.valueChannels, channel: layout.values &+ step, window: window,
      accumulate: gradients.accumulatesValues)
  }
}
