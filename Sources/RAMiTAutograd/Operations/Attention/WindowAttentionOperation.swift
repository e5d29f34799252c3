import RAMiTKernels
import RAMiTTensorCore

/// Self-attention within windows of a feature map (Liu et al., "Swin Transformer", ICCV 2021), from queries, keys and
/// values as a linear layer leaves them:
///
///     softmax(scale * q k^T + positionBias + mask) v
///
/// - Parameters:
///   - qkv: N x H x W x 3C: all heads' queries, then all keys, then all values; H and W multiples of the window.
///   - heads: C is a multiple of it.
///   - window: pixels on each side; T = window * window.
///   - shift: how far the windows are shifted down and to the right, cyclically.
///   - masksRegions: whether -100 is added between pixels that only the cyclic shift has brought into one window.
///   - positionBias: heads x T x T: head, query, key; pixels of a window in row-major order.
///   - scale: 1 / sqrt(C / heads) by default.
///   - dropout: drops entries of the attention maps; nil drops none.
/// - Returns: N x H x W x C, the heads side by side.
public func windowAttention(
  _ qkv: Variable, heads: Int, window: Int, shift: Int = 0, masksRegions: Bool = true, positionBias: Variable? = nil,
  scale: AttentionScale? = nil, dropout: DropoutMask? = nil
) -> Variable {
  let channels = qkv.shape.last / 3
  require(
    heads > 0 && qkv.shape.last == 3 * channels && channels % heads == 0,
    "queries, keys and values of \(heads) heads are N x H x W x 3C, with C a multiple of \(heads), not \(qkv.shape)")
  let group = AttentionGroup(
    heads: heads, headDim: channels / heads, queries: 0, keys: channels, values: 2 * channels, windowHeight: window,
    windowWidth: window, shiftDown: shift, shiftRight: shift, masksRegions: masksRegions)
  return windowAttention(
    qkv, groups: [group], positionBias: positionBias,
    scale: scale ?? .constant(1 / Float(channels / heads).squareRoot()), dropout: dropout)
}

/// Self-attention of several groups of heads, each within windows of its own size (Zhang et al., ELAN, ECCV 2022), in
/// one pass: rows of channels may hold queries, keys and values in any order.
///
/// - Parameters:
///   - features: N x H x W x C': queries and keys, and values where no other map holds them. H and W are multiples of
///     every window's.
///   - values: N x H x W x C'', when the values are not in `features`: attention of one layer used again by another.
///   - groups: at least one. No group reads past the channels.
///   - positionBias: heads x T x T: head, query, key; for a single group.
///   - scale: cosine attention takes a number for each head of all groups.
///   - dropout: drops entries of the attention maps; nil drops none.
/// - Returns: N x H x W x C: the heads of all groups side by side.
public func windowAttention(
  _ features: Variable, values: Variable? = nil, groups: [AttentionGroup], positionBias: Variable? = nil,
  scale: AttentionScale, dropout: DropoutMask? = nil
) -> Variable {
  let call = WindowAttentionCall(
    features: features.shape, values: (values ?? features).shape, valuesAreFeatures: values == nil, groups: groups,
    bias: positionBias?.shape, scale: scale, dropout: dropout)
  if GraphTrace.isRecording, dropout == nil {
    return composedWindowAttention(
      features, values: values ?? features, groups: groups, positionBias: positionBias, scale: scale)
  }
  var factors: Variable?
  if case .cosine(let variable) = scale { factors = variable }
  AttentionObserver.tell { groups.observed(features, positionBias: positionBias, scale: scale) }
  let operands = [features, values, positionBias, factors].compactMap { $0 }
  let isSaving = Tape.isRecording && operands.contains(where: \.requiresGradient)
  var statistics: [Tensor] = []
  let y = Tensor(call.result) { y in
    statistics = call.forward(
      features.value, values: values?.value, bias: positionBias?.value, factors: factors?.value, into: y,
      saves: isSaving)
  }
  return Variable(y, from: operands, multiplyAdds: call.multiplyAdds) {
    [
      features = features.saved, values = values?.saved, bias = positionBias?.saved, factors = factors?.saved,
      statistics, y
    ] dy, gradients in
    require(!y.isMeta, "a meta tensor has no gradient")
    call.backward(
      features, values: values, bias: bias, factors: factors, statistics: statistics, y: y, dy: dy, gradients)
  }
}

/// The shapes and settings of one call: what both passes know.
private struct WindowAttentionCall {
  let features: Shape
  let values: Shape
  let valuesAreFeatures: Bool
  let groups: [AttentionGroup]
  let isCosine: Bool
  let constant: Float
  let dropout: DropoutMask?
  let result: Shape

