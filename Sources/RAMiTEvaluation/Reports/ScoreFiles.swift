import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTMetrics

/// Scores as text files for other programs and for papers.
package enum ScoreFile: Sendable {
  /// Values separated by commas: a row for each image, mean and deviation, told apart by the first column.
  case csv
  /// A table for each test set.
  case markdown

  private var ending: String { self == .csv ? "csv" : "md" }

  /// Checks before the work that the file can be written, and makes its folder.
  /// - Throws: `InputError` that names the file or its folder.
  package func prepare(_ path: String) throws {
    let status = try? FileStatus(path)
    // A pipe or a device is not replaced.
    if let status, status.kind != .file, status.kind != .folder { return }
    guard status?.kind != .folder else { throw InputError(path, expected: "a file", found: "a folder") }
    // A mistake on the command line must not replace weights or photos.
    guard path.pathEnding.lowercased() == ending else {
      throw InputError(path, expected: "a name that ends in .\(ending)", found: "another ending")
    }
    try Folder.create(path.parentPath)
    try Folder.checkWritable(path.parentPath)
  }

  /// - Throws: `InputError` that names the file.
  package func write(_ reports: [ScoreReport], to path: String) throws {
    try WholeFile.write(Data(text(of: reports).utf8), to: path)
  }

  func text(of reports: [ScoreReport]) -> String {
    self == .csv ? CSVScores(reports: reports).text : MarkdownScores(reports: reports).text
  }
}

/// RFC 4180, with line feeds. What is not a number is empty; an infinite PSNR is `inf`.
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
    return lines.map { $0.map(Self.quoted).joined(separator: ",") + "\n" }.joined()
  }

  private static func number(_ value: Double?) -> String {
    guard let value, !value.isNaN else { return "" }
    return value == .infinity ? "inf" : "\(value)"
  }

  private static func quoted(_ text: String) -> String {
    let text = text.showingEscapedBytes
    guard text.contains(where: { ",\"\n\r".contains($0) || $0.isNewline }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}

private struct MarkdownScores {
  let reports: [ScoreReport]

  var text: String {
    var parts = reports.map { report in
      let metrics = report.scoring.metrics
      let (score, baseline) = (report.score, report.baseline)
      var lines = Self.header("image", metrics)
      for row in report.rows { lines.append(Self.row(row.name, metrics) { row.score[$0] ?? .nan }) }
      lines.append(Self.row("mean of \(score.count)", metrics) { score[$0] })
      lines.append(Self.row("standard deviation", metrics, score.deviation))
      if report.hasBaseline { lines.append(Self.row(report.task?.baselineName ?? "input", metrics) { baseline[$0] }) }
      return Self.part(report.title, report.protocolText, lines)
    }
    for summary in ScoreSummary.all(of: reports) {
      let metrics = summary.metrics, all = summary.overImages
      var lines = Self.header("set", metrics)
      for report in summary.reports {
        let score = report.score
        lines.append(Self.row("\(report.testset) (\(report.rows.count) images)", metrics) { score[$0] })
      }
      lines.append(Self.row(summary.setsName, metrics, summary.overSets))
      lines.append(Self.row(summary.imagesName, metrics) { all[$0] })
      parts.append(Self.part(summary.title, summary.reports[0].protocolText, lines))
    }
    return parts.joined(separator: "\n")
  }

  private static func part(_ title: String, _ protocolText: String, _ lines: [String]) -> String {
    "## \(escaped(title))\n\n\(escaped(protocolText))\n\n" + lines.map { $0 + "\n" }.joined()
  }

  private static func header(_ first: String, _ metrics: [Metric]) -> [String] {
    [row(first, metrics.map(\.title)), "|---|" + metrics.map { _ in "---:|" }.joined()]
  }

  private static func row(_ name: String, _ metrics: [Metric], _ value: (Metric) -> Double) -> String {
    row(name, metrics.map { value($0).fixed($0.digits) })
  }

  private static func row(_ name: String, _ cells: [String]) -> String {
    "| \(escaped(name)) | " + cells.joined(separator: " | ") + " |"
  }

  private static func escaped(_ text: String) -> String {
    text.onOneLine.replacing("|", with: "\\|")
  }
}
