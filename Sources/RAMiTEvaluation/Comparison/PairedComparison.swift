import RAMiTDiagnostics
import RAMiTMetrics

/// The scores of two models, or of two checkpoints of one, image by image: a difference is B's score less A's.
public struct PairedComparison: Sendable {
  /// The images of one test set, at one level of noise, that both have scored.
  public struct Part: Sendable {
    /// As reports call it, with the noise.
    public let name: String
    /// In A's order.
    public let images: [(name: String, a: Score, b: Score)]
    /// By each metric that both have.
    public let results: [Result]
  }

  /// What a metric says of a number of images.
  public struct Result: Sendable {
    /// By which the images are compared.
    public let metric: Metric
    /// B's mean less A's, over `count` images.
    public let meanDifference: Double
    /// The bootstrap's interval of the mean difference, which holds 95 %; nil for fewer than two images.
    public let interval: ClosedRange<Double>?
    /// The images whose difference is finite.
    public let count: Int
    /// The images in which one is better, or neither.
    public let aBetter, bBetter, equal: Int
  }

  /// What A and B are called.
  public let names: (a: String, b: String)
  /// In A's order, without sets of which no image is in both.
  public let parts: [Part]
  /// Over the images of all parts; nil for one part.
  public let total: [Result]?
  /// What only one of them has scored, in words.
  public let unmatched: [String]
  let metrics: [Metric]

  /// Sets are matched by their names and the noise, a single one with a single one; images by their names.
  /// - Parameters:
  ///   - resamples: of the bootstrap.
  ///   - seed: of the bootstrap.
  /// - Throws: `InputError` where they were scored by different protocols, for different tasks, or on no common image.
  public init(
    _ a: [ScoreReport], _ b: [ScoreReport], names: (a: String, b: String), resamples: Int = 10_000, seed: UInt64 = 0
  ) throws {
    var rest = b, parts: [Part] = [], unmatched: [String] = [], all: [(Score, Score)] = []
    var metrics: [Metric] = []
    func results(_ scores: [(Score, Score)]) -> [Result] {
      metrics.map { Result($0, scores, resamples: resamples, seed: seed) }
    }
    for report in a {
      let name = report.setName
      // Two single sets are meant for each other, whatever their folders are called.
      let place = a.count == 1 && b.count == 1 ? 0 : rest.firstIndex { $0.setName == name }
      guard let place else {
        unmatched.append("\(name): only in \(names.a)")
        continue
      }
      let other = rest.remove(at: place)
      try report.checkComparable(with: other, names)
      let shared = report.scoring.metrics.filter(other.scoring.metrics.contains)
      if parts.isEmpty { metrics = shared } else { metrics = metrics.filter(shared.contains) }
      var partners = Dictionary(other.rows.map { ($0.name, $0.score) }) { first, _ in first }
      var images: [(name: String, a: Score, b: Score)] = []
      for row in report.rows {
        if let score = partners.removeValue(forKey: row.name) {
          images.append((row.name, row.score, score))
        } else {
          unmatched.append("\(name), \(row.name): only in \(names.a)")
        }
      }
      unmatched += other.rows.filter { partners[$0.name] != nil }.map { "\(name), \($0.name): only in \(names.b)" }
      guard !images.isEmpty else { continue }
      let scores = images.map { ($0.a, $0.b) }
      all += scores
      parts.append(Part(name: name, images: images, results: results(scores)))
    }
    unmatched += rest.map { "\($0.setName): only in \(names.b)" }
    guard !parts.isEmpty else {
      throw InputError(names.b, expected: "scores of images that \(names.a) has, too", found: "no such image")
    }
    (self.names, self.parts, self.unmatched, self.metrics) = (names, parts, unmatched, metrics)
    total = parts.count > 1 ? results(all) : nil
  }
}

extension PairedComparison.Result {
  init(_ metric: Metric, _ scores: [(Score, Score)], resamples: Int, seed: UInt64) {
    // Two images without any error differ by nothing; a difference with one of them is no number.
    let differences = scores.compactMap { a, b -> Double? in
      guard let a = a[metric], let b = b[metric], !a.isNaN, !b.isNaN else { return nil }
      return a == b ? 0 : b - a
    }
    let finite = differences.filter(\.isFinite)
    let bootstrap = Bootstrap(meanOf: finite, resamples: resamples, seed: seed)
    self.init(
      metric: metric, meanDifference: finite.reduce(0, +) / Double(finite.count),
      interval: bootstrap.map { $0.low...$0.high }, count: finite.count,
      aBetter: differences.count { $0 < 0 }, bBetter: differences.count { $0 > 0 },
      equal: differences.count { $0 == 0 })
  }
}

extension ScoreReport {
  /// The set, and the noise.
  fileprivate var setName: String { testset + (sigma.map { ", sigma \(Self.text(sigma: $0))" } ?? "") }

  /// - Throws: `InputError` where scores of the two cannot be compared.
  fileprivate func checkComparable(with other: ScoreReport, _ names: (a: String, b: String)) throws {
    guard task == other.task else {
      func text(_ report: ScoreReport) -> String { report.task?.rawValue ?? "no task" }
      throw InputError(names.b, expected: "scores for \(text(self)), as \(names.a)", found: text(other))
    }
    func rules(_ report: ScoreReport) -> String {
      report.scoring.description(for: report.task, addsNoise: report.sigma != nil)
    }
    guard rules(self) == rules(other) else {
      throw InputError(names.b, expected: "\(rules(self)), as \(names.a)", found: rules(other))
    }
  }
}
