import Foundation
import RAMiTImaging

/// Which values of an image are compared.
public enum ScoredChannels: Sendable {
  /// All channels together.
  case rgb
  /// Y in BT.601's studio range, unrounded; gray images as they are.
  case luma
}

/// Peak signal-to-noise ratio in dB, structural similarity, and other metrics that were asked for.
public struct Score: Equatable, Sendable {
  /// 10 log10(255^2 / mean squared error) over all compared channels; infinite for equal images.
  public let psnr: Double
  /// The mean over the compared channels: 1 for equal images; NaN for others that are too small for a window of 11 x 11
  /// pixels.
  public let ssim: Double
  /// Metrics beside these two; NaN where an image is too small for one.
  public let others: [Metric: Double]

  /// A score that was measured elsewhere, such as a published one.
  public init(psnr: Double, ssim: Double, others: [Metric: Double] = [:]) {
    self.psnr = psnr
    self.ssim = ssim
    self.others = others
  }

  /// The value of a metric; nil where it was not measured.
  public subscript(_ metric: Metric) -> Double? {
    switch metric {
    case .psnr: psnr
    case .ssim: ssim
    default: others[metric]
    }
  }
}

/// Compares 8-bit images of one size, as the benchmarks of the field do.
///
/// The result does not depend on the number of threads.
/// - Parameter border: pixels left out at each edge; the scale in super-resolution.
/// - Precondition: sizes and channels agree, the depth is 8 bits, and the border leaves pixels to compare.
public func score(_ output: Image, against target: Image, channels: ScoredChannels, border: Int) -> Score {
  score(output, against: target, ScoringRules(channels: channels, border: border))
}

/// The same by rules of one's own.
/// - Parameter metrics: what to measure beside PSNR and SSIM, which are always measured.
public func score(
  _ output: Image, against target: Image, _ rules: ScoringRules, metrics: [Metric] = []
) -> Score {
  precondition(
    output.width == target.width && output.height == target.height && output.channels == target.channels,
    "images of different sizes cannot be compared")
  let border = rules.border
  precondition(
    border >= 0 && 2 * border < min(output.width, output.height), "nothing is left inside a border of \(border)")
  let targets = Plane.planes(of: target, rules)
  let planes = Array(zip(Plane.planes(of: output, rules), targets))
  var others: [Metric: Double] = [:]
  if metrics.contains(.msssim) {
    others[.msssim] = planes.map { multiScaleSimilarity($0, $1) }.reduce(0, +) / Double(planes.count)
  }
  if metrics.contains(.gtMeanPSNR) || metrics.contains(.gtMeanSSIM) {
    let matched = Array(zip(Plane.planes(of: output.brightnessMatched(to: target), rules), targets))
    if metrics.contains(.gtMeanPSNR) { others[.gtMeanPSNR] = peakSignalToNoise(matched) }
    if metrics.contains(.gtMeanSSIM) { others[.gtMeanSSIM] = similarity(matched) }
  }
  return Score(psnr: peakSignalToNoise(planes), ssim: similarity(planes), others: others)
}

private func peakSignalToNoise(_ planes: [(Plane, Plane)]) -> Double {
  var error = 0.0
  for (a, b) in planes { error += squaredError(a, b) }
  let meanError = error / Double(planes.count * planes[0].0.width * planes[0].0.height)
  return error == 0 ? .infinity : 10 * log10(255 * 255 / meanError)
}

private func similarity(_ planes: [(Plane, Plane)]) -> Double {
  var similarity = 0.0
  for (a, b) in planes { similarity += structuralSimilarity(a, b) }
  return similarity / Double(planes.count)
}
