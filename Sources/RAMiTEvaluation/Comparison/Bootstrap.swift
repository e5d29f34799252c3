import RAMiTTensorCore

/// A bootstrap interval of a mean (Efron, *Bootstrap Methods: Another Look at the Jackknife*, 1979), by percentiles.
struct Bootstrap {
  /// The least and the greatest of the middle 95 % of the resampled means.
  let low, high: Double

  /// - Parameters:
  ///   - values: of independent images.
  ///   - resamples: how often as many values are drawn with replacement.
  ///   - seed: one seed gives one interval.
  /// - Returns: nil for fewer than two values.
  init?(meanOf values: [Double], resamples: Int, seed: UInt64) {
    guard values.count > 1, resamples > 0 else { return nil }
    var random = RandomNumbers(seed: seed, 0x626f_6f74)
    let means = (0..<resamples).map { _ in
      var sum = 0.0
      for _ in values { sum += values[random.below(values.count)] }
      return sum / Double(values.count)
    }.sorted()
    let outside = Int(0.025 * Double(resamples))
    (low, high) = (means[outside], means[resamples - 1 - outside])
  }
}
