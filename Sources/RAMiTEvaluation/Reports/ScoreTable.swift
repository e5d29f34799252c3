import RAMiTDiagnostics
import RAMiTMetrics
import RAMiTModels

/// Scores as a table for people, line by line: each image shows as soon as it is done.
package struct ScoreTable {
  private let title: String
  private let width: Int
  private static let numbers = ["PSNR (dB)", "SSIM"]

  /// - Parameter sigma: the noise's standard deviation, of 255; nil without noise.
  package init(_ set: TestSet, modelName: String, sigma: Double?) {
    title =
      "\(set.name), \(modelName) \(set.task.rawValue)" + (sigma.map { ", sigma \(ScoreReport.text(sigma: $0))" } ?? "")
    let names = (0..<set.count).map(set.imageName) + [title, Self.mean(of: set.count)]
    width = names.map(\.onOneLine.count).max() ?? 0
  }

  package var header: String { line(title, Self.numbers) }

  package func line(_ row: ScoreReport.Row) -> String { line(row.name, psnr: row.score.psnr, ssim: row.score.ssim) }

  /// The last lines: the means, and those of the baseline.
  package func means(_ report: ScoreReport) -> String {
    let (score, baseline) = (report.score, report.baseline)
    var lines = [
      line(Self.mean(of: score.count), psnr: score.psnr, ssim: score.ssim),
      line(report.task.baselineName, psnr: baseline.psnr, ssim: baseline.ssim),
    ]
    for (name, mean) in [("restored", score), (report.task.baselineName, baseline)] {
      guard let note = mean.noteOnInfinite else { continue }
      lines.append("\(name): \(note)")
    }
    return lines.joined(separator: "\n")
  }

  private static func mean(of count: Int) -> String { "mean of \(count)" }

  private func line(_ name: String, psnr: Double, ssim: Double) -> String {
    line(name, [psnr.fixed(4), ssim.fixed(5)])
  }

  private func line(_ name: String, _ cells: [String]) -> String {
    let name = name.onOneLine
    let first = name + String(repeating: " ", count: max(0, width - name.count))
    return ([first] + cells.map { String(repeating: " ", count: max(0, 9 - $0.count)) + $0 }).joined(separator: "  ")
  }
}

extension MeanScore {
  /// What a mean leaves out, in words; nil for nothing.
  package var noteOnInfinite: String? {
    guard infinite > 0, infinite < count else { return nil }
    return "\(infinite) of \(count) images \(infinite == 1 ? "equals its target" : "equal their targets")"
      + ", and the mean PSNR is that of the others"
  }
}
