import RAMiTKernels

/// How weight decay draws parameters towards 0.
public enum WeightDecay: String, CaseIterable, Codable, Sendable {
  /// Each step multiplies the parameters by 1 - learning rate x decay (Loshchilov and Hutter, Decoupled Weight Decay
  /// Regularization, 2019).
  case decoupled
  /// Each step adds decay x parameter to the gradient, which the optimizer then scales with the rest.
  case l2

  /// Applies it to `count` elements: to the values, or to the gradients.
  func apply(
    _ decay: Double, _ values: UnsafeMutablePointer<Float>, _ gradients: UnsafeMutablePointer<Float>, count: Int,
    learningRate: Double
  ) {
    guard decay > 0 else { return }
    switch self {
    case .decoupled: scaleInPlace(values, by: Float(1 - learningRate * decay), count: count)
    case .l2: addInPlace(gradients, values, times: Float(decay), count: count)
    }
  }
}
