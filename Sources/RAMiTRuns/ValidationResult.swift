import RAMiTDiagnostics
import RAMiTMetrics

/// The mean scores of a validation, and those of the baseline.
public struct ValidationResult: Codable, Equatable, Sendable {
  /// The scores of the restored images; the PSNR is the mean over those that do not equal their targets.
  public var psnr, ssim: Double
  /// The scores of the baseline: bicubic upscaling, or the noisy input.
  public var baselinePSNR, baselineSSIM: Double
  /// How many images equal their targets, which the mean PSNR leaves out; nil for none.
  public var infinite, baselineInfinite: Int?

  package init(_ score: MeanScore, baseline: MeanScore) {
    (psnr, ssim) = (score.psnr, score.ssim)
    (baselinePSNR, baselineSSIM) = (baseline.psnr, baseline.ssim)
    infinite = score.infinite > 0 ? score.infinite : nil
    baselineInfinite = baseline.infinite > 0 ? baseline.infinite : nil
  }

  /// An image that is restored without any error counts more than any mean of the others.
  package func isBetter(than other: ValidationResult?) -> Bool {
    guard let other else { return true }
    return (infinite ?? 0, psnr) > (other.infinite ?? 0, other.psnr)
  }

  /// How much better the restored images are than the baseline, in dB; nil where the means are of different images.
  package var gain: Double? {
    guard infinite == nil, baselineInfinite == nil, (psnr - baselinePSNR).isFinite else { return nil }
    return psnr - baselinePSNR
  }

  /// A PSNR for people, with the images that its mean leaves out.
  package static func text(_ psnr: Double, infinite: Int?, digits: Int) -> String {
    guard psnr.isFinite else { return "infinite (every image equals its target)" }
    let note = infinite.map {
      " (without \($0) \($0 == 1 ? "image that equals its target" : "images that equal their targets"))"
    }
    return "\(psnr.fixed(digits)) dB" + (note ?? "")
  }
}

/// A validation, and when it was.
public struct ValidationRecord: Codable, Equatable, Sendable {
  /// Epochs and iterations done, and the scores then.
  public var epoch, iteration: Int, result: ValidationResult

  package init(epoch: Int, iteration: Int, result: ValidationResult) {
    (self.epoch, self.iteration, self.result) = (epoch, iteration, result)
  }
}
