import RAMiTAutograd
import RAMiTKernels
import RAMiTNN
import RAMiTTensorCore

/// The definition from small operations.
extension ReciprocalAttentionLayer {
  func composed(_ x: Variable, context: TrainingContext?) -> Variable {
    composed(x, previous: nil, context: context)
  }

  func composed(_ x: Variable, previous: Variable?, context: TrainingContext?) -> Variable {
    let (images, height, width) = (x.shape[0], x.shape[1], x.shape[2])
    let heads = spatialHeads + channelHeads
    let mask = mask(context)
    // N x H x W x heads x c each.
    let qkv = qkv(x).reshaped([images, height, width, heads, 3, headDim])
      .split(axis: 4, parts: 3).map { $0.squeezed(axis: 4) }
    var results: [Variable] = []
    if let spatial {
      var parts = qkv.map { $0.sliced(axis: 3, 0..<spatialHeads) }
      if usesHelper, let previous { parts[2] = parts[2] * channelHelp(previous) }
      results.append(spatial.projection(attend(parts, spatial, mask)))
    }
    if let channel {
      var parts = qkv.map { $0.sliced(axis: 3, spatialHeads..<heads) }
      if usesHelper, let previous { parts[2] = parts[2] * spatialHelp(previous) }
      results.append(channel.projection(attend(parts, channel, mask?.derived(1))))
    }
    return concatenate(results, axis: -1)
  }

  /// The mean of the previous channel heads, by which spatial values are multiplied: N x H x W x 1 x c.
  func channelHelp(_ previous: Variable) -> Variable {
    let shape = previous.shape
    return previous.sliced(axis: 3, spatialHeads * headDim..<shape.last)
      .reshaped([shape[0], shape[1], shape[2], channelHeads, headDim]).mean(axes: [3], keepsDimensions: true)
  }

  /// The mean of the previous spatial channels, by which channel values are multiplied: N x H x W x 1 x 1.
  func spatialHelp(_ previous: Variable) -> Variable {
    let shape = previous.shape
    return previous.sliced(axis: 3, 0..<spatialHeads * headDim).mean(axes: [3])
      .reshaped([shape[0], shape[1], shape[2], 1, 1])
  }

  /// Each N x H x W x S x c to N x H x W x S c.
  private func attend(_ qkv: [Variable], _ spatial: Spatial, _ mask: DropoutMask?) -> Variable {
    let map = qkv[0].shape, tokens = window * window, channels = spatialHeads * headDim
    // windows x S x M^2 x c.
    let parts = qkv.map { part in
      windowPartition(rolled(part.reshaped([map[0], map[1], map[2], channels]), by: -shift), window: window)
        .reshaped([-1, tokens, spatialHeads, headDim]).permuted([0, 2, 1, 3])
    }
    var logits = similarities(parts, spatial.logitScale)
    if let bias = positionBias(spatial) { logits = logits + bias }
    var attention = softmax(logits)
    if let mask { attention = attention * kept(mask, windows: attention.shape[0]) }
    let mixed = matmul(attention, parts[2]).permuted([0, 2, 1, 3]).reshaped([-1, tokens, channels])
    return rolled(windowMerge(mixed, window: window, height: map[1], width: map[2]), by: shift)
  }

  /// Each N x H x W x K x c to N x H x W x K c.
  private func attend(_ qkv: [Variable], _ channel: Channel, _ mask: DropoutMask?) -> Variable {
    let map = qkv[0].shape
    // N x K x c x pixels.
    let parts = qkv.map {
      $0.reshaped([map[0], map[1] * map[2], channelHeads, headDim]).permuted([0, 2, 3, 1])
    }
    var attention = softmax(similarities(parts, channel.logitScale))
    if let mask { attention = RAMiTAutograd.dropout(attention, mask) }
    return matmul(attention, parts[2]).permuted([0, 3, 1, 2])
      .reshaped([map[0], map[1], map[2], channelHeads * headDim])
  }

  /// The scaled cosine, or product, of each query's row with each key's.
  private func similarities(_ qkv: [Variable], _ logitScale: Parameter?) -> Variable {
    guard let logitScale else {
      return matmul(qkv[0], qkv[1], transposeB: true) * (1 / Float(headDim).squareRoot())
    }
    return matmul(l2Normalize(qkv[0]), l2Normalize(qkv[1]), transposeB: true) * factors(logitScale)
  }

  private func rolled(_ x: Variable, by shift: Int) -> Variable {
    shift == 0 ? x : x.rolled(shifts: [shift, shift], axes: [1, 2])
  }

  /// The factors by which dropout multiplies the spatial maps, windows x S x M^2 x M^2. The fused operation counts
  /// their entries key by key, in rows of whole vectors of queries.
  private func kept(_ mask: DropoutMask, windows: Int) -> Variable {
    let tokens = window * window
    let ones = Variable(constant: Tensor(repeating: 1, [windows, spatialHeads, tokens, paddedToVector(tokens)]))
    return RAMiTAutograd.dropout(ones, mask).sliced(axis: 3, 0..<tokens).permuted([0, 1, 3, 2])
  }
}
