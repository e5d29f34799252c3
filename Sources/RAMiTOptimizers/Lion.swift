import RAMiTKernels
import RAMiTTensorCore

/// The settings of Lion; the betas are the paper's.
public struct LionConfiguration: Codable, Equatable, Sendable {
  /// The share of the momentum in a step's direction, and the share of it that remains.
  public var betas = [0.9, 0.99]
  /// How strongly the parameters are drawn towards 0, decoupled from the gradient.
  public var weightDecay = 0.0

  /// Betas of 0.9 and 0.99, no weight decay.
  public init() {}
}

/// Lion (Chen et al., Symbolic Discovery of Optimization Algorithms, 2023): every element moves by the learning rate,
/// in the direction of a mean of its gradients. It wants a learning rate three to ten times smaller than Adam's.
public final class Lion: Optimizer {
  private let configuration: LionConfiguration
  /// The running mean of the gradients, in the order of the values.
  public let moment: Tensor
  /// An update does not depend on it.
  public var steps = 0

  /// - Precondition: there are two betas, each in 0 ..< 1.
  public init(count: Int, _ configuration: LionConfiguration = LionConfiguration()) {
    require(
      configuration.betas.count == 2 && configuration.betas.allSatisfy { (0..<1).contains($0) },
      "Lion needs two betas in 0 ..< 1, not \(configuration.betas)")
    self.configuration = configuration
    moment = Tensor(zeros: [count])
  }

  /// The moment, `lion.moment`.
  public var state: [OptimizerState] {
    [OptimizerState(name: "lion.moment", title: "Lion's moment", values: moment)]
  }

  /// Leaves the gradients as they are: weight decay is decoupled.
  public func step(_ values: Tensor, gradients: Tensor, learningRate: Double, groups: [ParameterGroup]) {
    let (beta1, beta2) = (configuration.betas[0], configuration.betas[1])
    step(
      values, gradients, learningRate: learningRate, groups, .decoupled, configuration.weightDecay
    ) { values, gradients, range, learningRate in
      let coefficients = LionCoefficients(
        learningRate: Float(learningRate), directionDecay: Float(beta1), momentDecay: Float(beta2),
        directionWeight: Float(1 - beta1), momentWeight: Float(1 - beta2))
      lionUpdate(
        values: values, gradients: gradients, moment: moment.pointer + range.lowerBound, count: range.count,
        coefficients)
    }
  }
}
