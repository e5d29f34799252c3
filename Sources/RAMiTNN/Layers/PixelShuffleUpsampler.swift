import RAMiTAutograd
import RAMiTTensorCore

/// Enlarges a feature map by convolutions and pixel shuffles (Shi et al., "Real-Time Single Image and Video
/// Super-Resolution", 2016), as EDSR and its successors do: by 2 until the scale is reached, or once by 3.
public struct PixelShuffleUpsampler: UnaryLayer {
  private let steps: [(convolution: Conv2d, factor: Int)]

  /// The convolutions are called "0", "2", ... in checkpoints, as in a PyTorch `Sequential` with the shuffles between
  /// them.
  /// - Precondition: the scale is a power of 2, or 3.
  public init(_ scope: ParameterScope, channels: Int, scale: Int) {
    require(scale == 3 || (scale > 0 && scale & (scale - 1) == 0), "a scale is 3 or a power of 2, not \(scale)")
    let factors = scale == 3 ? [3] : Array(repeating: 2, count: scale.trailingZeroBitCount)
    steps = factors.enumerated().map { index, factor in
      (
        Conv2d(
          scope / "\(2 * index)", inputs: channels, outputs: channels * factor * factor, kernelSize: 3, padding: 1),
        factor
      )
    }
  }

  /// N x H x W x C to N x sH x sW x C.
  public func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    var y = consume x
    for (convolution, factor) in steps { y = pixelShuffle(convolution(consume y), factor) }
    return y
  }
}
