import Foundation
import RAMiTKernels
import RAMiTTensorCore

/// The settings of Adam; the betas are those of the paper (Sec. B).
public struct AdamConfiguration: Codable, Equatable, Sendable {
  /// The decay of the first moment (the running mean of the gradients) and of the second (of their squares).
  public var betas = [0.9, 0.99]
  /// Keeps the division finite.
  public var epsilon = 1e-8
  /// How strongly the parameters are drawn towards 0.
  public var weightDecay = 0.0
  /// L2, as in PyTorch's Adam, or decoupled, as in its AdamW.
  public var weightDecayKind = WeightDecay.l2

  /// The paper's settings.
  public init() {}
}

/// The settings of AdamW, which is Adam with decoupled weight decay (Loshchilov and Hutter, 2019); the defaults are
/// PyTorch's.
public struct AdamWConfiguration: Codable, Equatable, Sendable {
  /// The decay of the first moment (the running mean of the gradients) and of the second (of their squares).
  public var betas = [0.9, 0.999]
  /// Keeps the division finite.
  public var epsilon = 1e-8
  /// How strongly the parameters are drawn towards 0.
  public var weightDecay = 0.01

  /// PyTorch's settings.
  public init() {}
}

/// Adam (Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015), with either weight decay.
public final class Adam: Optimizer {
  private let configuration: AdamConfiguration
  /// The running means of the gradients and of their squares, in the order of the values.
  public let firstMoment, secondMoment: Tensor
  /// The corrections of the moments' bias depend on it.
  public var steps = 0

  /// - Precondition: there are two betas, each in 0 ..< 1.
  public init(count: Int, _ configuration: AdamConfiguration = AdamConfiguration()) {
    require(
      configuration.betas.count == 2 && configuration.betas.allSatisfy { (0..<1).contains($0) },
      "Adam needs two betas in 0 ..< 1, not \(configuration.betas)")
    self.configuration = configuration
    firstMoment = Tensor(zeros: [count])
    secondMoment = Tensor(zeros: [count])
  }

  /// AdamW.
  public convenience init(count: Int, _ configuration: AdamWConfiguration) {
    var adam = AdamConfiguration()
    adam.betas = configuration.betas
    adam.epsilon = configuration.epsilon
    adam.weightDecay = configuration.weightDecay
    adam.weightDecayKind = .decoupled
    self.init(count: count, adam)
  }

  /// The moments, `adam.m` and `adam.v`.
  public var state: [OptimizerState] {
    [
      OptimizerState(name: "adam.m", title: "Adam's first moment", values: firstMoment),
      OptimizerState(name: "adam.v", title: "Adam's second moment", values: secondMoment),
    ]
  }

  /// Changes the gradients where weight decay is L2.
  public func step(_ values: Tensor, gradients: Tensor, learningRate: Double, groups: [ParameterGroup]) {
    step(
      values, gradients, learningRate: learningRate, groups, configuration.weightDecayKind, configuration.weightDecay
    ) { values, gradients, range, learningRate in
      adamUpdate(
        values: values, gradients: gradients, firstMoment: firstMoment.pointer + range.lowerBound,
        secondMoment: secondMoment.pointer + range.lowerBound, count: range.count,
        coefficients(learningRate: learningRate))
    }
  }

  private func coefficients(learningRate: Double) -> AdamCoefficients {
    AdamCoefficients(
      betas: configuration.betas, epsilon: configuration.epsilon, steps: steps, learningRate: learningRate)
  }
}

extension AdamCoefficients {
  /// The constants of a step, in double precision until the last moment.
  init(betas: [Double], epsilon: Double, steps: Int, learningRate: Double) {
    let (beta1, beta2) = (betas[0], betas[1])
    self.init(
      secondDecay: Float(beta2), firstWeight: Float(1 - beta1), secondWeight: Float(1 - beta2),
      stepSize: Float(learningRate / (1 - pow(beta1, Double(steps)))),
      secondCorrection: Float((1 - pow(beta2, Double(steps))).squareRoot()), epsilon: Float(epsilon))
  }
}
