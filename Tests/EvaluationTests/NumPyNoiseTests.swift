import Foundation
import RAMiTFiles
import RAMiTTensorCore
import Testing

@testable import RAMiTEvaluation

/// `numpy.random.seed` and `numpy.random.normal`, bit for bit: values and SHA-256 of NumPy 2.4's arrays.
struct NumPyNoiseTests {
  @Test func standardNormalNumbers() {
    var noise = NumPyNoise(seed: 7)
    #expect(
      (0..<3).map { _ in noise.next() } == [
        0x1.b0c64ae2deb29p+0, -0x1.dd1eafa1d414dp-2, 0x1.0cdcdf34c3aedp-5,
      ])
  }

  /// `normal(0, 25 / 255, (37, 41, 3))` after seed 0.
  @Test func normalNumbers() {
    var noise = NumPyNoise(seed: 0)
    let values = (0..<37 * 41 * 3).map { _ in 25 / 255 * noise.next() }
    #expect(values.prefix(2) == [0x1.6231ac954df18p-3, 0x1.416193d2cf841p-5])
    #expect(values.last == -0x1.bd371914f6897p-5)
    #expect(
      values.withUnsafeBytes { SHA256.hex($0) } == "e0fe514de5174f84ceddb011ff807685fa290f36a52606cfc33fa8fb86815d0c")
  }

  /// `image += normal(0, 25 / 255, image.shape)` of a float32 image of 8-bit levels, in RGB and in BGR.
  @Test(arguments: [
    (NoiseSource.numpy, "1700babfabe2825234fed1fccb9b8eb259b49086b1e6e6a3127a72b5d2df7798"),
    (.numpyBGR, "0494acee7ee1891c1e1baa45a38a3acf12c4a56cd3a480d85c3de20e8ca76e6b"),
  ])
  func noiseOfAnImage(source: NoiseSource, hash: String) {
    let image = Tensor((0..<60).map { Float($0 * 4 % 256) / 255 }, [5, 4, 3])
    let noisy = source.added(to: image, sigma: 25).array
    #expect(noisy.withUnsafeBytes { SHA256.hex($0) } == hash)
  }

  @Test func theDefaultIsPyTorchs() {
    let image = Tensor(repeating: 0.5, [6, 5, 3])
    #expect(EvaluationProtocol.paper.noise == .torch && EvaluationProtocol(.basicSR).noise == .numpy)
    #expect(NoiseSource.torch.added(to: image, sigma: 25).array == image.addingPublishedNoise(sigma: 25).array)
  }
}
