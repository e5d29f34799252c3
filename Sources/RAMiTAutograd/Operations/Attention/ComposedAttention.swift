import RAMiTTensorCore

// Attention from general operations, which take its place in a traced graph.

/// `windowAttention` from general operations, without dropout.
func composedWindowAttention(
  _ features: Variable, values: Variable, groups: [AttentionGroup], positionBias: Variable?, scale: AttentionScale
) -> Variable {
  var firstHead = 0
  let results = groups.map { group in
    defer { firstHead += group.heads }
    return group.composed(features, values: values, positionBias: positionBias, scale: scale, firstHead: firstHead)
  }
  return concatenate(results, axis: 3)
}

extension AttentionGroup {
  /// - Parameter firstHead: the group's first one among the heads of all groups.
  fileprivate func composed(
    _ features: Variable, values map: Variable, positionBias: Variable?, scale: AttentionScale, firstHead: Int
  ) -> Variable {
    let (images, height, width) = (features.shape[0], features.shape[1], features.shape[2])
    /// windows x heads x T x c.
    func parted(_ map: Variable, from first: Int) -> Variable {
      let parts = headStep == headDim ? [first..<first + self.width] : spans(from: first)
      let channels = concatenate(parts.map { map.sliced(axis: 3, $0) }, axis: 3)
      return windowPartition(rolled(channels, by: -1), height: windowHeight, width: windowWidth)
        .reshaped([-1, tokens, heads, headDim]).permuted([0, 2, 1, 3])
    }
    var logits = scale.composed(
      parted(features, from: queries), parted(features, from: keys), heads: firstHead..<firstHead + heads)
    if let positionBias { logits = logits + positionBias }
    if masksRegions, shiftDown != 0 || shiftRight != 0 {
      let mask = regionMask(
        height: height, width: width, window: IntPair(windowHeight, windowWidth), shift: IntPair(shiftDown, shiftRight))
      let windows = mask.shape[0]
      logits =
        (logits.reshaped([images, windows, heads, tokens, tokens]) + mask.reshaped([windows, 1, tokens, tokens]))
        .reshaped([images * windows, heads, tokens, tokens])
    }
    let mixed = matmul(softmax(logits), parted(map, from: self.values))
      .permuted([0, 2, 1, 3]).reshaped([-1, tokens, self.width])
    return rolled(
      windowMerge(mixed, window: (windowHeight, windowWidth), height: height, width: width), by: 1)
  }

  private func rolled(_ x: Variable, by sign: Int) -> Variable {
    shiftDown == 0 && shiftRight == 0 ? x : x.rolled(shifts: [sign * shiftDown, sign * shiftRight], axes: [1, 2])
  }
}

extension AttentionScale {
  /// The scaled products of queries and keys, ... x heads x rows x c each.
  /// - Parameter heads: which of all heads they are.
  fileprivate func composed(_ queries: Variable, _ keys: Variable, heads: Range<Int>) -> Variable {
    switch self {
    case .constant(let number): return matmul(queries, keys, transposeB: true) * number
    case .cosine(let factors):
      let own = factors.reshaped([factors.shape.count]).sliced(axis: 0, heads).reshaped([heads.count, 1, 1])
      return matmul(l2Normalize(queries), l2Normalize(keys), transposeB: true) * own
    }
  }
}

/// What keeps pixels apart that only a cyclic shift has brought into one window: -100 between them, 0 between the
/// others (Liu et al., "Swin Transformer", 2021, Sec. 3.2). It is computed from a window's regions by general
/// operations, so that a traced graph has it for maps of any size.
///
/// - Parameter shift: 0 to less than the window.
/// - Returns: windows x T x T: query, key.
package func regionMask(height: Int, width: Int, window: IntPair, shift: IntPair) -> Variable {
  /// The regions of a side: 0 before the last window, 1 in it before the seam, 2 behind the seam.
  func last(_ window: Int, _ shift: Int) -> [Float] { (0..<window).map { $0 < window - shift ? 1 : 2 } }
  let rows = Variable(constant: Tensor(last(window.height, shift.height), [1, window.height, 1, 1]))
  let columns = Variable(constant: Tensor(last(window.width, shift.width), [1, 1, window.width, 1]))
  let regions = pad(rows, top: height - window.height) * 3 + pad(columns, left: width - window.width)
  let tokens = windowPartition(regions, height: window.height, width: window.width)
  return (tokens - tokens.permuted([0, 2, 1])).abs().clamp(max: 1) * -100
}

/// `channelAttention` from general operations.
func composedChannelAttention(_ qkv: Variable, heads: Int, scale: AttentionScale) -> Variable {
  let shape = qkv.shape, channels = shape.last / 3, pixels = shape.rows / shape[0]
  // N x heads x c x pixels each.
  let parts = qkv.reshaped([shape[0], pixels, 3, heads, channels / heads]).permuted([2, 0, 3, 4, 1])
    .split(axis: 0, parts: 3).map { $0.squeezed(axis: 0) }
  let maps = softmax(scale.composed(parts[0], parts[1], heads: 0..<heads))
  return matmul(maps, parts[2]).permuted([0, 3, 1, 2]).reshaped(shape.replacing(-1, with: channels))
}
