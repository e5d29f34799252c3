import Foundation
import Kernels
import TensorCore

/// How the parameters are drawn towards 0, all of them alike.
public enum WeightDecay: String, CaseIterable, Codable, Sendable {
  /// Each step multiplies the parameters by 1 - rate x decay (Loshchilov and Hutter, AdamW, 2019).
  case decoupled
  /// Each step adds decay x parameter to the gradient, which Adam then scales with the rest.
  case l2
}

/// Adam's constants (paper, Sec. B).
public struct AdamConfiguration: Codable, Equatable, Sendable {
  /// How slowly the running means of the gradients and of their squares forget.
  public var betas = [0.9, 0.99]
  /// Keeps the division finite.
  public var epsilon = 1e-8
  /// How strongly the parameters are drawn towards 0.
  public var weightDecay = 0.0
  /// And how.
  public var weightDecayKind = WeightDecay.decoupled

  public init() {}
}

/// The Adam optimizer over contiguous values and gradients, such as a `ParameterStore` holds.
public final class Adam {
  public let configuration: AdamConfiguration
  /// The running means of the gradients and of their squares, in the order of the values.
  public let first, second: Tensor
  /// The steps taken so far. A checkpoint saves it with the moments and sets it when they are restored.
  public var steps = 0

  /// - Precondition: there are two betas, each in 0 ..< 1.
  public init(count: Int, _ configuration: AdamConfiguration = AdamConfiguration()) {
    precondition(
      configuration.betas.count == 2 && configuration.betas.allSatisfy { (0..<1).contains($0) },
      "Adam needs two betas in 0 ..< 1, not \(configuration.betas)")
    self.configuration = configuration
    first = Tensor(zeros: [count])
    second = Tensor(zeros: [count])
  }

  /// Forgets all gradients so far.
  public func reset() {
    steps = 0
    for moment in [first, second] { moment.pointer.update(repeating: 0, count: moment.count) }
  }

  /// Takes one step.
  /// - Parameters:
  ///   - values: changed in place.
  ///   - gradients: L2 weight decay is added to them.
  ///   - ranges: the elements to train; nil means all. What lies outside keeps its value and its moments.
  /// - Precondition: values and gradients have the optimizer's number of elements, and the ranges lie inside.
  public func step(_ values: Tensor, gradients: Tensor, rate: Double, in ranges: [Range<Int>]? = nil) {
    precondition(
      values.count == first.count && gradients.count == first.count,
      "Adam over \(first.count) elements got \(values.count) values and \(gradients.count) gradients")
    steps += 1
    let coefficients = coefficients(rate: rate)
    for range in ranges ?? [0..<first.count] {
      precondition(range.lowerBound >= 0 && range.upperBound <= first.count, "\(range) is outside of the parameters")
      let start = range.lowerBound
      decay(values.pointer + start, gradients.pointer + start, count: range.count, rate: rate)
      adamUpdate(
        values: values.pointer + start, gradients: gradients.pointer + start, first: first.pointer + start,
        second: second.pointer + start, count: range.count, coefficients)
    }
  }

  private func decay(
    _ values: UnsafeMutablePointer<Float>, _ gradients: UnsafeMutablePointer<Float>, count: Int, rate: Double
  ) {
    guard configuration.weightDecay > 0 else { return }
    switch configuration.weightDecayKind {
    case .decoupled:
      let factor = Float(1 - rate * configuration.weightDecay)
      forEachRange(of: count, grain: 1 << 16) { range in
        for i in range { values[i] *= factor }
      }
    case .l2:
      addInPlace(gradients, values, times: Float(configuration.weightDecay), count: count)
    }
  }

  /// The step's constants, in double precision until the last moment.
  private func coefficients(rate: Double) -> AdamCoefficients {
    let (beta1, beta2) = (configuration.betas[0], configuration.betas[1])
    return AdamCoefficients(
      secondDecay: Float(beta2), firstWeight: Float(1 - beta1), secondWeight: Float(1 - beta2),
      stepSize: Float(rate / (1 - pow(beta1, Double(steps)))),
      secondCorrection: Float((1 - pow(beta2, Double(steps))).squareRoot()), epsilon: Float(configuration.epsilon))
  }
}
