import RAMiTDiagnostics
import RAMiTEvaluation
import RAMiTMetrics

/// What became of the images of a set that one rank has scored.
final class DealtScores {
  private(set) var scores: [DealtScore] = []
  private var images: ArraySlice<Int>
  private var notes: [String] = []

  /// - Parameter images: in the order in which they are scored.
  init(_ images: [Int]) { self.images = images[...] }

  func add(_ outcome: Evaluator.Outcome) {
    switch outcome {
    case .note(let note): notes.append(note)
    case .scored(let row): end(DealtScore(image: images.removeFirst(), notes: notes, row: row))
    case .failed(let error): end(DealtScore(image: images.removeFirst(), notes: notes, error: error))
    }
  }

  private func end(_ score: DealtScore) {
    scores.append(score)
    notes = []
  }
}

/// What became of one image, in a message.
struct DealtScore: Codable {
  /// Its number in the set.
  let image: Int
  private let notes: [String]
  private let name: String
  private let values, baselineValues: [String: Double]?
  private let error: InputError?

  init(image: Int, notes: [String], row: ScoreReport.Row) {
    (self.image, self.notes, name, error) = (image, notes, row.name, nil)
    (values, baselineValues) = (row.score.values, row.baseline?.values)
  }

  init(image: Int, notes: [String], error: any Error) {
    (self.image, self.notes, name, values, baselineValues) = (image, notes, "", nil, nil)
    self.error = error as? InputError ?? InputError("the image", expected: "a score", found: "\(error)")
  }

  /// Nil after an error.
  var row: ScoreReport.Row? {
    values.map { ScoreReport.Row(name: name, score: Score($0), baseline: baselineValues.map { Score($0) }) }
  }

  var outcomes: [Evaluator.Outcome] {
    notes.map { .note($0) } + [error.map { .failed($0) } ?? .scored(row!)]
  }
}

extension Score {
  fileprivate var values: [String: Double] {
    var values: [String: Double] = [:]
    for metric in Metric.allCases { values[metric.rawValue] = self[metric] }
    return values
  }

  fileprivate init(_ values: [String: Double]) {
    var others: [Metric: Double] = [:]
    for (name, value) in values where name != Metric.psnr.rawValue && name != Metric.ssim.rawValue {
      if let metric = Metric(rawValue: name) { others[metric] = value }
    }
    self.init(psnr: values[Metric.psnr.rawValue]!, ssim: values[Metric.ssim.rawValue]!, others: others)
  }
}
