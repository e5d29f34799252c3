import Foundation

/// The learning rate of every iteration: a linear warm-up from 0, then a base rate that halves at given epochs (paper, Sec. B).
public struct LearningRateSchedule: Codable, Equatable, Sendable {
  /// The rate after the warm-up.
  public var base: Double
  /// Epochs over which the rate grows, iteration by iteration, from 0 to the base.
  public var warmupEpochs: Int
  /// The rate halves once each of these numbers of epochs is done: 200 halves it from the 201st epoch on.
  public var halveAtEpochs: [Int]

  public init(base: Double, warmupEpochs: Int = 0, halveAtEpochs: [Int] = []) {
    self.base = base
    self.warmupEpochs = warmupEpochs
    self.halveAtEpochs = halveAtEpochs
  }

  /// The rate of the paper's models for a total batch: 0.0004 for 64 images, and in proportion.
  public static func paperRate(batch: Int) -> Double { 0.0004 * Double(batch) / 64 }

  /// - Parameters:
  ///   - epoch: epochs done.
  ///   - iteration: iterations done in this epoch, of `iterationsPerEpoch`.
  public func rate(epoch: Int, iteration: Int, iterationsPerEpoch: Int) -> Double {
    if epoch < warmupEpochs {
      return base * (Double(epoch) + Double(iteration) / Double(iterationsPerEpoch)) / Double(warmupEpochs)
    }
    return base * pow(0.5, Double(halveAtEpochs.count { $0 <= epoch }))
  }
}
