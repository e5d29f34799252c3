import Foundation
import RAMiTDiagnostics
import RAMiTExperiments
import RAMiTModels
import RAMiTRuns

/// The page of several runs: a table of all, and for each task the curves, the keys that differ, and the images.
struct ComparisonPage {
  let comparison: RunComparison

  /// Images of all runs together, so that the page stays light.
  private static let mostImages = 96

  private var runs: [ComparedRun] { comparison.runs }

  var text: String {
    let groups = comparison.groups
    let sections = groups.map { section($0, isAlone: groups.count == 1) }
    let content: Markup = """
      <h1>\(runs.count.counted("run"))</h1>
      <p>Scores are those of each run's best validation.\
      \(groups.count > 1 ? " Scores of different tasks do not compare." : "")</p>
      \(table)\(sections)
      """
    return Page(title: "\(runs.count.counted("run")) compared", content: content).text
  }

  private var table: Markup {
    var table = PageTable(columns: RunComparison.columns, textColumns: [0, 1])
    for group in comparison.groups {
      let best = group.hasOtherImages ? nil : group.runs.compactMap { $0.summary.best?.psnr }.max()
      for run in group.runs {
        var cells: [Markup] = run.cells.map { "\($0)" }
        cells[0] = "<span class=\"swatch \(ChartStyle.name(run.number))\"></span> \(run.label)"
        if group.runs.count > 1, best != nil, run.summary.best?.psnr == best { cells[4] = "<b>\(cells[4])</b>" }
        if let gain = run.summary.gain { cells[7] = "<span class=\"\(gain < 0 ? "bad" : "good")\">\(cells[7])</span>" }
        table.rows.append(cells)
      }
    }
    return table.markup
  }

  // MARK: A task

  private func section(_ group: RunComparison.Group, isAlone: Bool) -> Markup {
    let note: Markup = group.hasOtherImages ? "<p>\(RunComparison.note(group)).</p>\n" : ""
    let heading: Markup = isAlone ? "<h2>Curves</h2>\n" : "<h2>\(group.task.title)</h2>\n"
    let legend: [Markup] = group.runs.map { run in
      "<span><span class=\"swatch \(ChartStyle.name(run.number))\"></span>\(run.label)</span>"
    }
    let charts: [Markup] = charts(group).map { "<div class=\"card\">\($0.svg)</div>\n" }
    return """
      \(heading)\(note)<div class="legend">\(legend)</div>
      <div class="charts">
      \(charts)</div>
      \(differences(group))\(images(group))
      """
  }

  private func charts(_ group: RunComparison.Group) -> [Chart] {
    func curves(_ points: (RunHistory) -> [CurvePoint]) -> [Curve] {
      group.runs.map { Curve($0.label, .color($0.number), points($0.record.history)) }
    }
    func scores(_ title: String, _ score: KeyPath<MetricsLine, Double?>, _ baseline: KeyPath<MetricsLine, Double?>)
      -> Chart
    {
      let last = group.runs.map(\.record.history.lastIteration).max() ?? 0
      var all = curves { $0.scores(score) }
      // One baseline for all runs, or one for each where they differ.
      for run in group.hasOtherImages ? group.runs[...] : group.runs.prefix(1) {
        let points = run.record.history.scores(baseline)
        all.append(
          RunCharts.baseline(
            "\(group.task.baselineName), \(run.label)", points, of: group.hasOtherImages ? run.number : nil,
            until: group.hasOtherImages ? run.record.history.lastIteration : last))
      }
      return Chart(title: "\(title) (dashed: \(group.task.baselineName))", curves: all, hasNames: false)
    }
    var charts = [
      Chart(title: "training loss", curves: curves(\.losses), prefersLogarithm: true, hasNames: false)
    ]
    let areScored = group.runs.contains { !$0.record.history.validations.isEmpty }
    if areScored { charts.append(scores("validation PSNR, dB", \.psnr, \.baselinePSNR)) }
    let rates = group.runs.map { RunCharts.learningRates($0.label, .color($0.number), $0.record) }
    charts.append(Chart(title: "learning rate", curves: rates, includesZero: true, hasNames: false))
    if areScored { charts.append(scores("validation SSIM", \.ssim, \.baselineSSIM)) }
    return charts
  }

  /// The keys of the configurations that differ between runs.
  private func differences(_ group: RunComparison.Group) -> Markup {
    guard group.runs.count > 1 else { return "" }
    let values = group.runs.map(\.record.settings.values)
    let keys = Set(values.flatMap(\.keys)).subtracting(["name", "output"]).sorted().filter { key in
      values.contains { $0[key] != values[0][key] }
    }
    guard !keys.isEmpty else { return "<h2>Configuration</h2>\n<p>The same in all runs.</p>\n" }
    var table = PageTable(
      columns: ["key"] + group.runs.map(\.label), textColumns: Set(0...group.runs.count))
    for key in keys { table.rows.append(["\(key)"] + values.map { "\(readableValue($0[key]))" }) }
    return "<h2>Configurations differ in</h2>\n\(table.markup)"
  }

  // MARK: Images

  /// One image of several runs, which have the same baseline and target of it.
  private struct SharedSample {
    let sample: RunSample
    var runs: [(run: ComparedRun, restored: RunSample.Panel, psnr: Double?)]

    func isSame(_ other: RunSample) -> Bool {
      sample.name == other.name && sample.baseline == other.baseline && sample.target == other.target
    }
  }

  private func images(_ group: RunComparison.Group) -> Markup {
    var shared: [SharedSample] = []
    for run in group.runs {
      for sample in run.record.samples {
        guard let restored = sample.restored else { continue }
        if let index = shared.firstIndex(where: { $0.isSame(sample) }) {
          shared[index].runs.append((run, restored, sample.scores.last?.psnr))
        } else {
          shared.append(SharedSample(sample: sample, runs: [(run, restored, sample.scores.last?.psnr)]))
        }
      }
    }
    shared.sort { RunSample.isBefore($0.sample.name, $1.sample.name) }
    let shown = shared.prefix(max(1, Self.mostImages / (runs.count + 2)))
    if shown.isEmpty { return "" }
    let cards: [Markup] = shown.map { shared in
      var figures: [Markup] = []
      if let baseline = shared.sample.baseline {
        figures.append(figure(baseline, caption: baseline.title, shared.sample.scores.last?.baselinePSNR))
      }
      figures += shared.runs.map { figure($0.restored, caption: $0.run.label, $0.psnr) }
      if let target = shared.sample.target { figures.append(figure(target, caption: target.title)) }
      return "<div class=\"card\"><h3>\(shared.sample.name)</h3><div class=\"panels\">\(figures)</div></div>\n"
    }
    return """
      <h2>Validation images</h2>
      <p>The middle of each, as each run's latest validation left it, with the PSNR of the whole image.</p>
      <div class="samples">
      \(cards)</div>

      """
  }
}

extension RunSample {
  /// The panels by name; the last but two is the baseline.
  fileprivate var baseline: Panel? { panels.count >= 3 ? panels[panels.count - 3] : nil }
  fileprivate var restored: Panel? { panels.count >= 2 ? panels[panels.count - 2] : nil }
  fileprivate var target: Panel? { panels.last }
}
