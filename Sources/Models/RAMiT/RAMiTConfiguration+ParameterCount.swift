extension RAMiTConfiguration {
  /// Trained values of a model of this configuration, told without building it.
  /// - Precondition: `fault` is nil.
  public var parameterCount: Int {
    let broad = dim + dim / 4 + dim / 16
    return pointwise(9 * task.channels, dim) + depths.reduce(0, +) * block
      + 2 * (2 * 4 * dim + mixing(mobivari.width, 4 * dim))
      + mixing(wide, broad) + 2 * dim
      + (hrami ? mixing(wide, dim + broad) : 0)
      + reconstructionLayers * mixing(mobivari.width, dim)
      + pointwise(9 * dim, task.channels * task.scale * task.scale) + pointwise(9 * task.channels, task.channels)
  }

  /// Of one D-RAMiT block: projections, both attentions, their mixing, the feed-forward network, and two norms.
  private var block: Int {
    let positions = (2 * window - 1) * (2 * window - 1)
    func attention(_ heads: Int, perHead: Int) -> Int {
      heads == 0 ? 0 : heads * perHead + pointwise(heads * headDim, heads * headDim)
    }
    return pointwise(dim, 3 * dim) + attention(spatialHeads, perHead: 1 + positions)
      + attention(channelHeads, perHead: 1) + mixing(mobivari.width, dim)
      + pointwise(dim, hiddenDim) + pointwise(hiddenDim, dim) + 4 * dim
  }

  /// Weights and biases between every input and every output.
  private func pointwise(_ inputs: Int, _ outputs: Int) -> Int { (inputs + 1) * outputs }

  /// Of a MobiVari layer to `dim` channels.
  private func mixing(_ width: MobiVariWidth, _ inputs: Int) -> Int {
    if mobivari.version == 1 { return 10 * inputs + pointwise(inputs, dim) }
    let wide = width.channels(inputs)
    return pointwise(inputs / width.groups, wide) + 10 * wide + pointwise(wide, dim)
  }
}
