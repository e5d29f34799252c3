import RAMiTDiagnostics
import RAMiTMetrics
import RAMiTModels

/// What several test sets say together: the mean over the sets, in which a small set weighs as much as a large one, and
/// the mean over all images.
package struct ScoreSummary {
  /// The reports of one model, task and level of noise.
  let reports: [ScoreReport]

  /// The summaries of groups of two sets or more, in the order of the reports.
  package static func all(of reports: [ScoreReport]) -> [ScoreSummary] {
    var groups: [[ScoreReport]] = []
    for report in reports where !report.rows.isEmpty {
      let place = groups.firstIndex {
        $0[0].variant == report.variant && $0[0].task == report.task && $0[0].sigma == report.sigma
      }
      if let place { groups[place].append(report) } else { groups.append([report]) }
    }
    return groups.filter { $0.count > 1 }.map(ScoreSummary.init)
  }

  var title: String {
    ScoreReport.title("\(reports.count) sets", reports[0].variant, reports[0].task, reports[0].sigma)
  }
  var metrics: [Metric] { reports[0].scoring.metrics }
  var setsName: String { "mean over \(reports.count) sets" }
  var imagesName: String { "mean over all \(overImages.count) images" }

  /// The mean of the sets' means.
  func overSets(_ metric: Metric) -> Double {
    let means = reports.map { $0.score[metric] }.filter(\.isFinite)
    return means.isEmpty ? reports[0].score[metric] : means.reduce(0, +) / Double(means.count)
  }

  var overImages: MeanScore { MeanScore(reports.flatMap { $0.rows.map(\.score) }) }

  /// A line for each set, and the two means.
  package var text: String {
    let names = reports.map { "\($0.testset) (\($0.rows.count.counted("image")))" }
    let all = overImages
    let table = ScoreTable(names: names + [setsName, imagesName], title: title, metrics: metrics)
    var lines = [table.header]
    for (name, report) in zip(names, reports) {
      let score = report.score
      lines.append(table.line(name) { score[$0] })
    }
    lines.append(table.line(setsName, overSets))
    lines.append(table.line(imagesName) { all[$0] })
    return lines.joined(separator: "\n")
  }
}
