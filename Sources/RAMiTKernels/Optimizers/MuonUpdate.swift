/// Brings the singular values of a matrix near 1 and keeps its singular vectors, by Newton and Schulz's iteration with
/// the fifth-degree polynomial of Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024. The
/// polynomial is steep at 0 rather than exact at 1: values end between 0.7 and 1.2 or so.
package struct Orthogonalization: Sendable {
  package let rows, columns: Int
  /// X X^T, or X^T X where that is smaller; its square; and the product with X.
  private let gram, square, update: MatrixProduct
  private let isTall: Bool

  /// PyTorch's coefficients and number of iterations.
  private static let (linear, cubic, quintic): (Float, Float, Float) = (3.4445, -4.7750, 2.0315)
  private static let iterations = 5
  /// Keeps the division by the norm finite.
  private static let epsilon: Float = 1e-7

  package init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    isTall = rows > columns
    let side = min(rows, columns)
    gram = MatrixProduct(
      rows: side, columns: side, inner: max(rows, columns), transposesA: isTall, transposesB: !isTall)
    square = MatrixProduct(rows: side, columns: side, inner: side)
    update = MatrixProduct(rows: rows, columns: columns, inner: side)
  }

  private var products: [MatrixProduct] { [gram, square, update] }
  private var squareCount: Int { paddedToVector(min(rows, columns) * min(rows, columns)) }
  private var sharedCount: Int { paddedToVector(products.map { $0.sharedCount }.max() ?? 0) }
  private var workerCount: Int { paddedToVector(products.map { $0.scratchCount }.max() ?? 0) }

  /// Floats of scratch memory.
  /// - Parameter workers: the most threads that a product inside may use.
  package func scratchCount(workers: Int) -> Int {
    2 * squareCount + paddedToVector(rows * columns) + sharedCount + workers * workerCount
  }

  /// - Parameters:
  ///   - x: rows x columns, changed in place.
  ///   - scratch: `scratchCount` floats.
  package func callAsFunction(_ x: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>) {
    let count = rows &* columns, sides = min(rows, columns) &* min(rows, columns)
    let (first, second) = (scratch, scratch + squareCount)
    let next = second + squareCount
    let shared = next + paddedToVector(count)
    let memory = Scratch(shared + sharedCount, count: workerCount)
    var squares = 0.0
    for i in 0..<count { squares += Double(x[i]) * Double(x[i]) }
    let scale = 1 / max(Float(squares.squareRoot()), Self.epsilon)
    for i in 0..<count { x[i] *= scale }
    for _ in 0..<Self.iterations {
      gram(x, x, into: first, shared: shared, scratch: memory)
      square(first, first, into: second, shared: shared, scratch: memory)
      for i in 0..<sides { second[i] = Self.cubic * first[i] + Self.quintic * second[i] }
      let (left, right) = isTall ? (x, second) : (second, x)
      update(left, right, into: next, shared: shared, scratch: memory)
      for i in 0..<count { x[i] = Self.linear * x[i] + next[i] }
    }
  }
}

/// The constants of one step of Muon.
package struct MuonCoefficients: Sendable {
  package let momentum: Float
  /// What each gradient adds to the momentum, 1 - momentum.
  package let gradientWeight: Float
  package let nesterov: Bool
  /// The learning rate times the matrix's own factor.
  package let step: Float

  package init(momentum: Float, gradientWeight: Float, nesterov: Bool, step: Float) {
    self.momentum = momentum
    self.gradientWeight = gradientWeight
    self.nesterov = nesterov
    self.step = step
  }
}

/// One step of Muon for one matrix, without its weight decay.
/// - Parameters:
///   - values: updated.
///   - gradients: read.
///   - momentum: the running mean of the gradients; updated.
///   - direction: memory for a matrix.
///   - scratch: what `orthogonalization` needs.
package func muonUpdate(
  values: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, momentum: UnsafeMutablePointer<Float>,
  _ coefficients: MuonCoefficients, _ orthogonalization: Orthogonalization,
  direction: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
) {
  let c = coefficients, count = orthogonalization.rows &* orthogonalization.columns
  for i in 0..<count {
    let gradient = gradients[i]
    let mean = momentum[i] + c.gradientWeight * (gradient - momentum[i])
    momentum[i] = mean
    direction[i] = c.nesterov ? gradient + c.momentum * (mean - gradient) : mean
  }
  orthogonalization(direction, scratch: scratch)
  for i in 0..<count { values[i] -= c.step * direction[i] }
}
