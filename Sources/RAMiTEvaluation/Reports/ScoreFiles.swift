import RAMiTDiagnostics
import RAMiTMetrics

extension [ScoreReport] {
  /// Values separated by commas: a row for each image, mean and deviation, told apart by the first column.
  package var csv: String { CSVScores(reports: self).text }

  /// A table in Markdown for each test set.
  package var markdown: String { MarkdownScores(reports: self).text }
}

/// What is not a number is empty; an infinite PSNR is `inf`.
private struct CSVScores {
  let reports: [ScoreReport]

  var text: String {
    let metrics = Metric.allCases.filter { metric in reports.contains { $0.scoring.metrics.contains(metric) } }
    let names = metrics.map { $0.rawValue.replacing("-", with: "_") }
    var lines = [
      ["row", "model", "task", "testset", "sigma", "protocol", "image"] + names + names.map { "baseline_" + $0 }
    ]
    func add(
      _ kind: String, _ report: ScoreReport, testset: String, image: String = "", _ value: (Metric) -> Double?,
      _ baseline: (Metric) -> Double? = { _ in nil }
    ) {
      lines.append(
        [
          kind, report.variant, report.task?.rawValue ?? "", testset,
          report.sigma.map(ScoreReport.text(sigma:)) ?? "", report.protocolText, image,
        ] + metrics.map { Self.number(value($0)) } + metrics.map { Self.number(baseline($0)) })
    }
    for report in reports {
      for row in report.rows {
        add("image", report, testset: report.testset, image: row.name, { row.score[$0] }) { row.baseline?[$0] }
      }
      let (score, baseline) = (report.score, report.baseline)
      add("mean", report, testset: report.testset, { score[$0] }) { baseline[$0] }
      add("deviation", report, testset: report.testset, score.deviation, baseline.deviation)
    }
    for summary in ScoreSummary.all(of: reports) {
      let all = summary.overImages
      add("mean over sets", summary.reports[0], testset: "", summary.overSets)
      add("mean over images", summary.reports[0], testset: "", { all[$0] })
    }
    return lines.map(CSV.line).joined()
  }

  private static func number(_ value: Double?) -> String {
    guard let value, !value.isNaN else { return "" }
    return value == .infinity ? "inf" : "\(value)"
  }
}

private struct MarkdownScores {
  let reports: [ScoreReport]

  var text: String {
    var parts = reports.map { report in
      let metrics = report.scoring.metrics
      let (score, baseline) = (report.score, report.baseline)
      var rows = report.rows.map { row in Self.row(row.name, metrics) { row.score[$0] ?? .nan } }
      rows.append(Self.row("mean of \(score.count)", metrics) { score[$0] })
      rows.append(Self.row("standard deviation", metrics, score.deviation))
      if report.hasBaseline { rows.append(Self.row(report.task?.baselineName ?? "input", metrics) { baseline[$0] }) }
      return Self.part(report.title, report.protocolText, "image", metrics, rows)
    }
    for summary in ScoreSummary.all(of: reports) {
      let metrics = summary.metrics, all = summary.overImages
      var rows = summary.reports.map { report in
        let score = report.score
        return Self.row("\(report.testset) (\(report.rows.count.counted("image")))", metrics) { score[$0] }
      }
      rows.append(Self.row(summary.setsName, metrics, summary.overSets))
      rows.append(Self.row(summary.imagesName, metrics) { all[$0] })
      parts.append(Self.part(summary.title, summary.reports[0].protocolText, "set", metrics, rows))
    }
    return parts.joined(separator: "\n")
  }

  private static func part(
    _ title: String, _ protocolText: String, _ first: String, _ metrics: [Metric], _ rows: [[String]]
  ) -> String {
    let table = Markdown.table(header: [first] + metrics.map(\.title), rows: rows)
    let lines = ["## \(Markdown.escaped(title))", "", Markdown.escaped(protocolText), ""] + table
    return lines.map { $0 + "\n" }.joined()
  }

  private static func row(_ name: String, _ metrics: [Metric], _ value: (Metric) -> Double) -> [String] {
    [name] + metrics.map { value($0).fixed($0.digits) }
  }
}
