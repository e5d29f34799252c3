/// Stochastic depth (Huang et al., 2016): in each sample a residual branch counts as often as the sample's factor says.
package struct StochasticDepth: Sendable {
  /// Of each sample.
  let factors: [Float]
  /// Elements of a sample.
  let size: Int

  package init(factors: [Float], size: Int) {
    self.factors = factors
    self.size = size
  }

  /// result = x + factor (y - x) in each sample, and x itself where the factor is 0; overwrites.
  package func forward(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>
  ) {
    forEachSample { factor, range in
      for i in range { result[i] = factor == 0 ? x[i] : x[i] + factor * (y[i] - x[i]) }
    }
  }

  /// dx = (1 - factor) gradient in each sample; overwrites dx, or adds to it.
  package func backwardToInput(
    _ gradient: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    forEachSample { factor, range in scale(gradient, by: 1 - factor, range, into: dx, accumulate: accumulate) }
  }

  /// dy = factor gradient in each sample; overwrites dy, or adds to it.
  package func backwardToOutput(
    _ gradient: UnsafePointer<Float>, _ dy: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    forEachSample { factor, range in scale(gradient, by: factor, range, into: dy, accumulate: accumulate) }
  }

  @inline(__always)
  private func scale(
    _ gradient: UnsafePointer<Float>, by factor: Float, _ range: Range<Int>, into target: UnsafeMutablePointer<Float>,
    accumulate: Bool
  ) {
    if accumulate {
      for i in range { target[i] += factor * gradient[i] }
    } else {
      for i in range { target[i] = factor * gradient[i] }
    }
  }

  @inline(__always)
  private func forEachSample(_ body: (_ factor: Float, _ range: Range<Int>) -> Void) {
    for (sample, factor) in factors.enumerated() {
      let start = sample * size
      forEachRange(of: size, grain: streamingGrain) { body(factor, start + $0.lowerBound..<start + $0.upperBound) }
    }
  }
}
