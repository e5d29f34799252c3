import RAMiTImaging
import RAMiTMetrics
import Testing

/// A pair of images from formulas, and its scores by an implementation in double precision with OpenCV's filters.
struct ScoredPair: Sendable {
  let isSmooth: Bool
  let width, height, channels: Int
  let compared: ScoredChannels
  let border: Int
  let psnr, ssim: Double

  init(
    _ isSmooth: Bool, _ width: Int, _ height: Int, _ channels: Int, _ compared: ScoredChannels = .rgb,
    _ border: Int = 0, _ psnr: Double = 0, _ ssim: Double = 0
  ) {
    (self.isSmooth, self.width, self.height, self.channels) = (isSmooth, width, height, channels)
    (self.compared, self.border, self.psnr, self.ssim) = (compared, border, psnr, ssim)
  }

  private func level(_ x: Int, _ y: Int, _ c: Int) -> Int {
    if isSmooth { return min(40 + 3 * x + 2 * y + 20 * c, 255) }
    return [13 * x + 5 * y, x * x + 3 * y, (7 * x) ^ (11 * y)][c] & 255
  }

  var target: Image { image(level) }
  var output: Image {
    image { x, y, c in max(0, min(level(x, y, c) + (37 * x + 91 * y + 53 * c + 7 * x * y) % 23 - 11, 255)) }
  }

  private func image(_ level: (Int, Int, Int) -> Int) -> Image {
    var values: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        for c in 0..<channels { values.append(UInt8(level(x, y, c))) }
      }
    }
    return Image(width: width, height: height, channels: channels, samples: .uint8(values))
  }

  static let all: [ScoredPair] = [
    ScoredPair(false, 40, 31, 3, .rgb, 0, 31.8289041721508, 0.981948525558449),
    ScoredPair(false, 40, 31, 3, .luma, 0, 38.552658973248, 0.994786492496957),
    ScoredPair(false, 40, 31, 3, .luma, 4, 38.6055035146769, 0.996295181480698),
    ScoredPair(false, 37, 26, 1, .rgb, 0, 31.6138535935096, 0.968159700319175),
    ScoredPair(false, 19, 11, 3, .rgb, 0, 31.8030511290861, 0.970376304957159),
    ScoredPair(true, 40, 31, 3, .rgb, 0, 31.72663045333, 0.736083164600747),
    ScoredPair(true, 40, 31, 3, .luma, 0, 38.471945708471, 0.92127455896662),
    ScoredPair(true, 40, 31, 3, .luma, 4, 38.5021126568243, 0.920738724739701),
    ScoredPair(true, 37, 26, 1, .rgb, 0, 31.5075456533329, 0.726488733587985),
    ScoredPair(true, 19, 11, 3, .rgb, 0, 31.683230473414, 0.73041789554093),
  ]
}

@Suite struct ScoredPairTests {
  @Test(arguments: ScoredPair.all) func scoresAreThoseOfTheField(_ pair: ScoredPair) {
    let found = score(pair.output, against: pair.target, channels: pair.compared, border: pair.border)
    #expect(abs(found.psnr - pair.psnr) < 1e-9)
    #expect(abs(found.ssim - pair.ssim) < 1e-11)
    // Neither image is preferred.
    let turned = score(pair.target, against: pair.output, channels: pair.compared, border: pair.border)
    #expect(turned.psnr == found.psnr && abs(turned.ssim - found.ssim) < 1e-14)
  }

  @Test func equalImagesScoreOne() {
    for pair in ScoredPair.all {
      let found = score(pair.target, against: pair.target, channels: pair.compared, border: pair.border)
      #expect(found == Score(psnr: .infinity, ssim: 1))
    }
  }

  @Test func grayHasItsOwnLuma() {
    let pair = ScoredPair.all[3]
    #expect(
      score(pair.output, against: pair.target, channels: .luma, border: 2)
        == score(pair.output, against: pair.target, channels: .rgb, border: 2))
  }

  /// The border is cut before anything else: what lies in it does not count, and what lies inside counts alike.
  @Test(arguments: [0, 1, 3, 5]) func theBorderIsLeftOut(border: Int) {
    let pair = ScoredPair.all[0]
    let found = score(pair.output, against: pair.target, channels: .luma, border: border)
    func inside(_ image: Image) -> Image {
      image.cropped(x: border, y: border, width: image.width - 2 * border, height: image.height - 2 * border)
    }
    #expect(found == score(inside(pair.output), against: inside(pair.target), channels: .luma, border: 0))
  }

  /// Every width around a whole vector, against the window's definition.
  @Test(arguments: 11...27) func similarityByItsDefinition(width: Int) {
    let pair = ScoredPair(false, width, 13, 1)
    let found = score(pair.output, against: pair.target, channels: .rgb, border: 0).ssim
    #expect(abs(found - similarity(pair.output, pair.target)) < 1e-12)
  }

  /// Wang et al.'s formula, window by window, of gray images.
  private func similarity(_ a: Image, _ b: Image) -> Double {
    guard case .uint8(let first) = a.samples, case .uint8(let second) = b.samples else { return .nan }
    var weights: [(place: Int, weight: Double)] = []
    for y in -5...5 {
      for x in -5...5 { weights.append((y * a.width + x, exponential(-Double(x * x + y * y) / 4.5))) }
    }
    let sum = weights.reduce(0) { $0 + $1.weight }
    var total = 0.0, count = 0.0
    for y in 5..<a.height - 5 {
      for x in 5..<a.width - 5 {
        let window = weights.map {
          (Double(first[y * a.width + x + $0.place]), Double(second[y * a.width + x + $0.place]), $0.weight / sum)
        }
        let (ma, mb) = (window.reduce(0) { $0 + $1.0 * $1.2 }, window.reduce(0) { $0 + $1.1 * $1.2 })
        let va = window.reduce(0) { $0 + ($1.0 - ma) * ($1.0 - ma) * $1.2 }
        let vb = window.reduce(0) { $0 + ($1.1 - mb) * ($1.1 - mb) * $1.2 }
        let cov = window.reduce(0) { $0 + ($1.0 - ma) * ($1.1 - mb) * $1.2 }
        total += (2 * ma * mb + 6.5025) * (2 * cov + 58.5225) / ((ma * ma + mb * mb + 6.5025) * (va + vb + 58.5225))
        count += 1
      }
    }
    return total / count
  }

  /// e^x by its series, so that the check shares nothing with what it checks.
  private func exponential(_ x: Double) -> Double {
    var term = 1.0, sum = 1.0
    for n in 1..<24 {
      term *= x / 64 / Double(n)
      sum += term
    }
    for _ in 0..<6 { sum *= sum }
    return sum
  }
}
