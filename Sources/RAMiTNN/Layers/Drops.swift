import RAMiTAutograd
import RAMiTTensorCore

/// Stochastic depth (Huang et al., "Deep Networks with Stochastic Depth", 2016): skips a residual branch of a whole
/// sample at random while training, and scales the branch up where it is not skipped. In inference it does nothing.
///
///     x + dropPath(branch(x), context: context)
public struct DropPath: UnaryLayer {
  /// The chance that a branch is skipped, in [0, 1).
  public let rate: Double
  private let layer: Int
  private let use: UInt64

  /// - Parameters:
  ///   - layer: the block's number in the model; with `use` it names the random choices.
  ///   - use: tells branches of one block apart.
  /// - Precondition: the rate is in [0, 1).
  public init(rate: Double, layer: Int, use: UInt64 = 0) {
    require((0..<1).contains(rate), "a rate of dropping is in [0, 1), not \(rate)")
    (self.rate, self.layer, self.use) = (rate, layer, use)
  }

  /// N x ... to the same.
  public func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    guard let factors = factors(samples: x.shape[0], context: context) else { return x }
    let shape = Shape([factors.count] + Array(repeating: 1, count: x.shape.rank - 1))
    return x * Variable(constant: Tensor(factors, shape))
  }

  /// What each sample's branch is multiplied with: 0 or 1 / (1 - rate); nil where no branch is skipped.
  public func factors(samples: Int, context: TrainingContext?) -> [Float]? {
    context?.branchFactors(rate: rate, samples: samples, layer: layer, use: use)
  }

  /// Rates that grow linearly from 0 in the first of some blocks to `last` in the last one, as is usual.
  public static func linearRates(to last: Double, blocks: Int) -> [Double] {
    (0..<blocks).map { last * Double($0) / Double(max(1, blocks - 1)) }
  }
}

/// Drops values at random while training and scales the others up, so that the expected value stays (Srivastava et al.,
/// "Dropout", 2014). In inference it does nothing.
public struct Dropout: UnaryLayer {
  /// The chance that a value is dropped, in [0, 1).
  public let rate: Double
  private let layer: Int
  private let use: UInt64

  /// - Parameters: as those of `DropPath`.
  /// - Precondition: the rate is in [0, 1).
  public init(rate: Double, layer: Int, use: UInt64 = 0) {
    require((0..<1).contains(rate), "a rate of dropping is in [0, 1), not \(rate)")
    (self.rate, self.layer, self.use) = (rate, layer, use)
  }

  /// Any shape to the same.
  public func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    guard let mask = context?.dropoutMask(rate: rate, layer: layer, use: use) else { return x }
    return dropout(x, mask)
  }
}
