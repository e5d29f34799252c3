import RAMiTAutograd

/// A layer that takes one feature map and gives one.
///
/// A layer asks a `ParameterScope` for its parameters when it is made, and computes when it is called:
///
///     struct Residual: UnaryLayer {
///       let first, second: Conv2d
///
///       init(_ scope: ParameterScope, channels: Int) {
///         first = Conv2d(scope / "conv1", inputs: channels, outputs: channels, kernelSize: 3, padding: 1)
///         second = Conv2d(scope / "conv2", inputs: channels, outputs: channels, kernelSize: 3, padding: 1)
///       }
///
///       func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
///         x + second(relu(first(x)))
///       }
///     }
public protocol UnaryLayer {
  /// - Parameters:
  ///   - x: a caller that no longer needs it consumes it; its memory may then take the result.
  ///   - context: that of a training step; nil in inference, where nothing is dropped.
  func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable
}

extension UnaryLayer {
  /// The layer in inference.
  public func callAsFunction(_ x: consuming Variable) -> Variable { self(consume x, context: nil) }
}

/// A layer with two bodies: `callAsFunction` is fast, `composed` is its definition from small operations. Both give the
/// same values and gradients up to rounding, which a test holds them to.
public protocol FusedLayer: UnaryLayer {
  /// Maps the same shapes as `callAsFunction`, slower and with more memory.
  func composed(_ x: Variable, context: TrainingContext?) -> Variable
}

/// Layers one after the other.
public struct Sequential: UnaryLayer {
  /// The first one takes the input.
  public let layers: [any UnaryLayer]

  /// Without layers the input is the result.
  public init(_ layers: [any UnaryLayer]) { self.layers = layers }

  /// Makes `count` layers in the scopes "0", "1", ..., which are their names in PyTorch's checkpoints.
  public init(_ scope: ParameterScope, count: Int, _ layer: (_ scope: ParameterScope, _ index: Int) -> any UnaryLayer) {
    layers = (0..<count).map { layer(scope / "\($0)", $0) }
  }

  /// What the first layer takes to what the last one gives.
  public func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    var y = consume x
    for layer in layers { y = layer(consume y, context: context) }
    return y
  }
}
