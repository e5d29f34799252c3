import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTMetrics

/// The scores of a run's samples at its validations: `samples/scores.jsonl` has all of them, one a line; in memory is
/// what reports show, so that a long run does not grow.
///
/// Equal runs have equal files. The middle of a restored image is kept beside it for some of the validations:
/// `samples/history/NAME/ITERATION.png`.
package struct SampleScores: Equatable {
  package struct Entry: Codable, Equatable {
    /// The image's name.
    package let image: String
    /// Epochs and iterations done.
    package let epoch, iteration: Int
    /// Of the whole image, restored and in the baseline.
    package let psnr, ssim, baselinePSNR, baselineSSIM: Double
    /// Whether the history has this validation's image.
    package let isKept: Bool

    package init(image: String, epoch: Int, iteration: Int, score: Score, baseline: Score, isKept: Bool) {
      (self.image, self.epoch, self.iteration, self.isKept) = (image, epoch, iteration, isKept)
      (psnr, ssim) = (score.psnr, score.ssim)
      (baselinePSNR, baselineSSIM) = (baseline.psnr, baseline.ssim)
    }
  }

  private var kept: [String: [Entry]] = [:]
  private var last: [String: Entry] = [:]

  package init() {}

  /// Reads a file; there is none before a run's first validation.
  /// - Parameter report: called with the first line that cannot be read; the rest is read all the same.
  /// - Throws: `InputError` when there is a file that cannot be read.
  package init(reading path: String, report: (InputError) -> Void) throws {
    guard FileStatus.exists(path) else { return }
    try JSONLines.read(path, kind: "scores of samples", report: report) { add($0) }
  }

  package mutating func add(_ entry: Entry) {
    last[entry.image] = entry
    if entry.isKept { kept[entry.image, default: []].append(entry) }
  }

  /// Of one image, in the order of the validations: those with an image in the history, and the last one.
  package func entries(of image: String) -> [Entry] {
    let kept = kept[image] ?? []
    return kept + (last[image].map { $0 == kept.last ? [] : [$0] } ?? [])
  }
}
