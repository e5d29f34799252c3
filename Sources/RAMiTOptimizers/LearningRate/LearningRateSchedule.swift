/// The learning rate over a training: a linear warm-up from 0 to a base rate, which then decays (paper, Sec. B).
///
/// Time is counted in epochs, with fractions for the iterations of one, or in iterations.
public struct LearningRateSchedule: Equatable, Sendable {
  /// The rate after the warm-up.
  public var base: Double
  /// How long the rate grows from 0 to the base, iteration by iteration.
  public var warmup: Int
  /// How the rate goes after the warm-up.
  public var decay: LearningRateDecay

  public init(base: Double, warmup: Int = 0, decay: LearningRateDecay = .constant) {
    self.base = base
    self.warmup = warmup
    self.decay = decay
  }

  /// The learning rate of the iteration that begins at this time.
  public func learningRate(at time: Double) -> Double {
    if time < Double(warmup) { return base * time / Double(warmup) }
    return decay.learningRate(base: base, at: time, from: warmup)
  }

  /// Times, after 0, at which the rate changes its way.
  public var breaks: [Int] { ([warmup] + decay.breaks.filter { $0 > warmup }).filter { $0 > 0 } }

  /// The rate at the beginning of a span of time without a break, and what it approaches at its end.
  public func learningRates(from start: Int, to end: Int) -> (first: Double, last: Double) {
    let first = learningRate(at: Double(start))
    if start < warmup { return (first, base * Double(end) / Double(warmup)) }
    if case .cosineRestarts = decay, start > 0, breaks.contains(start) {
      // A period's own first rate comes just after the end of the one before.
      return (learningRate(at: Double(start).nextUp), learningRate(at: Double(end)))
    }
    return (first, decay.isStepwise ? first : learningRate(at: Double(end)))
  }
}
