extension NGswin {
  /// What the Mult-Adds of the paper have beside or without what the operations do. With it they are the published
  /// count to the last digit:
  ///
  /// - every bias counts one an output, or one for the whole map where a linear layer has it;
  /// - attention counts its projections as if its heads had all D channels together, also where they do not divide D;
  /// - poolings count what they read, and the bottleneck's activations one an element;
  /// - the norm of patch merging counts four times what it does, the bottleneck's norm nothing.
  public func countedBeside(width: Int, height: Int) -> [(component: String, multAdds: Int)] {
    let c = architecture, dim = c.dim, scale = c.task.scale, channels = c.task.channels
    let pixels = width * height, half = pixels / 4, quarter = pixels / 16
    func stage(_ stage: Int, _ pixels: Int, cascaded: Int = 1, downsamples: Bool = false) -> Int {
      let cascade = cascaded > 1 ? dim : 0
      let merging = downsamples ? 3 * pixels * dim + dim : 0
      return c.depths[stage] * block(stage, pixels) + cascade + merging
    }
    let joined = dim + dim / 4 + dim / 16
    let pooling = 4 * dim * (2 * half + quarter) + dim * (pixels + half + quarter)
    return [
      ("shallow_extract", pixels * dim),
      ("encoder_layer1", stage(0, pixels, downsamples: true)),
      ("encoder_layer2", half * 4 * dim + stage(1, half, cascaded: 2, downsamples: true)),
      ("encoder_layer3", quarter * 4 * 2 * dim + stage(2, quarter, cascaded: 3)),
      ("bottleneck", pooling + 2 * pixels * joined + dim - pixels * dim),
      ("decoder_layer1", stage(3, pixels)),
      ("to_target", 2 * pixels * channels * scale * scale),
    ].map { (component: $0.0, multAdds: $0.1) }
  }

  /// Of an NSTB.
  private func block(_ stage: Int, _ pixels: Int) -> Int {
    let c = architecture, dim = c.dim, heads = c.heads[stage], ngram = c.ngrams[stage] * c.ngrams[stage]
    let windows = pixels / (c.window * c.window)
    let unigrams = windows * dim
    let contexts = 2 * attention(windows, tokens: ngram, dim: dim / 2, heads: heads) + windows * 4 * dim
    return unigrams + contexts + attention(windows, tokens: c.window * c.window, dim: dim, heads: heads)
      + c.hiddenDim + dim
  }

  private func attention(_ windows: Int, tokens: Int, dim: Int, heads: Int) -> Int {
    let missing = dim - heads * (dim / heads)
    return windows * (tokens * 4 * dim * missing + 4 * dim)
  }
}
