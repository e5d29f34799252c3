import RAMiTImaging
import RAMiTMetrics
import Testing

/// PSNR and SSIM against the reference implementation of the field (OpenCV and NumPy, in double precision).
@Suite struct ScoreTests {
  private static let width = 40, height = 36

  private func image(_ sample: (_ x: Int, _ y: Int, _ c: Int) -> Int) -> Image {
    var bytes: [UInt8] = []
    for y in 0..<Self.height {
      for x in 0..<Self.width {
        for c in 0..<3 { bytes.append(UInt8(min(max(sample(x, y, c), 0), 255))) }
      }
    }
    return Image(width: Self.width, height: Self.height, channels: 3, samples: .uint8(bytes))
  }

  private func rough(_ x: Int, _ y: Int, _ c: Int) -> Int { (37 * x + 59 * y + 101 * c + 13 * x * y) % 256 }
  private func smooth(_ x: Int, _ y: Int, _ c: Int) -> Int { (3 * x + 2 * y + 40 * c) % 256 }
  private func noise(_ x: Int, _ y: Int, _ c: Int) -> Int { (x * y + c) % 7 - 3 }

  @Test(arguments: [
    (true, 0, 42.03248891330088, 0.9996212788313338, 45.26528896933552, 0.999037754334628),
    (true, 2, 42.074224765842196, 0.9996213291841909, 45.492944863912044, 0.9990454381903527),
    (false, 0, 41.994146876383056, 0.9674877390746136, 45.22534195482925, 0.9827044574484793),
    (false, 2, 42.023733843337425, 0.9675661733058756, 45.44756290453873, 0.9828240928703712),
  ])
  func scores(isRough: Bool, border: Int, psnr: Double, ssim: Double, lumaPSNR: Double, lumaSSIM: Double) {
    let base = isRough ? rough : smooth
    let clean = image(base), noisy = image { base($0, $1, $2) + noise($0, $1, $2) }
    let rgb = score(noisy, against: clean, channels: .rgb, border: border)
    #expect(abs(rgb.psnr - psnr) < 1e-9 && abs(rgb.ssim - ssim) < 1e-9, "\(rgb)")
    let luma = score(noisy, against: clean, channels: .luma, border: border)
    #expect(abs(luma.psnr - lumaPSNR) < 1e-9 && abs(luma.ssim - lumaSSIM) < 1e-9, "\(luma)")
  }

  @Test func equalImages() {
    let same = score(image(rough), against: image(rough), channels: .rgb, border: 0)
    #expect(same.psnr == .infinity && abs(same.ssim - 1) < 1e-12)
  }

  /// SSIM's window of 11 x 11 does not fit: there is no value.
  @Test func smallImages() {
    func gray(_ level: UInt8) -> Image {
      Image(width: 8, height: 20, channels: 1, samples: .uint8([UInt8](repeating: level, count: 160)))
    }
    #expect(score(gray(1), against: gray(1), channels: .rgb, border: 0) == Score(psnr: .infinity, ssim: 1))
    let other = score(gray(1), against: gray(2), channels: .rgb, border: 0)
    #expect(abs(other.psnr - 48.1308036086791) < 1e-9 && other.ssim.isNaN)
  }

  @Test func imagesWithoutAnyErrorAreCounted() {
    let exact = Score(psnr: .infinity, ssim: 1)
    let mean = MeanScore([Score(psnr: 30, ssim: 0.5), exact, Score(psnr: 32, ssim: 0.75)])
    #expect(mean.psnr == 31 && mean.ssim == 0.75 && mean.infinite == 1 && mean.count == 3)
    #expect(MeanScore([exact, exact]).psnr == .infinity)
    #expect(MeanScore([Score(psnr: 30, ssim: 0.5)]).infinite == 0)
    #expect(MeanScore([]).psnr.isNaN && MeanScore([]).ssim.isNaN)
  }
}
