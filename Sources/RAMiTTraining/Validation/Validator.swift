import RAMiTDiagnostics
import RAMiTEvaluation
import RAMiTMetrics
import RAMiTModels
import RAMiTRuns

/// Scores a model on a test set while it learns.
final class Validator {
  private let model: any RestorationModel
  private let set: TestSet
  /// The standard deviation of the noise, of 255 (denoising).
  private let sigma: Double?
  /// Baselines stay the same, whatever the model learns.
  private var baselines: [Score?]

  init(_ model: any RestorationModel, _ set: TestSet, sigma: Double?) {
    self.model = model
    self.set = set
    self.sigma = sigma
    baselines = Array(repeating: nil, count: set.count)
  }

  /// - Parameters:
  ///   - progress: called with the number of images that are done.
  ///   - visit: called with each image.
  /// - Returns: the scores; nil when `isStopRequested` became true before an image.
  /// - Throws: `InputError` that names an image that cannot be read, or whose restoration is not finite.
  func run(
    isStopRequested: () -> Bool, progress: (_ done: Int, _ count: Int) -> Void,
    visit: (_ index: Int, ScoredImage) throws -> Void
  ) throws -> ValidationResult? {
    var scores: [Score] = []
    for index in 0..<set.count {
      if isStopRequested() { return nil }
      progress(index, set.count)
      let scored = try set.score(index, sigma: sigma, baselineScore: baselines[index]) { model.restore($0) }
      baselines[index] = scored.baselineScore
      scores.append(scored.score)
      try visit(index, scored)
    }
    progress(set.count, set.count)
    return ValidationResult(MeanScore(scores), baseline: MeanScore(baselines.compactMap { $0 }))
  }
}
