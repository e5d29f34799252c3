import Kernels
import TensorCore

/// The random choices of one training step: which values dropout drops, and which branches stochastic depth skips.
///
/// All of them follow from the seed and the iteration, so a resumed run makes the same ones.
public struct Regularization: Sendable {
  private let seed: UInt64
  private let iteration: UInt64

  public init(seed: UInt64, iteration: Int) {
    self.seed = seed
    self.iteration = UInt64(truncatingIfNeeded: iteration)
  }

  /// Where a choice is made, within a block.
  enum Purpose: UInt64 {
    case attentionMap, projection, attentionBranch, feedForwardBranch
  }

  /// A mask of its own for each block and purpose; nil where nothing is dropped.
  func mask(rate: Double, block: Int, _ purpose: Purpose) -> DropoutMask? {
    guard rate > 0 else { return nil }
    var random = stream(block, purpose)
    return DropoutMask(rate: rate, key: random.next())
  }

  /// For each sample 0 with the chance `rate`, else 1 / (1 - rate); nil where no branch is skipped.
  func branchFactors(rate: Double, samples: Int, block: Int, _ purpose: Purpose) -> [Float]? {
    guard rate > 0 else { return nil }
    var random = stream(block, purpose)
    return (0..<samples).map { _ in Double(random.uniform()) < rate ? 0 : Float(1 / (1 - rate)) }
  }

  private func stream(_ block: Int, _ purpose: Purpose) -> RandomNumbers {
    RandomNumbers(seed: seed, 0x6472_6f70, iteration, UInt64(block), purpose.rawValue)
  }
}
