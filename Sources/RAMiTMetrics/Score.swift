import Foundation
import RAMiTImaging

/// Which values of an image are compared.
public enum ScoredChannels: Sendable {
  case rgb
  /// Y of BT.601 studio range, unrounded; of gray images the gray itself.
  case luma
}

/// Peak signal-to-noise ratio in dB, and structural similarity.
public struct Score: Equatable, Sendable {
  /// 10 log10(255^2 / mean squared error) over all compared channels; infinite for equal images.
  public let psnr: Double
  /// The mean over the compared channels, 1 for equal images; of others not a number where no window of 11 x 11 pixels
  /// fits.
  public let ssim: Double

  public init(psnr: Double, ssim: Double) {
    self.psnr = psnr
    self.ssim = ssim
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
