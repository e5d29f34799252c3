import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTMetrics

/// The scores of a run's samples at every validation, as `samples/scores.json` keeps them.
///
/// Equal runs have equal files. The middle of a restored image is kept beside it for some of the validations:
/// `samples/history/NAME/ITERATION.png`.
package struct SampleScores: Codable, Equatable {
  package struct Entry: Codable, Equatable {
    /// Epochs and iterations done.
    package let epoch, iteration: Int
    /// Of the whole image, restored and in the baseline.
    package let psnr, ssim, baselinePSNR, baselineSSIM: Double
    /// Whether the history has this validation's image.
    package let isKept: Bool

    package init(epoch: Int, iteration: Int, score: Score, baseline: Score, isKept: Bool) {
      (self.epoch, self.iteration, self.isKept) = (epoch, iteration, isKept)
      (psnr, ssim) = (score.psnr, score.ssim)
      (baselinePSNR, baselineSSIM) = (baseline.psnr, baseline.ssim)
    }
  }

  /// By the images' names, in the order of the validations.
  package private(set) var images: [String: [Entry]] = [:]

  package init() {}

  /// Reads a file; there is none before a run's first validation.
  /// - Throws: `InputError` when there is one that cannot be read.
  package init(reading path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else { return }
    do {
      self = try JSON.decode(SampleScores.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw InputError(path, expected: "the scores of samples as JSON", found: "text that cannot be read as such")
    }
  }

  /// Adds an image's scores at a validation, in place of those of the same iteration.
  package mutating func add(_ entry: Entry, of name: String) {
    images[name, default: []].removeAll { $0.iteration >= entry.iteration }
    images[name, default: []].append(entry)
  }

  /// Forgets the validations after an iteration, from which the run resumes.
  package mutating func truncate(to iteration: Int) {
    images = images.mapValues { $0.filter { $0.iteration <= iteration } }.filter { !$0.value.isEmpty }
  }

  /// - Throws: `InputError` when the file cannot be written.
  package func write(to path: String) throws {
    try WholeFile.write(Data(JSON.encode(self, isPretty: true).utf8), to: path)
  }
}
