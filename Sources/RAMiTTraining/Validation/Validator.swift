import RAMiTDiagnostics
import RAMiTEvaluation
import RAMiTMetrics
import RAMiTModels
import RAMiTRuns

/// Scores a model on a test set while it learns. Several ranks deal the images out.
final class Validator {
  private let model: any RestorationModel
  private let set: TestSet
  /// The standard deviation of the noise, of 255 (denoising).
  private let sigma: Double?
  private let ranks: Ranks
  /// The images that this rank scores.
  private let own: [Int]
  /// Baselines stay the same, whatever the model learns.
  private var baselines: [Score?]

  /// - Parameter shown: the images, from the first on, that the first rank scores itself because it shows them.
  init(_ model: any RestorationModel, _ set: TestSet, sigma: Double?, shown: Int = 0, ranks: Ranks = Ranks()) {
    self.model = model
    self.set = set
    self.sigma = sigma
    self.ranks = ranks
    let dealt = Self.deal(set.count, shown: shown, ranks: ranks.count)
    own = dealt.indices.filter { dealt[$0] == ranks.rank }
    baselines = Array(repeating: nil, count: set.count)
  }

  /// The rank of each image: the first one has those that it shows, and each other image goes to the rank that has the
  /// fewest.
  static func deal(_ count: Int, shown: Int, ranks: Int) -> [Int] {
    var loads = Array(repeating: 0, count: ranks)
    return (0..<count).map { index in
      // The first rank has most beside, so it is the last of those that have as few.
      let rank = index < shown ? 0 : (0..<ranks).reversed().min { loads[$0] < loads[$1] }!
      loads[rank] += 1
      return rank
    }
  }

  /// - Parameters:
  ///   - progress: called with the number of images that are done, as far as this rank knows.
  ///   - visit: called with each image of this rank.
  /// - Returns: the scores; nil when `isStopRequested` became true before an image, on any rank.
  /// - Throws: `InputError` that names an image that cannot be read, or whose restoration is not finite; `SharedError`,
  ///   `GroupError`.
  func run(
    isStopRequested: () -> Bool, progress: (_ done: Int, _ count: Int) -> Void,
    visit: (_ index: Int, ScoredImage) throws -> Void
  ) throws -> ValidationResult? {
    var scores: [Score] = []
    for (done, index) in own.enumerated() {
      if isStopRequested() { return try gather(nil) }
      // The others are as far, more or less.
      progress(done * set.count / own.count, set.count)
      let scored = try set.score(index, sigma: sigma, baselineScore: baselines[index]) { model.restore($0) }
      baselines[index] = scored.baselineScore
      scores.append(scored.score)
      try visit(index, scored)
    }
    let result = try gather(zip(own, scores).map { ImageScore($0, $1, baseline: baselines[$0]!) })
    if result != nil { progress(set.count, set.count) }
    return result
  }

  /// - Parameter own: nil where a stop was requested.
  private func gather(_ own: [ImageScore]?) throws -> ValidationResult? {
    let all = try ranks.gather(own)
    guard all.allSatisfy({ $0 != nil }) else { return nil }
    let scores = all.flatMap { $0! }.sorted { $0.index < $1.index }
    return ValidationResult(MeanScore(scores.map(\.score)), baseline: MeanScore(scores.map(\.baseline)))
  }
}

/// The scores of one image, in a message. Validation has no metrics beside these.
private struct ImageScore: Codable {
  let index: Int
  private let values, baselineValues: [Double]

  init(_ index: Int, _ score: Score, baseline: Score) {
    self.index = index
    (values, baselineValues) = ([score.psnr, score.ssim], [baseline.psnr, baseline.ssim])
  }

  var score: Score { Score(psnr: values[0], ssim: values[1]) }
  var baseline: Score { Score(psnr: baselineValues[0], ssim: baselineValues[1]) }
}
