import Foundation
import RAMiTParallel

/// What of the similarity of two windows is averaged.
enum SimilarityTerm {
  /// Luminance, contrast and structure.
  case whole
  case contrastAndStructure
}

/// Mean structural similarity of two planes (Wang et al., 2004, with K1 = 0.01, K2 = 0.03, L = 255): an 11 x 11
/// Gaussian window of sigma 1.5, at every place where it fits entirely.
/// - Returns: the mean; where the window fits nowhere, 1 for equal planes and NaN for others.
func structuralSimilarity(_ a: Plane, _ b: Plane, _ term: SimilarityTerm = .whole) -> Double {
  let width = a.width - similarityWindow + 1, height = a.height - similarityWindow + 1
  guard width > 0, height > 0 else { return squaredError(a, b) == 0 ? 1 : .nan }
  let stride = a.stride
  return withUnsafeTemporaryAllocation(of: Double.self, capacity: 5 * stride * workerCount(for: height)) { memory in
    let blurred = memory.baseAddress!
    let total = sumOfRows(height) { y, worker in
      let moments = blurred + worker * 5 * stride
      blurColumns(a.values + y * stride, b.values + y * stride, stride, into: moments)
      return similarityOfRow(moments, stride, count: width, term)
    }
    return total / Double(width * height)
  }
}

/// The side of the window.
let similarityWindow = 11

/// The Gaussian, of sum 1; the window is its product with itself.
private let weights: [Double] = {
  let values = (-5...5).map { (distance: Int) -> Double in exp(-Double(distance * distance) / (2 * 1.5 * 1.5)) }
  return values.map { $0 / values.reduce(0, +) }
}()

/// The weighted sums over 11 rows from `a` and `b` on, of a, b, a a, b b and a b: 5 rows of `stride`.
private func blurColumns(
  _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ stride: Int, into moments: UnsafeMutablePointer<Double>
) {
  weights.withUnsafeBufferPointer { weights in
    for x in Swift.stride(from: 0, to: stride, by: 8) {
      var ma = Plane.Vector(), mb = ma, aa = ma, bb = ma, ab = ma
      for k in 0..<similarityWindow {
        let va = load(a + (k &* stride &+ x)), vb = load(b + (k &* stride &+ x))
        let wa = va * weights[k], wb = vb * weights[k]
        ma += wa
        mb += wb
        aa += wa * va
        bb += wb * vb
        ab += wa * vb
      }
      store(ma, moments + x)
      store(mb, moments + (stride &+ x))
      store(aa, moments + (2 &* stride &+ x))
      store(bb, moments + (3 &* stride &+ x))
      store(ab, moments + (4 &* stride &+ x))
    }
  }
}

/// Blurs the rows of moments, and adds up the similarity of `count` places.
private func similarityOfRow(
  _ moments: UnsafePointer<Double>, _ stride: Int, count: Int, _ term: SimilarityTerm
) -> Double {
  let c1 = 6.5025, c2 = 58.5225, isWhole = term == .whole
  return weights.withUnsafeBufferPointer { weights in
    var total = Plane.Vector()
    for x in Swift.stride(from: 0, to: count, by: 8) {
      var ma = Plane.Vector(), mb = ma, aa = ma, bb = ma, ab = ma
      for k in 0..<similarityWindow {
        let place = moments + (x &+ k), weight = weights[k]
        ma += load(place) * weight
        mb += load(place + stride) * weight
        aa += load(place + 2 &* stride) * weight
        bb += load(place + 3 &* stride) * weight
        ab += load(place + 4 &* stride) * weight
      }
      let product = ma * mb, squares = ma * ma + mb * mb
      let covariance = ab - product, variances = (aa - ma * ma) + (bb - mb * mb)
      let similarity: Plane.Vector
      if isWhole {
        let luminance = 2 * product + c1, structure = 2 * covariance + c2
        similarity = (luminance * structure) / ((squares + c1) * (variances + c2))
      } else {
        similarity = (2 * covariance + c2) / (variances + c2)
      }
      if count &- x >= 8 {
        total += similarity
      } else {
        for lane in 0..<count &- x { total[lane] += similarity[lane] }
      }
    }
    return total.sum()
  }
}

@inline(__always)
private func store(_ vector: Plane.Vector, _ pointer: UnsafeMutablePointer<Double>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: Plane.Vector.self)
}
