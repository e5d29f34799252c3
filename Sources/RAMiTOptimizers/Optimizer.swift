import RAMiTKernels
import RAMiTTensorCore

/// Elements that a step treats alike.
public struct ParameterGroup: Equatable, Sendable {
  /// The elements' places in the vector of all values, in ascending order.
  public var ranges: [Range<Int>]
  /// Multiplies the step's learning rate.
  public var learningRateFactor: Double
  /// Replaces the optimizer's weight decay; nil keeps it.
  public var weightDecay: Double?

  /// By default the optimizer's own learning rate and weight decay.
  public init(ranges: [Range<Int>], learningRateFactor: Double = 1, weightDecay: Double? = nil) {
    self.ranges = ranges
    self.learningRateFactor = learningRateFactor
    self.weightDecay = weightDecay
  }
}

/// A rule that updates values from their gradients. It works on contiguous vectors, such as a `ParameterStore` holds.
public protocol Optimizer: AnyObject {
  /// The state of each element, in the order of the values, under its name in checkpoints.
  var state: [OptimizerState] { get }
  /// The steps taken so far. A checkpoint saves and restores the number with the state.
  var steps: Int { get set }

  /// Takes one step.
  /// - Parameters:
  ///   - values: changed in place.
  ///   - gradients: may be changed: weight decay as an L2 penalty is added to them.
  ///   - groups: the elements to train. The values and the state of all others stay as they are.
  /// - Precondition: values and gradients have the optimizer's number of elements, and the ranges lie inside.
  func step(_ values: Tensor, gradients: Tensor, learningRate: Double, groups: [ParameterGroup])
}

/// A part of an optimizer's state: one number for each element.
public struct OptimizerState {
  /// The prefix of the tensor's name in checkpoints: `adam.m` of `conv.bias` is `adam.m.conv.bias`.
  public let name: String
  /// For messages: "Adam's first moment".
  public let title: String
  /// In the order of the values; 0 at first.
  public let values: Tensor

  /// The optimizer keeps `values` and changes them in place.
  public init(name: String, title: String, values: Tensor) {
    self.name = name
    self.title = title
    self.values = values
  }
}

extension Optimizer {
  /// Forgets all gradients so far.
  public func reset() {
    steps = 0
    for state in state { state.values.pointer.update(repeating: 0, count: state.values.count) }
  }

  /// Takes one step with some elements, all of them alike.
  /// - Parameter ranges: the elements to train; nil means all.
  public func step(
    _ values: Tensor, gradients: Tensor, learningRate: Double, in ranges: [Range<Int>]? = nil
  ) {
    let group = ParameterGroup(ranges: ranges ?? [0..<values.count])
    step(values, gradients: gradients, learningRate: learningRate, groups: [group])
  }

  /// Takes one step: decays the weights of each range of each group, then calls `update` with its values, its
  /// gradients, its place among all elements and its learning rate.
  /// - Parameter weightDecay: the decay for groups that have none of their own.
  /// - Precondition: that of the public `step`.
  func step(
    _ values: Tensor, _ gradients: Tensor, learningRate: Double, _ groups: [ParameterGroup], _ kind: WeightDecay,
    _ weightDecay: Double,
    _ update: (
      _ values: UnsafeMutablePointer<Float>, _ gradients: UnsafeMutablePointer<Float>, _ range: Range<Int>,
      _ learningRate: Double
    ) -> Void
  ) {
    let count = state[0].values.count
    require(
      values.count == count && gradients.count == count,
      "an optimizer over \(count) elements got \(values.count) values and \(gradients.count) gradients")
    for range in groups.lazy.flatMap(\.ranges) {
      require(range.lowerBound >= 0 && range.upperBound <= count, "\(range) is outside of \(count) elements")
    }
    steps += 1
    for group in groups {
      let learningRate = learningRate * group.learningRateFactor, decay = group.weightDecay ?? weightDecay
      for range in group.ranges {
        let values = values.pointer + range.lowerBound, gradients = gradients.pointer + range.lowerBound
        kind.apply(decay, values, gradients, count: range.count, learningRate: learningRate)
        update(values, gradients, range, learningRate)
      }
    }
  }
}

/// How weight decay draws parameters towards 0.
public enum WeightDecay: String, CaseIterable, Codable, Sendable {
  /// Each step multiplies the parameters by 1 - learning rate x decay (Loshchilov and Hutter, Decoupled Weight Decay
  /// Regularization, 2019).
  case decoupled
  /// Each step adds decay x parameter to the gradient, which the optimizer then scales with the rest.
  case l2

  /// Applies it to `count` elements: to the values, or to the gradients.
  func apply(
    _ decay: Double, _ values: UnsafeMutablePointer<Float>, _ gradients: UnsafeMutablePointer<Float>, count: Int,
    learningRate: Double
  ) {
    guard decay > 0 else { return }
    switch self {
    case .decoupled: scaleInPlace(values, by: Float(1 - learningRate * decay), count: count)
    case .l2: addInPlace(gradients, values, times: Float(decay), count: count)
    }
  }
}
