/// The constants of one Adam step, bias corrections included.
package struct AdamCoefficients: Sendable {
  /// What remains of the second moment, beta2.
  package let secondDecay: Float
  /// What each gradient adds to the moments, 1 - beta1 and 1 - beta2.
  package let firstWeight, secondWeight: Float
  /// The learning rate divided by the first moment's bias correction, 1 - beta1^t.
  package let stepSize: Float
  /// The square root of the second moment's bias correction, 1 - beta2^t.
  package let secondCorrection: Float
  package let epsilon: Float

  package init(
    secondDecay: Float, firstWeight: Float, secondWeight: Float, stepSize: Float, secondCorrection: Float,
    epsilon: Float
  ) {
    self.secondDecay = secondDecay
    self.firstWeight = firstWeight
    self.secondWeight = secondWeight
    self.stepSize = stepSize
    self.secondCorrection = secondCorrection
    self.epsilon = epsilon
  }
}

/// One step of Adam (Kingma and Ba, 2015, algorithm 1) over `count` elements, in PyTorch's order of arithmetic, so that
/// runs can be compared number by number.
/// - Parameters:
///   - values: updated.
///   - gradients: read.
///   - firstMoment: the running mean of the gradients; updated.
///   - secondMoment: the running mean of their squares; updated.
package func adamUpdate(
  values: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, firstMoment: UnsafeMutablePointer<Float>,
  secondMoment: UnsafeMutablePointer<Float>, count: Int, _ coefficients: AdamCoefficients
) {
  let c = coefficients
  forEachRange(of: count, grain: streamingGrain) { range in
    for i in range {
      let gradient = gradients[i]
      let mean = multiplyAddRoundedOnce(c.firstWeight, gradient - firstMoment[i], firstMoment[i])
      let square = secondMoment[i] * c.secondDecay + c.secondWeight * gradient * gradient
      firstMoment[i] = mean
      secondMoment[i] = square
      values[i] -= c.stepSize * mean / (squareRoot(square) / c.secondCorrection + c.epsilon)
    }
  }
}
