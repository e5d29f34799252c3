import RAMiTDiagnostics

/// The metrics of a run, in memory: of a long one as much as charts can show, so that it does not grow.
package struct RunHistory: Equatable {
  /// Values over iterations done.
  package var losses: [CurvePoint] { lossCurve.elements }
  package var learningRates: [CurvePoint] { rateCurve.elements }
  /// In their order; with the first and the last, and the highest and the lowest PSNR of each stretch.
  package var validations: [MetricsLine] { validationCurve.elements }
  /// The best validation on the images that are in use, as `ValidationResult.isBetter` says; of equal ones the first,
  /// whose weights are kept.
  package private(set) var best: MetricsLine?
  /// Iterations done, as far as the metrics show.
  package private(set) var lastIteration = 0
  private var lossCurve = Thinned(by: \CurvePoint.y), rateCurve = Thinned(by: \CurvePoint.y)
  private var validationCurve = Thinned(by: \MetricsLine.height)

  package init() {}

  package mutating func add(_ line: MetricsLine) {
    lastIteration = max(lastIteration, line.iteration)
    switch line.kind {
    case .validation:
      // Scores on other images do not compare.
      if line.onOtherImages == true { best = nil }
      if line.isBetter(than: best) { best = line }
      validationCurve.append(line)
    case .training:
      if let loss = line.loss { lossCurve.append(CurvePoint(x: Double(line.iteration), y: loss)) }
      if let rate = line.learningRate { rateCurve.append(CurvePoint(x: Double(line.iteration), y: rate)) }
    case .skipped: break
    }
  }

  /// A validation's scores over iterations done.
  package func scores(_ score: KeyPath<MetricsLine, Double?>) -> [CurvePoint] {
    validations.compactMap { line in line[keyPath: score].map { CurvePoint(x: Double(line.iteration), y: $0) } }
  }
}

extension RunHistory {
  /// Reads a metrics file. A last line without an end is left out: it is being written.
  /// - Parameter report: called with the first other line that cannot be read; the rest is read all the same.
  /// - Throws: `InputError` when the file cannot be read at all.
  package init(reading path: String, report: (InputError) -> Void) throws {
    try JSONLines.read(path, kind: "metrics", report: report) { add($0) }
  }
}

extension MetricsLine {
  /// What the curve of validations is thinned by.
  fileprivate var height: Double { psnr ?? 0 }

  fileprivate func isBetter(than best: MetricsLine?) -> Bool {
    guard let psnr else { return false }
    guard let best else { return true }
    return (infinite ?? 0, psnr) > (best.infinite ?? 0, best.psnr ?? -.infinity)
  }
}

/// A value at an iteration.
package struct CurvePoint: Equatable {
  package var x, y: Double

  package init(x: Double, y: Double) {
    self.x = x
    self.y = y
  }
}
