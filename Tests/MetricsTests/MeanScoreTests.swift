import RAMiTMetrics
import Testing

struct MeanScoreTests {
  @Test func imagesWithoutAnyErrorAreCounted() {
    let exact = Score(psnr: .infinity, ssim: 1)
    let mean = MeanScore([Score(psnr: 30, ssim: 0.5), exact, Score(psnr: 32, ssim: 0.75)])
    #expect(mean.psnr == 31 && mean.ssim == 0.75 && mean.infinite == 1 && mean.count == 3)
    #expect(MeanScore([exact, exact]).psnr == .infinity)
    #expect(MeanScore([Score(psnr: 30, ssim: 0.5)]).infinite == 0)
    #expect(MeanScore([]).psnr.isNaN && MeanScore([]).ssim.isNaN)
  }
}
