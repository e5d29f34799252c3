import RAMiTAutograd
import RAMiTNN

/// The SCDP bottleneck: the shallow features, pooled to each stage's resolution, are added to the stage's output;
/// pixel-Shuffle, Concatenate, Depth-wise convolution, Point-wise projection.
final class SCDPBottleneck {
  private let depthwise: Conv2d
  private let pointwise: Linear
  private let norm: LayerNorm

  init(_ scope: ParameterScope, dim: Int) {
    let width = dim + dim / 4 + dim / 16
    depthwise = Conv2d(
      scope / "depthwise", inputs: width, outputs: width, kernelSize: 3, padding: 1, groups: width)
    pointwise = Linear(
      scope / "pointwise", inputs: width, outputs: dim, initialWeight: .truncatedNormal(standardDeviation: 0.02),
      initialBias: .constant(0))
    norm = LayerNorm(scope / "norm", channels: dim)
  }

  /// - Parameters:
  ///   - shallow: N x H x W x D.
  ///   - stages: N x H/2^i x W/2^i x D for i = 0, 1, 2.
  /// - Returns: N x H x W x D.
  func callAsFunction(_ shallow: Variable, _ stages: consuming [Variable]) -> Variable {
    let shuffled = (consume stages).enumerated().map { level, x in
      let pooled = level > 0 ? maxPool2d(shallow, kernelSize: 1 << level) : shallow
      return pixelShuffle(leakyReLU(pooled) + x, 1 << level)
    }
    return norm(pointwise(gelu(depthwise(concatenate(shuffled, axis: -1)))))
  }
}
