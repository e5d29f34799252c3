import RAMiTDiagnostics
import RAMiTEvaluation
import RAMiTModels
import RAMiTTraining

/// Scores sets one after the other, prints their tables, and counts what could not be scored. Several ranks deal the
/// images of a model's sets out; the first one speaks.
final class ScoringSession {
  private let isQuiet: Bool
  private let ranks: Ranks
  private(set) var failures = 0

  /// - Parameter quiet: prints errors only.
  init(quiet: Bool, ranks: Ranks = Ranks()) {
    isQuiet = quiet || !ranks.isFirst
    self.ranks = ranks
  }

  func tell(_ line: String) {
    if !isQuiet { Console.print(line) }
  }

  private func fail(_ error: any Error) { fail("\(error)") }

  private func fail(_ line: String) {
    if ranks.isFirst { Program.report(line) }
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
  /// - Throws: `GroupError` when the connection between ranks fails.
  func score(_ set: TestSet, _ evaluator: Evaluator, sigma: Double?, saveTo folder: String?) throws -> ScoreReport {
    let table = ScoreTable(set, modelName: evaluator.modelName, sigma: sigma)
    tell(evaluator.protocolText(for: set, sigma: sigma))
    guard ranks.count > 1 else {
      return score(by: table) { evaluator.evaluate(set, sigma: sigma, saveTo: folder, observe: $0) }
    }
    let images = Array(stride(from: ranks.rank, to: set.count, by: ranks.count))
    let dealt = DealtScores(images)
    let own = evaluator.evaluate(set, sigma: sigma, saveTo: folder, images: images, observe: dealt.add)
    let all = try ranks.gather(dealt.scores).joined().sorted { $0.image < $1.image }
    return score(by: table) { observe in
      for score in all { score.outcomes.forEach(observe) }
      return own.replacing(rows: all.compactMap(\.row))
    }
  }

  /// Scores a folder of restored images, which several ranks do not share; nil where it cannot be read.
  func score(
    _ restored: String, _ target: String, _ task: RestorationTask?, _ scoring: EvaluationProtocol
  ) -> ScoreReport? {
    guard ranks.isFirst, var folder = attempt({ try RestoredFolder(restored, target: target, task: task) }) else {
      return nil
    }
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
    for line in comparison.unmatched { fail(line) }
  }
}
