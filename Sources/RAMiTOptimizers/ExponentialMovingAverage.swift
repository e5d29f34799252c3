import RAMiTKernels
import RAMiTTensorCore

/// The exponential moving average (EMA) of a model's parameters, which often scores better than the parameters
/// themselves.
public final class ExponentialMovingAverage {
  /// The share of the average that remains after a step, below 1.
  public let decay: Double
  /// The average, in the order of the parameters.
  public let values: Tensor

  /// An average that begins with these values.
  /// - Precondition: the decay is in 0 ..< 1.
  public init(of values: Tensor, decay: Double) {
    require((0..<1).contains(decay), "an average's decay is in 0 ..< 1, not \(decay)")
    self.decay = decay
    self.values = values.copy()
  }

  /// Moves towards the parameters after a step. In the first steps the decay is at most (1 + n) / (10 + n), so that the
  /// random initial weights are soon forgotten.
  /// - Parameter step: n, the steps taken before this one.
  public func update(with parameters: Tensor, step: Int) {
    require(
      parameters.count == values.count, "an average of \(values.count) parameters cannot follow \(parameters.count)")
    let steps = Double(step)
    let share = Float(1 - min(decay, (1 + steps) / (10 + steps)))
    averageUpdate(values.pointer, towards: parameters.pointer, share: share, count: values.count)
  }
}
