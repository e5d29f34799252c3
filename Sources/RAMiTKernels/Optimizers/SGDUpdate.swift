/// The constants of one step of gradient descent.
package struct SGDCoefficients: Sendable {
  package let learningRate, momentum: Float
  /// What a gradient adds to the momentum buffer: 1 - dampening, or 1 at the first step.
  package let gradientWeight: Float
  package let nesterov: Bool

  package init(learningRate: Float, momentum: Float, gradientWeight: Float, nesterov: Bool) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.gradientWeight = gradientWeight
    self.nesterov = nesterov
  }
}

/// One step of stochastic gradient descent with momentum (Sutskever et al., On the importance of initialization and
/// momentum in deep learning, 2013) over `count` elements, in PyTorch's order of arithmetic.
/// - Parameters:
///   - values: updated.
///   - gradients: read.
///   - buffer: the momentum; updated.
package func sgdUpdate(
  values: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, buffer: UnsafeMutablePointer<Float>,
  count: Int, _ coefficients: SGDCoefficients
) {
  let c = coefficients
  forEachRange(of: count, grain: streamingGrain) { range in
    for i in range {
      let gradient = gradients[i]
      let velocity = multiplyAddRoundedOnce(c.gradientWeight, gradient, buffer[i] * c.momentum)
      buffer[i] = velocity
      let direction = c.nesterov ? multiplyAddRoundedOnce(c.momentum, velocity, gradient) : velocity
      values[i] = multiplyAddRoundedOnce(-c.learningRate, direction, values[i])
    }
  }
}
