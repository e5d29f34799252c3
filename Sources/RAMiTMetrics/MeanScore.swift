/// The mean over the scores of several images.
public struct MeanScore: Equatable, Sendable {
  /// The mean over the images whose PSNR is finite; infinite where no image's is, and not a number where there are no
  /// images.
  public let psnr: Double
  /// The mean over all images.
  public let ssim: Double
  /// The images that equal their targets: their PSNR is infinite, and one of them would make any mean infinite.
  public let infinite: Int
  /// All images.
  public let count: Int

  public init(_ scores: some Sequence<Score>) {
    var psnr = 0.0, ssim = 0.0, infinite = 0, count = 0
    for score in scores {
      count += 1
      ssim += score.ssim
      if score.psnr == .infinity { infinite += 1 } else { psnr += score.psnr }
    }
    self.psnr = infinite > 0 && infinite == count ? .infinity : psnr / Double(count - infinite)
    self.ssim = ssim / Double(count)
    (self.infinite, self.count) = (infinite, count)
  }
}
