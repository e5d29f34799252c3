import RAMiTDiagnostics
import RAMiTMetrics
import RAMiTModels

/// Scores as a table for people, line by line: each image shows as soon as it is done. A line has 80 columns at most,
/// for which long names are cut in their middle.
package struct ScoreTable {
  private let title: String
  private let width: Int
  private let metrics: [Metric]
  private static let columns = 80, numberColumns = 9

  /// - Parameters:
  ///   - names: of the images.
  ///   - title: the table's; it stands in its header.
  package init(names: [String], title: String, metrics: [Metric] = [.psnr, .ssim]) {
    (self.title, self.metrics) = (title, metrics)
    let last = names.count > 1 ? [Self.mean(of: names.count), Self.deviation] : [Self.mean(of: names.count)]
    let longest = (names + [title] + last).map(\.onOneLine.count).max() ?? 0
    width = min(longest, max(8, Self.columns - metrics.count * (Self.numberColumns + 2)))
  }

  /// - Parameter sigma: the noise's standard deviation, of 255; nil without noise.
  package init(_ set: TestSet, modelName: String, sigma: Double?) {
    self.init(
      names: (0..<set.count).map(set.imageName), title: ScoreReport.title(set.name, modelName, set.task, sigma),
      metrics: set.scoring.metrics)
  }

  package var header: String { line(title, metrics.map(\.title)) }

  package func line(_ row: ScoreReport.Row) -> String { line(row.name) { row.score[$0] ?? .nan } }

  /// The last lines: the means, the standard deviations over the images, and the means of the baseline.
  package func means(_ report: ScoreReport) -> String {
    let (score, baseline) = (report.score, report.baseline)
    var lines = [line(Self.mean(of: score.count)) { score[$0] }]
    if score.count > 1 { lines.append(line(Self.deviation) { score.deviation($0) }) }
    var means = [("restored", score)]
    if report.hasBaseline {
      let name = report.task?.baselineName ?? "input"
      lines.append(line(name) { baseline[$0] })
      means.append((name, baseline))
    }
    for (name, mean) in means {
      lines += mean.notesOnMissing(metrics).map { "\(name): \($0)" }
    }
    return lines.joined(separator: "\n")
  }

  private static let deviation = "standard deviation"

  private static func mean(of count: Int) -> String { "mean of \(count)" }

  package func line(_ name: String, _ value: (Metric) -> Double) -> String {
    line(name, metrics.map { value($0).fixed($0.digits) })
  }

  private func line(_ name: String, _ cells: [String]) -> String {
    let name = name.onOneLine.shortened(to: width)
    let first = name + String(repeating: " ", count: max(0, width - name.count))
    let numbers = cells.map { String(repeating: " ", count: max(0, Self.numberColumns - $0.count)) + $0 }
    return ([first] + numbers).joined(separator: "  ")
  }
}

extension MeanScore {
  /// What a mean of PSNR leaves out, in words; nil for nothing.
  package var noteOnInfinite: String? {
    guard infinite > 0, infinite < count else { return nil }
    return "\(infinite) of \(count) images \(infinite == 1 ? "equals its target" : "equal their targets")"
      + ", and the mean PSNR is that of the others"
  }

  /// What the means leave out, in words.
  fileprivate func notesOnMissing(_ metrics: [Metric]) -> [String] {
    var notes = [noteOnInfinite].compactMap(\.self)
    let missing = count - finiteCount(.msssim)
    if metrics.contains(.msssim), missing > 0 {
      let verb = missing == 1 ? "image is" : "images are"
      notes.append(
        "\(missing) of \(count) \(verb) too small for MS-SSIM (161 pixels a side)"
          + (missing < count ? ", and the mean is that of the others" : ""))
    }
    return notes
  }
}
