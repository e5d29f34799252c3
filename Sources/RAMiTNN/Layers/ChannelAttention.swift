import RAMiTAutograd
import RAMiTTensorCore

/// Weighs the channels of a map by what all of its pixels hold on average (Hu et al., "Squeeze-and-Excitation
/// Networks", 2018; Zhang et al., RCAN, 2018): x * sigmoid(up(relu(down(mean(x))))).
public struct ChannelAttention: UnaryLayer {
  private let down, up: Conv2d

  /// - Parameters:
  ///   - reduction: how many times fewer channels are between the two layers.
  ///   - names: the names of the two 1 x 1 convolutions in checkpoints; RCAN's by default.
  /// - Precondition: the reduction is positive and leaves a channel.
  public init(
    _ scope: ParameterScope, channels: Int, reduction: Int = 16, names: (String, String) = ("conv_du.0", "conv_du.2")
  ) {
    require(reduction > 0 && channels / reduction > 0, "\(channels) channels cannot be reduced by \(reduction)")
    down = Conv2d(scope / names.0, inputs: channels, outputs: channels / reduction, kernelSize: 1)
    up = Conv2d(scope / names.1, inputs: channels / reduction, outputs: channels, kernelSize: 1)
  }

  /// N x H x W x C to the same.
  public func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    let weights = sigmoid(up(relu(down(globalAvgPool2d(x)))))
    return consume x * weights
  }
}
