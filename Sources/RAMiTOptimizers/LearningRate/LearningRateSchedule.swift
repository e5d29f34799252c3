/// The learning rate over a training: a linear warm-up from 0 to a base rate, which then decays (paper, Sec. B).
///
/// Time is counted in epochs, with fractions for the iterations of one, or in iterations.
public struct LearningRateSchedule: Equatable, Sendable {
  /// The learning rate after the warm-up.
  public var base: Double
  /// How long the learning rate grows from 0 to the base, iteration by iteration.
  public var warmup: Int
  /// How the learning rate changes after the warm-up.
  public var decay: LearningRateDecay

  /// By default a constant learning rate.
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

  /// Times, after 0, at which a new part of the schedule begins.
  public var breaks: [Int] { ([warmup] + decay.breaks.filter { $0 > warmup }).filter { $0 > 0 } }

  /// The learning rate at the beginning of an interval without a break, and its limit at the end.
  public func learningRates(from start: Int, to end: Int) -> (first: Double, last: Double) {
    let first = learningRate(at: Double(start))
    if start < warmup { return (first, base * Double(end) / Double(warmup)) }
    if case .cosineRestarts = decay, start > 0, breaks.contains(start) {
      // The first learning rate of a period comes just after the end of the period before.
      return (learningRate(at: Double(start).nextUp), learningRate(at: Double(end)))
    }
    return (first, decay.isStepwise ? first : learningRate(at: Double(end)))
  }
}
