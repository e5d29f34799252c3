import RAMiTDiagnostics

/// The mean over the scores of several images.
public struct MeanScore: Equatable, Sendable {
  /// The mean over the images whose PSNR is finite; infinite where no image's is, NaN without images.
  public let psnr: Double
  /// The mean over all images.
  public let ssim: Double
  /// The images that equal their targets: their PSNR is infinite, and one of them would make any mean infinite.
  public let infinite: Int
  /// All images.
  public let count: Int
  /// The means of other metrics over the images that have a finite value.
  public let others: [Metric: Double]
  private let deviations: [Metric: Double]
  private let finite: [Metric: Int]

  /// - Parameter scores: one for each image.
  public init(_ scores: some Sequence<Score>) {
    let scores = Array(scores)
    var psnr = 0.0, ssim = 0.0, infinite = 0
    for score in scores {
      ssim += score.ssim
      if score.psnr == .infinity { infinite += 1 } else { psnr += score.psnr }
    }
    let count = scores.count
    self.psnr = infinite > 0 && infinite == count ? .infinity : psnr / Double(count - infinite)
    self.ssim = ssim / Double(count)
    (self.infinite, self.count) = (infinite, count)
    var others: [Metric: Double] = [:], deviations: [Metric: Double] = [:], finite: [Metric: Int] = [:]
    for metric in Metric.allCases {
      let values = scores.compactMap { $0[metric] }.filter(\.isFinite)
      finite[metric] = values.count
      deviations[metric] = values.sampleDeviation
      if metric != .psnr, metric != .ssim, scores.contains(where: { $0[metric] != nil }) {
        others[metric] = values.reduce(0, +) / Double(values.count)
      }
    }
    (self.others, self.deviations, self.finite) = (others, deviations, finite)
  }

  /// The mean of a metric; NaN where it was not measured.
  public subscript(_ metric: Metric) -> Double {
    switch metric {
    case .psnr: psnr
    case .ssim: ssim
    default: others[metric] ?? .nan
    }
  }

  /// The standard deviation over the images, of n - 1 of them; NaN for fewer than two.
  public func deviation(_ metric: Metric) -> Double { deviations[metric] ?? .nan }

  /// How many images have a finite value, of which the mean is.
  public func finiteCount(_ metric: Metric) -> Int { finite[metric] ?? 0 }
}
