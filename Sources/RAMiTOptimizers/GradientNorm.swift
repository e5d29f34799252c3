import RAMiTKernels
import RAMiTTensorCore

extension Tensor {
  /// The Euclidean norm of some of the elements, in double precision; the same for any number of threads.
  /// - Parameter ranges: nil means all.
  public func norm(in ranges: [Range<Int>]? = nil) -> Double {
    let squares = (ranges ?? [0..<count]).reduce(0.0) { sum, range in
      sum + sumOfSquares(pointer + range.lowerBound, count: range.count)
    }
    return squares.squareRoot()
  }

  /// Scales gradients down so that their norm is at most `limit` (Pascanu et al., On the difficulty of training
  /// recurrent neural networks, 2013); smaller ones stay as they are.
  /// - Parameters:
  ///   - norm: the norm of these gradients, finite.
  ///   - ranges: what to scale; nil means all.
  public func clip(norm: Double, to limit: Double, in ranges: [Range<Int>]? = nil) {
    guard norm > limit else { return }
    let factor = Float(limit / norm)
    for range in ranges ?? [0..<count] { scaleInPlace(pointer + range.lowerBound, by: factor, count: range.count) }
  }
}
