import RAMiTDiagnostics
import RAMiTExperiments
import RAMiTRuns

/// How many validations of a run in a row have not improved.
struct EarlyStopping: Codable, Equatable {
  /// The metric that must improve.
  let metric: EarlyStoppingConfiguration.Metric
  /// The best score so far, and the iterations done then.
  private(set) var best: Double?
  private(set) var bestIteration = 0
  /// Images that equalled their targets then, which the PSNR leaves out.
  private(set) var bestInfinite = 0
  /// Validations since then.
  private(set) var withoutImprovement = 0

  init(_ metric: EarlyStoppingConfiguration.Metric) { self.metric = metric }

  /// Takes a validation into account.
  mutating func add(_ result: ValidationResult, iteration: Int, minimumDelta: Double) {
    let (value, infinite) = metric == .psnr ? (result.psnr, result.infinite ?? 0) : (result.ssim, 0)
    let isBetter =
      best.map { best in infinite > bestInfinite || infinite == bestInfinite && value > best + minimumDelta } ?? true
    if isBetter {
      (best, bestIteration, bestInfinite, withoutImprovement) = (value, iteration, infinite, 0)
    } else {
      withoutImprovement += 1
    }
  }

  /// Why the run ends here; nil while it continues.
  func reason(_ configuration: EarlyStoppingConfiguration) -> String? {
    guard let best, withoutImprovement >= configuration.patience else { return nil }
    let score =
      metric == .psnr ? "PSNR \(ValidationResult.text(best, infinite: nil, digits: 3))" : "SSIM \(best.fixed(4))"
    let delta = configuration.minimumDelta
    let margin = delta > 0 ? " by more than \(delta)" : ""
    let validations = withoutImprovement == 1 ? "1 validation" : "\(withoutImprovement) validations in a row"
    return "\(validations) did not improve the \(score) of iteration \(bestIteration)\(margin)"
  }
}
