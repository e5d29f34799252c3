/// The constants of one step of Lion.
package struct LionCoefficients: Sendable {
  package let learningRate: Float
  /// How much of the momentum the step's direction has, and how much of it remains: beta1 and beta2.
  package let directionDecay, momentDecay: Float
  /// What each gradient adds to them, 1 - beta1 and 1 - beta2.
  package let directionWeight, momentWeight: Float

  package init(
    learningRate: Float, directionDecay: Float, momentDecay: Float, directionWeight: Float, momentWeight: Float
  ) {
    self.learningRate = learningRate
    self.directionDecay = directionDecay
    self.momentDecay = momentDecay
    self.directionWeight = directionWeight
    self.momentWeight = momentWeight
  }
}

/// One step of Lion (Chen et al., Symbolic Discovery of Optimization Algorithms, 2023, algorithm 2) over `count`
/// elements, without its weight decay.
/// - Parameters:
///   - values: updated by the learning rate up or down, or not at all where the direction is 0.
///   - gradients: read.
///   - moment: the running mean of the gradients; updated.
package func lionUpdate(
  values: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, moment: UnsafeMutablePointer<Float>,
  count: Int, _ coefficients: LionCoefficients
) {
  let c = coefficients
  forEachRange(of: count, grain: streamingGrain) { range in
    for i in range {
      let (gradient, mean) = (gradients[i], moment[i])
      let direction = mean * c.directionDecay + gradient * c.directionWeight
      let step = direction > 0 ? c.learningRate : direction < 0 ? -c.learningRate : 0
      values[i] -= step
      moment[i] = mean * c.momentDecay + gradient * c.momentWeight
    }
  }
}
