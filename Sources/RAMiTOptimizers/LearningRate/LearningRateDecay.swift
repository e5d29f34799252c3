import Foundation

/// How a learning rate changes after its warm-up. Times are in the units of the schedule, epochs or iterations, from
/// its beginning.
public enum LearningRateDecay: Equatable, Sendable {
  /// It stays constant.
  case constant
  /// It is multiplied with gamma once each of these times is reached (PyTorch's MultiStepLR).
  case milestones([Int], gamma: Double)
  /// It follows half a cosine from the base at the end of the warm-up to `final` at `end`, and stays there (Loshchilov
  /// and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017).
  case cosine(end: Int, final: Double)
  /// It follows half a cosine in each period, from final + weight (base - final) down to final (BasicSR's
  /// CosineAnnealingRestartLR). Periods count from the beginning of the schedule, the warm-up included. The end of a
  /// period belongs to it; after the last one the learning rate stays.
  case cosineRestarts([Period])
  /// It falls from the base at the end of the warm-up to `final` at `end`, as a power of the share of time that is
  /// left, and stays there (PyTorch's PolynomialLR, whose final learning rate is 0).
  case polynomial(end: Int, power: Double, final: Double)

  /// One cosine of several.
  public struct Period: Equatable, Sendable {
    /// Epochs or iterations.
    public var length: Int
    /// What the height of the cosine is multiplied with.
    public var weight: Double
    /// The learning rate at the end.
    public var final: Double

    /// By default a cosine of full height, down to 0.
    public init(length: Int, weight: Double = 1, final: Double = 0) {
      self.length = length
      self.weight = weight
      self.final = final
    }
  }

  /// - Parameters:
  ///   - time: from the beginning of the schedule, at least `start`.
  ///   - start: the end of the warm-up.
  func learningRate(base: Double, at time: Double, from start: Int) -> Double {
    switch self {
    case .constant: return base
    case .milestones(let times, let gamma): return base * pow(gamma, Double(times.count { Double($0) <= time }))
    case .cosine(let end, let final):
      return final + (base - final) * (1 + cos(.pi * Self.share(time, start, end))) / 2
    case .polynomial(let end, let power, let final):
      return final + (base - final) * pow(1 - Self.share(time, start, end), power)
    case .cosineRestarts(let periods):
      var begin = 0
      for (index, period) in periods.enumerated() {
        let end = begin + period.length
        if time <= Double(end) || index == periods.count - 1 {
          let height = period.weight * (base - period.final)
          return period.final + height * (1 + cos(.pi * Self.share(time, begin, end))) / 2
        }
        begin = end
      }
      return base
    }
  }

  /// The share of an interval that has passed, at most 1.
  private static func share(_ time: Double, _ start: Int, _ end: Int) -> Double {
    end > start ? min(1, (time - Double(start)) / Double(end - start)) : 1
  }

  /// Times at which a new part of the decay begins.
  public var breaks: [Int] {
    switch self {
    case .constant, .cosine, .polynomial: []
    case .milestones(let times, _): times
    case .cosineRestarts(let periods):
      periods.dropLast().reduce(into: [Int]()) { $0.append(($0.last ?? 0) + $1.length) }
    }
  }

  /// Whether the learning rate is constant between two breaks.
  public var isStepwise: Bool {
    switch self {
    case .constant, .milestones: true
    case .cosine, .cosineRestarts, .polynomial: false
    }
  }
}
