import RAMiTAutograd
import RAMiTTensorCore

/// A linear layer: y = x weight^T + bias, over the last axis (PyTorch's `nn.Linear`).
public struct Linear: UnaryLayer {
  /// O x I.
  public let weight: Parameter
  /// O; nil without one.
  public let bias: Parameter?

  /// - Parameters:
  ///   - inputs: I.
  ///   - outputs: O.
  ///   - hasBias: whether a bias is added.
  ///   - initialWeight: PyTorch's by default, uniform within 1 / sqrt(I) of zero.
  ///   - initialBias: PyTorch's by default, uniform within 1 / sqrt(I) of zero.
  public init(
    _ scope: ParameterScope, inputs: Int, outputs: Int, hasBias: Bool = true, initialWeight: Initializer? = nil,
    initialBias: Initializer? = nil
  ) {
    weight = scope.parameter("weight", [outputs, inputs], start: initialWeight ?? .uniform(fanIn: inputs))
    bias = hasBias ? scope.parameter("bias", [outputs], start: initialBias ?? .uniform(fanIn: inputs)) : nil
  }

  /// ... x I to ... x O.
  public func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    linear(x, weight: weight.variable, bias: bias?.variable)
  }
}
