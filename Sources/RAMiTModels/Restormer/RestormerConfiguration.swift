import RAMiTNN

/// What defines a Restormer (Zamir et al., "Restormer: Efficient Transformer for High-Resolution Image Restoration",
/// CVPR 2022).
public struct RestormerConfiguration: RestorationArchitecture {
  /// The layer norms: the usual one, or one without bias that divides by the deviation and leaves the mean.
  public enum Norm: String, Codable, CaseIterable, Sendable {
    case withBias, biasFree
  }

  /// Any but super-resolution.
  public var task: RestorationTask
  /// Channels of a feature map at full size; each level below has twice as many.
  public var dim = 48
  /// Transformer blocks of the encoder's four levels, and of the decoder's first three.
  public var blocks = [4, 6, 6, 8]
  /// Transformer blocks of the refinement at full size.
  public var refinementBlocks = 4
  /// Attention heads of the four levels.
  public var heads = [1, 2, 4, 8]
  /// Hidden channels of the feed-forward networks, in multiples of their channels.
  public var hiddenRatio = 2.66
  /// Whether convolutions have a bias.
  public var bias = false
  /// By default, and in the paper, without bias for denoising.
  public var norm: Norm

  /// The paper's model, with the norm that it has for the task.
  public init(task: RestorationTask) {
    self.task = task
    norm = task.isDenoising ? .biasFree : .withBias
  }

  /// Channels of a level, from 0.
  func channels(_ level: Int) -> Int { dim << level }

  /// At most 1024 channels at full size and 99 blocks a level.
  public var validationError: String? {
    check(!task.isSuperResolution, "task must be one of dn, graydn, lle and dr for a Restormer, not \(task)")
      ?? check((2...1024).contains(dim) && dim % 2 == 0, "dim must be an even number from 2 to 1024, not \(dim)")
      ?? check(
        blocks.count == 4 && blocks.allSatisfy { (1...99).contains($0) },
        "blocks must be 4 numbers from 1 to 99, not \(blocks)")
      ?? check((0...99).contains(refinementBlocks), "refinementBlocks must be 0 to 99, not \(refinementBlocks)")
      ?? check(
        heads.count == 4 && heads.enumerated().allSatisfy { $1 > 0 && channels($0) % $1 == 0 },
        "heads must be 4 divisors of the levels' channels, \(dim) at the first and twice as many at each next one, "
          + "not \(heads)")
      ?? check(
        hiddenRatio <= 64 && Double(dim) * hiddenRatio >= 1,
        "hiddenRatio must be at most 64 and leave a channel, not \(hiddenRatio)")
  }

  /// A model whose parameters have the names of the published weights.
  public func makeModel(_ scope: ParameterScope) -> any RestorationModel { Restormer(self, scope: scope) }
}

extension RestormerConfiguration {
  /// One family of one model.
  public static var families: [ArchitectureFamily] { [ArchitectureFamily("Restormer", models: ["Restormer"])] }
}
