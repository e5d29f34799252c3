import RAMiTAutograd
import RAMiTKernels

/// Two linear layers with an activation between them: the feed-forward network of a Transformer.
public struct MLP: FusedLayer {
  public let first, second: Linear
  let activation: Activation
  private let dropout: (hidden: Dropout, output: Dropout)?

  /// - Parameters:
  ///   - channels: C.
  ///   - hidden: the channels of the hidden layer.
  ///   - names: the names of the two layers in checkpoints.
  ///   - initialWeight: the initial weights of both layers; PyTorch's by default.
  ///   - dropout: the chance of dropping a value behind either layer, while training.
  ///   - layer: the block's number in the model, which selects the random choices.
  public init(
    _ scope: ParameterScope, channels: Int, hidden: Int, activation: Activation = .gelu,
    names: (String, String) = ("fc1", "fc2"), initialWeight: Initializer? = nil, initialBias: Initializer? = nil,
    dropout rate: Double = 0, layer: Int = 0
  ) {
    first = Linear(
      scope / names.0, inputs: channels, outputs: hidden, initialWeight: initialWeight, initialBias: initialBias)
    second = Linear(
      scope / names.1, inputs: hidden, outputs: channels, initialWeight: initialWeight, initialBias: initialBias)
    self.activation = activation
    dropout =
      rate > 0 ? (Dropout(rate: rate, layer: layer, use: 0x6d31), Dropout(rate: rate, layer: layer, use: 0x6d32)) : nil
  }

  /// ... x C to ... x C.
  public func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    if context != nil, dropout != nil { return composed(x, context: context) }
    return fused(x, norm: nil, addsInput: false)
  }

  /// The layers and what surrounds them in a block: `x + second(activation(first(norm(x))))`, without the hidden
  /// channels in memory. Nothing is dropped.
  /// - Parameters:
  ///   - norm: nil normalises nothing.
  ///   - addsInput: whether x is added.
  public func fused(_ x: consuming Variable, norm: LayerNorm?, addsInput: Bool) -> Variable {
    RAMiTAutograd.mlp(
      consume x, norm: norm.map(NormParameters.init), hidden: PointwiseParameters(first),
      out: PointwiseParameters(second), activation: activation, addsInput: addsInput)
  }

  /// Drops values, which the fused operation cannot.
  public func composed(_ x: Variable, context: TrainingContext?) -> Variable {
    var hidden = activation(first(x))
    if let dropout { hidden = dropout.hidden(consume hidden, context: context) }
    let y = second(consume hidden)
    return dropout?.output(y, context: context) ?? y
  }
}
