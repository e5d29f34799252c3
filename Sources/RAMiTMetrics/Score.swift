import Foundation
import RAMiTImaging

/// Which values of an image are compared.
public enum ScoredChannels: Sendable {
  /// All channels together.
  case rgb
  /// Y in BT.601's studio range, unrounded; gray images as they are.
  case luma
}

/// Peak signal-to-noise ratio in dB, and structural similarity.
public struct Score: Equatable, Sendable {
  /// 10 log10(255^2 / mean squared error) over all compared channels; infinite for equal images.
  public let psnr: Double
  /// The mean over the compared channels: 1 for equal images; NaN for others that are too small for a window of 11 x 11
  /// pixels.
  public let ssim: Double

  /// A score that was measured elsewhere, such as a published one.
  public init(psnr: Double, ssim: Double) {
    self.psnr = psnr
    self.ssim = ssim
  }
}

/// The mean over the scores of several images.
public struct MeanScore: Equatable, Sendable {
  /// The mean over the images whose PSNR is finite; infinite where no image's is, NaN without images.
  public let psnr: Double
  /// The mean over all images.
  public let ssim: Double
  /// The images that equal their targets: their PSNR is infinite, and one of them would make any mean infinite.
  public let infinite: Int
  /// All images.
  public let count: Int

  /// - Parameter scores: one for each image.
  public init(_ scores: some Sequence<Score>) {
    var psnr = 0.0, ssim = 0.0, infinite = 0, count = 0
    for score in scores {
      count += 1
      ssim += score.ssim
      if score.psnr == .infinity { infinite += 1 } else { psnr += score.psnr }
    }
    self.psnr = infinite > 0 && infinite == count ? .infinity : psnr / Double(count - infinite)
    self.ssim = ssim / Double(count)
    (self.infinite, self.count) = (infinite, count)
  }
}

/// Compares 8-bit images of one size, as the benchmarks of the field do.
///
/// The result does not depend on the number of threads.
/// - Parameter border: pixels left out at each edge; the scale in super-resolution.
/// - Precondition: sizes and channels agree, the depth is 8 bits, and the border leaves pixels to compare.
public func score(_ output: Image, against target: Image, channels: ScoredChannels, border: Int) -> Score {
  precondition(
    output.width == target.width && output.height == target.height && output.channels == target.channels,
    "images of different sizes cannot be compared")
  precondition(
    border >= 0 && 2 * border < min(output.width, output.height), "nothing is left inside a border of \(border)")
  let compared = zip(Plane.planes(of: output, channels, border), Plane.planes(of: target, channels, border))
  var error = 0.0, similarity = 0.0, count = 0
  for (a, b) in compared {
    error += squaredError(a, b)
    similarity += structuralSimilarity(a, b)
    count += 1
  }
  let meanError = error / Double(count * (output.width - 2 * border) * (output.height - 2 * border))
  return Score(
    psnr: error == 0 ? .infinity : 10 * log10(255 * 255 / meanError), ssim: similarity / Double(count))
}
