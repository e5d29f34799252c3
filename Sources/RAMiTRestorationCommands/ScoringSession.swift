import RAMiTDiagnostics
import RAMiTEvaluation
import RAMiTModels

/// Scores sets one after the other, prints their tables, and counts what could not be scored.
final class ScoringSession {
  private let isQuiet: Bool
  private(set) var failures = 0

  /// - Parameter quiet: prints errors only.
  init(quiet: Bool) { isQuiet = quiet }

  func tell(_ line: String) {
    if !isQuiet { Console.print(line) }
  }

  private func fail(_ error: any Error) {
    Program.report(error)
    failures += 1
  }

  /// The result; nil after an error, which is reported.
  func attempt<Result>(_ body: () throws -> Result) -> Result? {
    do { return try body() } catch {
      fail(error)
      return nil
    }
  }

  func announce(_ set: TestSet, _ path: String) {
    set.errors.forEach(fail)
    set.remarks(path).forEach(tell)
  }

  /// Scores a model on a set.
  func score(_ set: TestSet, _ evaluator: Evaluator, sigma: Double?, saveTo folder: String?) -> ScoreReport {
    let table = ScoreTable(set, modelName: evaluator.modelName, sigma: sigma)
    tell(evaluator.protocolText(for: set, sigma: sigma))
    return score(by: table) { evaluator.evaluate(set, sigma: sigma, saveTo: folder, observe: $0) }
  }

  /// Scores a folder of restored images; nil where it cannot be read.
  func score(
    _ restored: String, _ target: String, _ task: RestorationTask?, _ scoring: EvaluationProtocol
  ) -> ScoreReport? {
    guard var folder = attempt({ try RestoredFolder(restored, target: target, task: task) }) else { return nil }
    folder.scoring = scoring
    folder.errors.forEach(fail)
    tell(scoring.description(for: task, addsNoise: false))
    let table = ScoreTable(names: folder.imageNames, title: folder.title, metrics: scoring.metrics)
    return score(by: table) { folder.evaluate(observe: $0) }
  }

  private func score(
    by table: ScoreTable, _ evaluate: ((Evaluator.Outcome) -> Void) -> ScoreReport
  ) -> ScoreReport {
    tell(table.header)
    let report = evaluate { outcome in
      switch outcome {
      case .scored(let row): tell(table.line(row))
      case .note(let note): tell(note)
      case .failed(let error): fail(error)
      }
    }
    tell(table.means(report) + "\n")
    return report
  }

  func showSummaries(of reports: [ScoreReport]) {
    for summary in ScoreSummary.all(of: reports) { tell(summary.text + "\n") }
  }

  func show(_ comparison: PairedComparison) {
    tell(comparison.text)
    for line in comparison.unmatched {
      Program.report(line)
      failures += 1
    }
  }
}
