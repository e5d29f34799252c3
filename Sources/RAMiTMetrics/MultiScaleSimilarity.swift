import Foundation
import RAMiTParallel

/// The exponents of the five scales, the finest first (Wang et al., 2003, Sec. 3.2).
private let exponents = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]

/// Structural similarity over five scales (Wang et al., 2003, eq. 7), each half of the one before: contrast and
/// structure of all, luminance of the coarsest.
/// - Returns: where the window does not fit into the coarsest scale, 1 for equal planes and NaN for others.
func multiScaleSimilarity(_ a: Plane, _ b: Plane) -> Double {
  var (a, b) = (a, b)
  let coarsest = (1..<exponents.count).reduce(min(a.width, a.height)) { side, _ in (side + 1) / 2 }
  guard coarsest >= similarityWindow else { return squaredError(a, b) == 0 ? 1 : .nan }
  var product = 1.0
  for (scale, exponent) in exponents.enumerated() {
    let isCoarsest = scale == exponents.count - 1
    // A power of a negative mean is no number; images that are so unlike have no similarity.
    let mean = structuralSimilarity(a, b, isCoarsest ? .whole : .contrastAndStructure)
    product *= pow(max(mean, 0), exponent)
    if !isCoarsest { (a, b) = (a.halved(), b.halved()) }
  }
  return product
}
