import RAMiTKernels
import RAMiTParallel
import RAMiTTensorCore

/// The settings of Muon; momentum and Nesterov's are PyTorch's.
public struct MuonConfiguration: Codable, Equatable, Sendable {
  /// The share of a matrix's last direction that remains.
  public var momentum = 0.95
  /// Looks one step of the momentum ahead (Nesterov).
  public var nesterov = true
  /// The betas of Adam, which updates all that is no matrix.
  public var betas = [0.9, 0.99]
  /// The epsilon of Adam.
  public var epsilon = 1e-8
  /// How strongly the parameters are drawn towards 0, decoupled from the gradient.
  public var weightDecay = 0.0

  /// The defaults above.
  public init() {}
}

/// A parameter that is a matrix: its place among all values, and its shape.
public struct ParameterMatrix: Equatable, Sendable {
  /// The first of `rows` x `columns` values.
  public var start: Int
  /// Outputs and inputs of a layer.
  public var rows, columns: Int

  /// A row-major matrix.
  public init(start: Int, rows: Int, columns: Int) {
    self.start = start
    self.rows = rows
    self.columns = columns
  }

  /// Its place among all values.
  public var range: Range<Int> { start..<start + rows * columns }
}

/// Muon (Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024) for matrices, Adam for all
/// other parameters.
///
/// A matrix moves in the direction of its momentum with all singular values brought near 1, times 0.2 and the square
/// root of its longer side (Liu et al., "Muon is scalable for LLM training", 2025; PyTorch's `match_rms_adamw`). Its
/// elements then move about as far as Adam would move them, and one learning rate serves both parts.
public final class Muon: Optimizer {
  private let configuration: MuonConfiguration
  private let matrices: [ParameterMatrix]
  /// The momentum of matrices and the first moment of all others, in the order of the values.
  public let firstMoment: Tensor
  /// The second moment of what is no matrix, in the order of the values.
  public let secondMoment: Tensor
  /// The corrections of Adam's moments depend on it.
  public var steps = 0

  /// - Parameter matrices: in ascending order, without overlap.
  /// - Precondition: the momentum is in 0 ..< 1, and there are two betas, each in 0 ..< 1.
  public init(
    count: Int, matrices: [ParameterMatrix], _ configuration: MuonConfiguration = MuonConfiguration()
  ) {
    require(
      (0..<1).contains(configuration.momentum), "Muon needs a momentum in 0 ..< 1, not \(configuration.momentum)")
    require(
      configuration.betas.count == 2 && configuration.betas.allSatisfy { (0..<1).contains($0) },
      "Muon needs two betas in 0 ..< 1, not \(configuration.betas)")
    for (matrix, end) in zip(matrices, [0] + matrices.map(\.range.upperBound)) {
      require(
        matrix.start >= end && matrix.range.upperBound <= count,
        "a matrix at \(matrix.range) is not behind \(end) or not within \(count) values")
    }
    self.configuration = configuration
    self.matrices = matrices
    firstMoment = Tensor(zeros: [count])
    secondMoment = Tensor(zeros: [count])
  }

  /// The moments, `muon.m` and `muon.v`.
  public var state: [OptimizerState] {
    [
      OptimizerState(name: "muon.m", title: "Muon's momentum", values: firstMoment),
      OptimizerState(name: "muon.v", title: "Muon's second moment", values: secondMoment),
    ]
  }

  /// Leaves the gradients as they are: weight decay is decoupled.
  /// - Precondition: a range holds a matrix whole or not at all.
  public func step(_ values: Tensor, gradients: Tensor, learningRate: Double, groups: [ParameterGroup]) {
    var moved: [(matrix: ParameterMatrix, learningRate: Double)] = []
    step(
      values, gradients, learningRate: learningRate, groups, .decoupled, configuration.weightDecay
    ) { _, _, range, learningRate in
      var start = range.lowerBound
      for matrix in matrices where matrix.range.overlaps(range) {
        require(
          range.lowerBound <= matrix.start && matrix.range.upperBound <= range.upperBound,
          "\(range) cuts the matrix at \(matrix.range)")
        adam(values, gradients, start..<matrix.start, learningRate: learningRate)
        moved.append((matrix, learningRate))
        start = matrix.range.upperBound
      }
      adam(values, gradients, start..<range.upperBound, learningRate: learningRate)
    }
    move(moved, values, gradients)
  }

  private func adam(_ values: Tensor, _ gradients: Tensor, _ range: Range<Int>, learningRate: Double) {
    if range.isEmpty { return }
    let start = range.lowerBound
    adamUpdate(
      values: values.pointer + start, gradients: gradients.pointer + start, firstMoment: firstMoment.pointer + start,
      secondMoment: secondMoment.pointer + start, count: range.count,
      AdamCoefficients(
        betas: configuration.betas, epsilon: configuration.epsilon, steps: steps, learningRate: learningRate))
  }

  /// Updates matrices, each on one thread: they are small.
  private func move(
    _ moved: [(matrix: ParameterMatrix, learningRate: Double)], _ values: Tensor, _ gradients: Tensor
  ) {
    if moved.isEmpty { return }
    let workers = workerCount(for: moved.count)
    let orthogonalizations = moved.map { Orthogonalization(rows: $0.matrix.rows, columns: $0.matrix.columns) }
    // One matrix alone may use all threads inside.
    let inner = workers > 1 ? 1 : ComputeThreads.count
    let count = zip(moved, orthogonalizations).map { one, orthogonalization in
      paddedToVector(one.matrix.range.count) + orthogonalization.scratchCount(workers: inner)
    }.max()!
    let scratch = Tensor(uninitialized: [workers * count])
    parallelFor(moved.count) { index, worker in
      let matrix = moved[index].matrix, size = matrix.range.count
      let direction = scratch.pointer + worker * count
      let coefficients = MuonCoefficients(
        momentum: Float(configuration.momentum), gradientWeight: Float(1 - configuration.momentum),
        nesterov: configuration.nesterov,
        step: Float(moved[index].learningRate * 0.2 * Double(max(matrix.rows, matrix.columns)).squareRoot()))
      muonUpdate(
        values: values.pointer + matrix.start, gradients: gradients.pointer + matrix.start,
        momentum: firstMoment.pointer + matrix.start, coefficients, orthogonalizations[index],
        direction: direction, scratch: direction + paddedToVector(size))
    }
  }
}
