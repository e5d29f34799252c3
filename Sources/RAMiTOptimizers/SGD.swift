import RAMiTKernels
import RAMiTTensorCore

/// The settings of stochastic gradient descent; the defaults are PyTorch's.
public struct SGDConfiguration: Codable, Equatable, Sendable {
  /// The share of the last step's direction that remains; 0 is plain gradient descent.
  public var momentum = 0.0
  /// The share of each gradient after the first that the momentum does not get.
  public var dampening = 0.0
  /// Looks one step of the momentum ahead (Nesterov).
  public var nesterov = false
  /// The share of a parameter that is added to its gradient.
  public var weightDecay = 0.0

  /// Plain gradient descent.
  public init() {}
}

/// Stochastic gradient descent with momentum, dampening and weight decay as PyTorch defines them.
public final class SGD: Optimizer {
  private let configuration: SGDConfiguration
  /// The momentum, in the order of the values.
  public let momentum: Tensor
  /// The first step is not dampened.
  public var steps = 0

  /// - Precondition: momentum and dampening are in 0 ... 1; Nesterov's needs a momentum and no dampening.
  public init(count: Int, _ configuration: SGDConfiguration = SGDConfiguration()) {
    require(
      0...1 ~= configuration.momentum && 0...1 ~= configuration.dampening,
      "SGD needs a momentum and a dampening in 0 ... 1, not \(configuration.momentum) and \(configuration.dampening)")
    require(
      !configuration.nesterov || configuration.momentum > 0 && configuration.dampening == 0,
      "Nesterov's momentum needs a momentum and no dampening")
    self.configuration = configuration
    momentum = Tensor(zeros: [count])
  }

  /// The momentum, `sgd.momentum`.
  public var state: [OptimizerState] {
    [OptimizerState(name: "sgd.momentum", title: "the momentum", values: momentum)]
  }

  /// Adds weight decay to the gradients.
  public func step(_ values: Tensor, gradients: Tensor, learningRate: Double, groups: [ParameterGroup]) {
    step(
      values, gradients, learningRate: learningRate, groups, .l2, configuration.weightDecay
    ) { values, gradients, range, learningRate in
      let coefficients = SGDCoefficients(
        learningRate: Float(learningRate), momentum: Float(configuration.momentum),
        gradientWeight: steps == 1 || configuration.momentum == 0 ? 1 : Float(1 - configuration.dampening),
        nesterov: configuration.nesterov)
      sgdUpdate(
        values: values, gradients: gradients, buffer: momentum.pointer + range.lowerBound, count: range.count,
        coefficients)
    }
  }
}
