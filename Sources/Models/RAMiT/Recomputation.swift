/// How much a training step computes again on the way back instead of keeping it, from the most memory to the least. The gradients are the
/// same, bit for bit.
public enum Recomputation: String, CaseIterable, Codable, Sendable {
  /// What costs next to nothing.
  case none
  /// In each block also the mixed attention and the feed-forward layer's products: the block keeps its input and its heads.
  case blocks
  /// Whole stages: only what goes into them is kept, and one stage at a time is computed again, with its blocks as in `blocks`.
  case stages
}
