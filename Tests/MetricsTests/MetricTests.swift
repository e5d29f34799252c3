import RAMiTImaging
import RAMiTMetrics
import Testing

/// MS-SSIM, luma of other programs, and scores after matching the brightness: values by NumPy in double precision,
/// after the papers' formulas.
@Suite struct MetricTests {
  private func level(_ x: Int, _ y: Int, _ c: Int, _ isSmooth: Bool) -> Int {
    if isSmooth { return min(40 + x / 2 + y / 3 + 20 * c, 255) }
    return [13 * x + 5 * y, x * x + 3 * y, (7 * x) ^ (11 * y)][c] & 255
  }

  private func image(_ width: Int, _ height: Int, _ channels: Int, _ level: (Int, Int, Int) -> Int) -> Image {
    var values: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        for c in 0..<channels { values.append(UInt8(level(x, y, c))) }
      }
    }
    return Image(width: width, height: height, channels: channels, samples: .uint8(values))
  }

  private func pair(_ width: Int, _ height: Int, _ channels: Int, _ isSmooth: Bool) -> (output: Image, target: Image) {
    let output = image(width, height, channels) { x, y, c in
      max(0, min(level(x, y, c, isSmooth) + (37 * x + 91 * y + 53 * c + 7 * x * y) % 23 - 11, 255))
    }
    return (output, image(width, height, channels) { level($0, $1, $2, isSmooth) })
  }

  /// Even sides, the least side with odd halves, and odd sides. (`pytorch_msssim` gives 0.99808735 for the first.)
  @Test(arguments: [
    (176, 192, 3, false, ScoredChannels.rgb, 0.9980873470268233), (176, 192, 3, false, .luma, 0.9989679510978966),
    (161, 178, 1, false, .rgb, 0.9977766497900731), (203, 161, 3, true, .rgb, 0.927102170540829),
    (203, 161, 3, true, .luma, 0.9810171186442923),
  ])
  func multiScaleSimilarity(
    width: Int, height: Int, channels: Int, isSmooth: Bool, compared: ScoredChannels, expected: Double
  ) throws {
    let (output, target) = pair(width, height, channels, isSmooth)
    let rules = ScoringRules(channels: compared, border: 0)
    let found = score(output, against: target, rules, metrics: [.msssim])
    #expect(abs(try #require(found[.msssim]) - expected) < 1e-9)
    // What is measured beside them leaves the others alone.
    let alone = score(output, against: target, channels: compared, border: 0)
    #expect(found.psnr == alone.psnr && found.ssim == alone.ssim && alone[.msssim] == nil)
    #expect(score(target, against: target, rules, metrics: [.msssim])[.msssim] == 1)
  }

  /// The window does not fit into the coarsest scale of 160 pixels, nor of 165 inside a border of 3.
  @Test func smallImagesHaveNoMultiScaleSimilarity() {
    for (side, border) in [(160, 0), (165, 3)] {
      let (output, target) = pair(side, 200, 1, false)
      let rules = ScoringRules(channels: .rgb, border: border)
      #expect(score(output, against: target, rules, metrics: [.msssim])[.msssim]?.isNaN == true)
      #expect(score(target, against: target, rules, metrics: [.msssim])[.msssim] == 1)
    }
  }

  @Test(arguments: [
    (LumaConversion.rounded, 0, 38.42981046340155, 0.9947449495678525),
    (.rounded, 4, 38.54272467183651, 0.9961818521096487),
    (.basicSR, 0, 38.55265855952026, 0.994786491809188), (.basicSR, 4, 38.60550339030865, 0.9962951805089789),
    (.float, 0, 38.55265897324799, 0.994786492496958), (.float, 4, 38.605503514676926, 0.9962951814806942),
  ])
  func lumaOfOtherPrograms(luma: LumaConversion, border: Int, psnr: Double, ssim: Double) {
    let (output, target) = pair(40, 31, 3, false)
    let found = score(output, against: target, ScoringRules(channels: .luma, luma: luma, border: border))
    #expect(abs(found.psnr - psnr) < 1e-9 && abs(found.ssim - ssim) < 1e-11, "\(found)")
  }

  /// An output of a third of the brightness.
  @Test func brightnessOfTheTarget() throws {
    let (output, target) = pair(40, 31, 3, false)
    guard case .uint8(let values) = output.samples else { return }
    let dark = Image(width: 40, height: 31, channels: 3, samples: .uint8(values.map { $0 / 3 }))
    let rules = ScoringRules(channels: .rgb, border: 0)
    let found = score(dark, against: target, rules, metrics: [.gtMeanPSNR, .gtMeanSSIM])
    #expect(abs(found.psnr - 8.50934503901967) < 1e-9)
    #expect(abs(try #require(found[.gtMeanPSNR]) - 31.684750236606828) < 1e-9)
    #expect(abs(try #require(found[.gtMeanSSIM]) - 0.9814470625135169) < 1e-11)
    // Black has no brightness to scale.
    let black = image(40, 31, 3) { _, _, _ in 0 }
    let none = score(black, against: target, rules, metrics: [.gtMeanPSNR])
    #expect(none[.gtMeanPSNR] == none.psnr)
  }

  @Test func meansAndDeviations() {
    let mean = MeanScore([
      Score(psnr: 30, ssim: 0.5, others: [.msssim: 0.25]), Score(psnr: .infinity, ssim: 1, others: [.msssim: .nan]),
      Score(psnr: 34, ssim: 0.75, others: [.msssim: 0.75]),
    ])
    #expect(mean[.psnr] == 32 && mean[.ssim] == 0.75 && mean[.msssim] == 0.5)
    #expect(mean.finiteCount(.psnr) == 2 && mean.finiteCount(.ssim) == 3 && mean.finiteCount(.msssim) == 2)
    #expect(abs(mean.deviation(.psnr) - 2.8284271247461903) < 1e-15 && mean.deviation(.ssim) == 0.25)
    #expect(mean[.gtMeanPSNR].isNaN && mean.others[.gtMeanPSNR] == nil)
    #expect(MeanScore([Score(psnr: 30, ssim: 0.5)]).deviation(.psnr).isNaN)
  }
}
