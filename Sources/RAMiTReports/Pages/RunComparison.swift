import RAMiTDiagnostics
import RAMiTModels
import RAMiTRuns

/// Several runs beside each other. Scores are compared within a task only: a dB of denoising is not one of
/// super-resolution.
package struct RunComparison {
  let runs: [ComparedRun]

  /// - Precondition: at least one run.
  package init(_ records: [RunRecord]) {
    precondition(!records.isEmpty, "there is nothing to compare without a run")
    let names = records.map(\.configuration.name)
    runs = records.enumerated().map { number, record in
      // Runs of one name are told apart by their folders.
      let isAlone = names.count(where: { $0 == names[number] }) == 1
      return ComparedRun(record: record, label: isAlone ? names[number] : record.path, number: number)
    }
  }

  /// Runs of one task, in the order of the runs.
  struct Group {
    let task: RestorationTask
    var runs: [ComparedRun]

    /// True when the runs were scored on different images, which shows in their baselines.
    var hasOtherImages: Bool {
      let baselines = runs.compactMap { $0.summary.best?.baselinePSNR }
      return baselines.contains { abs($0 - baselines[0]) > 0.0005 }
    }
  }

  var groups: [Group] {
    runs.reduce(into: []) { groups, run in
      let task = run.record.configuration.task
      if let index = groups.firstIndex(where: { $0.task == task }) {
        groups[index].runs.append(run)
      } else {
        groups.append(Group(task: task, runs: [run]))
      }
    }
  }

  // MARK: For a terminal

  static let columns = [
    "run", "task", "parameters", "iterations", "PSNR", "SSIM", "baseline", "gain", "last loss", "time",
  ]
  /// The columns that a terminal of 80 columns has no room for: the gain tells the baseline.
  private static let onlyOnPage: Set = ["baseline", "last loss"]

  /// Lines for a terminal; the scores are those of each run's best validation.
  package var lines: [String] {
    func shown(_ cells: [String]) -> [String] {
      zip(Self.columns, cells).filter { !Self.onlyOnPage.contains($0.0) }.map(\.1)
    }
    var table = TextTable(header: shown(Self.columns), textColumns: 2)
    for run in runs { table.add(shown(run.cells).map(Self.printable)) }
    var lines = table.lines
    for group in groups where group.hasOtherImages { lines.append(Self.note(group)) }
    return lines
  }

  static func note(_ group: Group) -> String {
    "\(group.task.rawValue): the runs were scored on different images; compare their gains, with care"
  }

  /// A name must not steer the terminal.
  private static func printable(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
  }

  // MARK: For a browser

  /// A page that needs no other file: the report of one run, or the comparison of several.
  package var page: String {
    runs.count == 1 ? RunReport(runs[0].record).page : ComparisonPage(comparison: self).text
  }

  /// Writes the page, but never over a file that is no such page.
  /// - Throws: `InputError` when there is another file, or it cannot be written.
  package func write(to path: String) throws { try Page.write(page, to: path) }
}

/// A run among others.
struct ComparedRun {
  let record: RunRecord
  let label: String
  /// Its index, which decides its colour.
  let number: Int

  var summary: RunSummary { RunSummary(record) }

  /// In the order of the columns.
  var cells: [String] {
    let summary = summary
    return [
      label, record.configuration.task.rawValue, summary.parameters, summary.iterations,
      RunSummary.decibels(summary.best?.psnr, infinite: summary.best?.infinite),
      RunSummary.similarity(summary.best?.ssim),
      RunSummary.decibels(summary.best?.baselinePSNR, infinite: summary.best?.baselineInfinite),
      RunSummary.signed(summary.gain), summary.lastLoss, summary.time,
    ]
  }
}
