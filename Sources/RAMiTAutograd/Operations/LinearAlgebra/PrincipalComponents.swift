import RAMiTKernels
import RAMiTLinearAlgebra
import RAMiTTensorCore

/// The directions in which the channels of a feature map vary most, to look at it in a few channels.
///
///     let colours = try PrincipalComponents(of: features, count: 3)(Variable(constant: features))
public struct PrincipalComponents: Sendable {
  /// The mean of each channel, C numbers.
  public let mean: Tensor
  /// K x C, orthonormal rows, the one with the largest variance first. The largest number of each is positive.
  public let components: Tensor
  /// The variance along each component, K numbers.
  public let variances: Tensor
  /// The share of the whole variance that the components have; 1 for a map without any.
  public let explainedShare: Double

  /// - Parameters:
  ///   - x: ... x C, such as N x H x W x C: each pixel is a sample.
  ///   - count: K, the number of components.
  /// - Precondition: there are two samples or more, and C is K or more.
  /// - Throws: when LAPACKE is not installed, or a value is not finite.
  public init(of x: Tensor, count: Int) throws(LinalgError) {
    let (samples, channels) = (x.shape.rows, x.shape.last)
    require(
      samples >= 2 && (1...max(1, channels)).contains(count),
      "\(count) principal components of \(x.shape): there are \(samples) samples of \(channels) channels")
    let mean = Self.mean(of: x)
    let centred = (Variable(constant: x.reshaped([samples, channels])) - Variable(constant: mean)).value
    let products = Tensor([channels, channels]) { products in
      MatrixProduct(rows: channels, columns: channels, inner: samples, transposesA: true)
        .multiply(centred, centred, into: products)
    }
    let covariance = (1 / Double(samples - 1)) * MatrixBatch.matrices(products)[0]
    let (values, vectors) = try covariance.eigh()
    // The largest come first; rounding may leave a small negative one.
    let places = (0..<count).map { channels - 1 - $0 }, chosen = places.map { max(0, values[$0]) }
    self.mean = mean
    variances = Tensor(chosen.map { Float($0) }, [count])
    components = Tensor([count, channels]) { MatrixBatch.write(places.map { Self.row(vectors, $0) }, to: $0) }
    let total = values.reduce(0) { $0 + max(0, $1) }
    explainedShare = total > 0 ? chosen.reduce(0, +) / total : 1
  }

  /// The components of x: ... x C to ... x K.
  public func callAsFunction(_ x: Variable) -> Variable {
    let (count, channels) = (components.shape[0], components.shape[1])
    // A linear layer computes components (x - mean).
    let bias = (0..<count).map { k in
      -(0..<channels).reduce(Float(0)) { $0 + components.pointer[k * channels + $1] * mean.pointer[$1] }
    }
    return linear(x, weight: Variable(constant: components), bias: Variable(constant: Tensor(bias, [count])))
  }

  private static func mean(of x: Tensor) -> Tensor {
    let sums = GradientSums(count: x.shape.last)
    addColumnSums(x.pointer, rows: x.shape.rows, columns: x.shape.last, sums: sums.sums)
    let mean = sums.results.tensor.slice(0..<x.shape.last).copy()
    for c in 0..<mean.count { mean.pointer[c] /= Float(x.shape.rows) }
    return mean
  }

  /// An eigenvector, with the sign that makes its largest number positive.
  private static func row(_ vectors: Matrix, _ column: Int) -> [Double] {
    let values = (0..<vectors.rows).map { vectors[$0, column] }
    let largest = values.max { abs($0) < abs($1) } ?? 0
    return largest < 0 ? values.map { -$0 } : values
  }
}
