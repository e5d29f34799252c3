import Foundation

/// The learning rate of every iteration: a linear warm-up from 0 to a base rate, which then decays (paper, Sec. B).
public struct LearningRateSchedule: Codable, Equatable, Sendable {
  /// How the rate falls after the warm-up.
  public enum Decay: Codable, Equatable, Sendable {
    /// It halves once each of these numbers of epochs is done: 200 halves it from the 201st epoch on.
    case halving(atEpochs: [Int])
    /// It follows half a cosine, iteration by iteration, from the base at the end of the warm-up to `final` when so many epochs
    /// are done, and stays there (Loshchilov and Hutter, SGDR, 2017, without restarts).
    case cosine(epochs: Int, final: Double)
  }

  /// The rate after the warm-up.
  public var base: Double
  /// Epochs over which the rate grows, iteration by iteration, from 0 to the base.
  public var warmupEpochs: Int
  public var decay: Decay

  public init(base: Double, warmupEpochs: Int = 0, decay: Decay) {
    self.base = base
    self.warmupEpochs = warmupEpochs
    self.decay = decay
  }

  public init(base: Double, warmupEpochs: Int = 0, halveAtEpochs: [Int] = []) {
    self.init(base: base, warmupEpochs: warmupEpochs, decay: .halving(atEpochs: halveAtEpochs))
  }

  /// The rate of the paper's models for a total batch: 0.0004 for 64 images, and in proportion.
  public static func paperRate(batch: Int) -> Double { 0.0004 * Double(batch) / 64 }

  /// - Parameters:
  ///   - epoch: epochs done.
  ///   - iteration: iterations done in this epoch, of `iterationsPerEpoch`.
  public func rate(epoch: Int, iteration: Int, iterationsPerEpoch: Int) -> Double {
    let done = Double(epoch) + Double(iteration) / Double(iterationsPerEpoch)
    if epoch < warmupEpochs { return base * done / Double(warmupEpochs) }
    switch decay {
    case .halving(let epochs): return base * pow(0.5, Double(epochs.count { $0 <= epoch }))
    case .cosine(let epochs, let final):
      let length = Double(epochs - warmupEpochs)
      let share = length > 0 ? min(1, (done - Double(warmupEpochs)) / length) : 1
      return final + (base - final) * (1 + cos(.pi * share)) / 2
    }
  }
}