  init(
    features: Shape, values: Shape, valuesAreFeatures: Bool, groups: [AttentionGroup], bias: Shape?,
    scale: AttentionScale, dropout: DropoutMask?
  ) {
    requireMap(features)
    require(
      values.rank == 4 && values.dimensions.dropLast() == features.dimensions.dropLast(),
      "the values for queries and keys \(features) are a map of the same size, not \(values)")
    require(!groups.isEmpty, "attention needs a group of heads")
    for group in groups {
      require(
        group.featureSpans.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= features.last }
          && group.valueSpans.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= values.last },
        "\(group) reads past the channels of \(features) or \(values)")
      require(
        features[1] % group.windowHeight == 0 && features[2] % group.windowWidth == 0,
        "windows of \(group.windowHeight) x \(group.windowWidth) do not divide the map \(features)")
    }
    if let bias {
      require(groups.count == 1, "a position bias belongs to one group of heads, not to \(groups.count)")
      requireShape(bias, [groups[0].heads, groups[0].tokens, groups[0].tokens], of: "the position bias")
    }
    let heads = groups.reduce(0) { $0 + $1.heads }
    switch scale {
    case .constant(let number): constant = number
    case .cosine(let factors):
      require(factors.shape.count == heads, "\(heads) heads have \(heads) factors, not \(factors.shape)")
      constant = 1
    }
    self.features = features
    self.values = values
    self.valuesAreFeatures = valuesAreFeatures
    self.groups = groups
    isCosine = scale.isCosine
    self.dropout = dropout
    result = features.replacing(-1, with: groups.reduce(0) { $0 + $1.width })
  }

  /// The multiply-adds of both products.
  var multiplyAdds: Int { groups.reduce(0) { $0 + 2 * features.rows * $1.tokens * $1.width } }

  /// Calls `body` with each group's kernel, its input and its first head.
  private func forEachGroup(
    features: Tensor, values: Tensor?, bias: Tensor?, factors: Tensor?,
    _ body: (_ group: Int, WindowAttentionKernel, WindowAttentionKernel.Input, _ firstHead: Int) -> Void
  ) {
    let factors = factors ?? Tensor(repeating: constant, [groups.reduce(0) { $0 + $1.heads }])
    var channel = 0, head = 0
    for (index, group) in groups.enumerated() {
      let kernel = group.kernel(
        self.features, features: self.features.last, values: self.values.last, result: channel,
        resultChannels: result.last, isCosine: isCosine,
        // Each group drops other entries.
        dropout: index == 0 ? dropout : dropout?.derived(UInt32(index)))
      let transposed = bias.map { bias in
        Tensor([kernel.biasCount]) { kernel.transposeBias(bias.pointer, into: $0) }
      }
      let input = WindowAttentionKernel.Input(
        features: features.pointer, values: (values ?? features).pointer, factors: factors.pointer + head,
        bias: transposed.map { UnsafePointer($0.pointer) })
      body(index, kernel, input, head)
      withExtendedLifetime((factors, transposed)) {}
      channel += group.width
      head += group.heads
    }
  }

  /// - Returns: what the backward pass needs of each group, if asked for.
  func forward(
    _ features: Tensor, values: Tensor?, bias: Tensor?, factors: Tensor?, into y: UnsafeMutablePointer<Float>,
    saves: Bool
  ) -> [Tensor] {
    var statistics: [Tensor] = []
    forEachGroup(features: features, values: values, bias: bias, factors: factors) { _, kernel, input, _ in
      let memory = KernelMemory(scratch: kernel.scratchCount, pieces: kernel.pieces)
      if saves { statistics.append(Tensor(uninitialized: [kernel.statisticsCount])) }
      kernel.forward(input, into: y, statistics: saves ? statistics.last!.pointer : nil, scratch: memory.scratch)
      withExtendedLifetime(memory) {}
    }
    return statistics
  }

  func backward(
    _ features: SavedVariable, values: SavedVariable?, bias: SavedVariable?, factors: SavedVariable?,
    statistics: [Tensor], y: Tensor, dy: Tensor, _ gradients: Gradients
  ) {
    /// One group after the other, into the gradients of both maps.
    func run(_ targets: WindowAttentionKernel.Gradients) {
      forEachGroup(features: features.value, values: values?.value, bias: bias?.value, factors: factors?.value) {
        index, kernel, input, firstHead in
        let memory = KernelMemory(scratch: kernel.scratchCount, pieces: kernel.pieces)
        let sums = GradientSums(count: kernel.gradientCount(hasBias: bias != nil))
        kernel.backward(
          input, statistics: statistics[index].pointer, y: y.pointer, dy: dy.pointer, into: targets,
          scratch: memory.scratch, sums: sums.sums)
        let heads = groups[index].heads, total = sums.results.tensor
        if let factors {
          gradients.accumulate(to: factors) { target in
            for head in 0..<heads { target[firstHead + head] += total.pointer[head] }
          }
        }
        if let bias {
          gradients.accumulate(to: bias) { kernel.addBiasGradient(total.pointer + heads, to: $0) }
        }
        withExtendedLifetime((memory, total)) {}
      }
    }
    let featureSpans = groups.flatMap(\.featureSpans), valueSpans = groups.flatMap(\.valueSpans)
    gradients.write(toOrDiscard: features) { dFeatures, accumulatesFeatures in
      guard let values else {
        let accumulates = prepared(dFeatures, features.shape, accumulatesFeatures, spans: featureSpans + valueSpans)
        return run(
          .init(
            features: dFeatures, values: dFeatures, accumulatesFeatures: accumulates, accumulatesValues: accumulates))
      }
      let first = prepared(dFeatures, features.shape, accumulatesFeatures, spans: featureSpans)
      gradients.write(toOrDiscard: values) { dValues, accumulatesValues in
        let second = prepared(dValues, values.shape, accumulatesValues, spans: valueSpans)
        run(.init(features: dFeatures, values: dValues, accumulatesFeatures: first, accumulatesValues: second))
      }
    }
  }

  /// Clears a gradient whose channels are not written once each.
  /// - Returns: whether to add to it.
  private func prepared(
    _ gradient: UnsafeMutablePointer<Float>, _ shape: Shape, _ accumulates: Bool, spans: [Range<Int>]
  ) -> Bool {
    var times = [Int](repeating: 0, count: shape.last)
    for span in spans { for channel in span { times[channel] += 1 } }
    if accumulates || times.allSatisfy({ $0 == 1 }) { return accumulates }
    gradient.update(repeating: 0, count: shape.count)
    return true
  }
}
