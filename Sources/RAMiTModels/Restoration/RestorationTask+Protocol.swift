import RAMiTImaging
import RAMiTMetrics

/// How restored images are compared with their targets: the protocol of the paper's tables (Sec. B).
extension RestorationTask {
  /// Super-resolution and deraining compare luma; the others all channels.
  public var scoredChannels: ScoredChannels { isSuperResolution || self == .dr ? .luma : .rgb }

  /// Pixels left out at each edge: as many as the scale in super-resolution, none otherwise.
  public var scoredBorder: Int { isSuperResolution ? scale : 0 }

  /// The least side of an input whose restoration can be scored: SSIM's window of 11 must fit inside the border.
  public var smallestScoredInput: Int { (11 + 2 * scoredBorder + scale - 1) / scale }

  /// Scores a restored image.
  /// - Parameters:
  ///   - restored: 8 bits deep.
  ///   - target: an image of the same size and channels; 16 bits become 8.
  public func score(_ restored: Image, against target: Image) -> Score {
    let target = target.bitDepth == 8 ? target : Image(target.tensor())
    return RAMiTMetrics.score(restored, against: target, channels: scoredChannels, border: scoredBorder)
  }

  /// The baseline without a model: the bicubic upscaling, or the input itself.
  public func baseline(_ input: Image) -> Image { isSuperResolution ? bicubicUpscale(input, by: scale) : input }

  package var baselineName: String { isSuperResolution ? "bicubic" : isDenoising ? "noisy" : "input" }

  /// The bytes that scoring a restored image takes beside tensors: it, its target, the baseline, and
  /// the planes in double precision that are compared.
  /// - Parameters:
  ///   - width: the input's width.
  ///   - height: the input's height.
  package func scoringMemory(width: Int, height: Int) -> Double {
    let pixels = Double(width * scale) * Double(height * scale)
    let planes = scoredChannels == .luma ? 1 : channels
    return pixels * Double(3 * channels + 2 * planes * MemoryLayout<Double>.size)
  }
}
