import RAMiTKernels
import RAMiTTensorCore

/// What a training step tells the layers of a model; nil in inference.
///
/// Random choices follow from the seed and the iteration. So a resumed run makes the same ones, and so does a segment
/// that is computed twice.
public struct TrainingContext: Sendable {
  private let seed: UInt64
  /// The number of the forward pass.
  public let iteration: Int
  /// What the backward pass computes again.
  public let checkpointing: ActivationCheckpointing

  /// - Parameter seed: the run's seed.
  public init(seed: UInt64, iteration: Int, checkpointing: ActivationCheckpointing = .none) {
    self.seed = seed
    self.iteration = iteration
    self.checkpointing = checkpointing
  }

  private init(_ context: TrainingContext, _ checkpointing: ActivationCheckpointing) {
    (seed, iteration, self.checkpointing) = (context.seed, context.iteration, checkpointing)
  }

  /// The same step with other checkpointing, for what lies in a segment that is computed again as a whole.
  public func with(_ checkpointing: ActivationCheckpointing) -> TrainingContext {
    TrainingContext(self, checkpointing)
  }

  /// An independent stream of random numbers for each use in each layer.
  /// - Parameters:
  ///   - layer: the layer's number in the model.
  ///   - use: tells the layer's random choices apart.
  public func randomNumbers(layer: Int, use: UInt64) -> RandomNumbers {
    RandomNumbers(seed: seed, 0x6472_6f70, UInt64(truncatingIfNeeded: iteration), UInt64(layer), use)
  }

  /// Which values dropout drops; nil where it drops none.
  /// - Parameter rate: the chance that a value is dropped, in [0, 1).
  public func dropoutMask(rate: Double, layer: Int, use: UInt64) -> DropoutMask? {
    guard rate > 0 else { return nil }
    var random = randomNumbers(layer: layer, use: use)
    return DropoutMask(rate: rate, key: random.next())
  }

  /// For each sample 0 with the chance `rate`, else 1 / (1 - rate) (stochastic depth; Huang et al., 2016); nil where no
  /// branch is skipped.
  /// - Parameter rate: in [0, 1).
  public func branchFactors(rate: Double, samples: Int, layer: Int, use: UInt64) -> [Float]? {
    guard rate > 0 else { return nil }
    var random = randomNumbers(layer: layer, use: use)
    return (0..<samples).map { _ in Double(random.uniform()) < rate ? 0 : Float(1 / (1 - rate)) }
  }
}

/// How much of a forward pass a training step computes again in the backward pass instead of saving it, from the most
/// memory to the least (Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016).
///
/// The gradients are the same, bit for bit.
public enum ActivationCheckpointing: String, CaseIterable, Codable, Sendable {
  /// Only cheap values are computed again.
  case none
  /// In each block, values that are cheap compared with the rest of the block are computed again, too.
  case blocks
  /// Whole stages: only their inputs are saved, and one stage at a time is computed again, with its blocks as in
  /// `blocks`.
  case stages
}
