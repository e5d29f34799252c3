import RAMiTDatasets
import RAMiTImaging
import RAMiTMetrics
import RAMiTModels
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

@testable import RAMiTInference

/// How near tiles come to the whole, with trained weights, whose channel attention sees the whole image without them.
struct TilingTests {
  /// The mean difference of neighbours on both sides of the edges between tiles.
  private func seamEnergy(_ image: Tensor, every side: Int) -> Double {
    let (height, width) = (image.shape[0], image.shape[1])
    var sum = 0.0, count = 0
    func add(_ y: Int, _ x: Int, _ otherY: Int, _ otherX: Int) {
      for channel in 0..<3 {
        let a = image.pointer[(y * width + x) * 3 + channel], b = image.pointer[(otherY * width + otherX) * 3 + channel]
        sum += Double(abs(a - b))
      }
      count += 3
    }
    for x in stride(from: side, to: width, by: side) { for y in 0..<height { add(y, x - 1, y, x) } }
    for y in stride(from: side, to: height, by: side) { for x in 0..<width { add(y - 1, x, y, x) } }
    return sum / Double(count)
  }

  @Test(arguments: [256, 512]) func tilesOfTrainedWeightsAreNearTheWhole(side: Int) throws {
    let model = try PretrainedModel<BuiltInArchitecture>(weights: "x2", task: nil).model
    let (width, height) = testSize(0, full: 1) == 1 ? (1300, 1100) : (side + 90, side * 3 / 4)
    let pairs = ProceduralPairs(seed: 9, width: 2 * width, height: 2 * height, scale: 2, channels: 3)
    for number in 0..<testSize(1, full: 5) {
      let photo = try #require(pairs.pair(number).input)
      var restorer = Restorer(model)
      let whole = try restorer.restore(photo)
      restorer.tile = side
      let tiled = try restorer.restore(photo)
      #expect(tiled != whole)
      let psnr = score(tiled, against: whole, channels: .rgb, border: 0).psnr
      #expect(psnr > 50, "image \(number): \(psnr) dB")
      let ratio = seamEnergy(tiled.tensor(), every: 2 * side) / seamEnergy(whole.tensor(), every: 2 * side)
      #expect(ratio < 1.05, "image \(number): \(ratio) times the difference at the edges between tiles")
      print("tiles of \(side): image \(number) of \(width) x \(height): \(psnr) dB to the whole, seams \(ratio)")
    }
  }
}
