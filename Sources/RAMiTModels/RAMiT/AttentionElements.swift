/// Where spatial and channel attention are (Table A, "Operating").
public enum AttentionArrangement: String, CaseIterable, Codable, Sendable {
  /// Both in every block, side by side.
  case parallel
  /// In blocks of all heads of one kind each, in turn; each stage begins with spatial attention (Ding et al., "DaViT:
  /// Dual Attention Vision Transformers", ECCV 2022).
  case alternating
}

/// How queries and keys are compared (Table A, "Self-attention").
public enum AttentionSimilarity: String, CaseIterable, Codable, Sendable {
  /// Their cosine times a factor for each head, 10 at first and at most 100.
  case cosine
  /// Their product by 1 / sqrt(c), with c channels in a head. In channel attention it is a sum over all pixels.
  case dotProduct
}

/// How attention learns of positions (Table A, "Positional encoding").
public enum PositionEncoding: String, CaseIterable, Codable, Sendable {
  /// A bias of spatial attention for each relative position in a window.
  case relativeBias
  /// A depth-wise 3 x 3 convolution, added to its input, before the attention and before the feed-forward network of
  /// every block.
  case convolution
}

/// Where the layer norms of a block are (Table A, "LN").
public enum NormalizationOrder: String, CaseIterable, Codable, Sendable {
  /// Behind attention and feed-forward network: x + LN(f(x)).
  case post
  /// Before them: x + f(LN(x)).
  case pre
}

extension RAMiTConfiguration {
  /// The same with the heads that a block has, which alternate where the arrangement says so.
  /// - Parameter index: the block's number in its stage, from 0.
  func ofBlock(_ index: Int) -> RAMiTConfiguration {
    guard arrangement == .alternating else { return self }
    var result = self
    result.channelHeads = index % 2 == 0 ? 0 : heads
    return result
  }

  /// How far a block's windows are shifted: by half in every second spatial attention.
  /// - Parameter index: the block's number in its stage, from 0.
  package func shift(ofBlock index: Int) -> Int {
    let attention = arrangement == .alternating ? index / 2 : index
    return windowShift && attention % 2 == 1 ? window / 2 : 0
  }
}
