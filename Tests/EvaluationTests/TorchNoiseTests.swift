import Foundation
import RAMiTSerialization
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

@testable import RAMiTEvaluation

struct TorchNoiseTests {
  /// The first outputs for the seed 5489, and the 10,000th, which the C++ standard (26.6.6) requires.
  @Test func mersenneTwisterAsPublished() {
    var twister = MersenneTwister(seed: 5489)
    let first = (0..<5).map { _ in twister.next() }
    #expect(first == [3_499_211_612, 581_869_302, 3_890_346_734, 3_586_334_585, 545_404_204])
    for _ in 5..<9_999 { _ = twister.next() }
    #expect(twister.next() == 4_123_659_995)
  }

  /// Fewer than 16 numbers come pair by pair.
  @Test func fewNumbers() {
    expect(
      TorchNoise.normal(count: 3, seed: 0), [1.5409960746765137, -0.293428897857666, -2.1787893772125244])
    expect(
      TorchNoise.normal(count: 5, seed: 7),
      [-0.1467950940132141, 0.7861412763595581, 0.9468216300010681, -1.1143440008163452, 1.6907901763916016])
    #expect(TorchNoise.normal(count: 0, seed: 0).isEmpty)
  }

  /// The last 16 of 20 are drawn again.
  @Test func blocksAndTheRest() {
    expect(
      TorchNoise.normal(count: 20, seed: 0),
      [
        -1.1258398294448853, -1.152360200881958, -0.2505785822868347, -0.4338788092136383, 0.5988394618034363,
        -1.5550950765609741, -0.3413603901863098, 1.85300612449646, 0.46809640526771545, -0.1577124446630478,
        1.4436601400375366, 0.26604941487312317, 1.3893661499023438, 1.586334228515625, 0.946298360824585,
        -0.843676745891571, 0.9318265914916992, 1.2590092420578003, 2.0049805641174316, 0.05373690277338028,
      ])
  }

  @Test(.needsReference)
  func reference() throws {
    let golden = try SafeTensors.read(referenceFile("golden/torch_randn.safetensors"))
    for (name, seed, count) in [
      ("seed0.1x16x16", UInt32(0), 256), ("seed0.1x5x3", 0, 15), ("seed0.2x3", 0, 6), ("seed0.3x37x41", 0, 4551),
      ("seed7.3x37x41", 7, 4551),
    ] {
      expect(TorchNoise.normal(count: count, seed: seed), try #require(golden[name]).array)
    }
    let photo = TorchNoise.normal(count: 3 * 321 * 481, seed: 0)
    expect(Array(photo.prefix(2000)), try #require(golden["seed0.3x321x481"]).array)
    expect(Array(photo.suffix(2000)), try #require(golden["seed0.3x321x481.last"]).array)
  }

  /// Channels come one after the other in the noise, and pixel by pixel in the image.
  @Test func noiseOfAnImage() {
    let image = Tensor(repeating: 0.5, [2, 4, 3])
    let noise = TorchNoise.normal(count: 24, seed: 0)
    let noisy = image.addingPublishedNoise(sigma: 51).array
    for pixel in 0..<8 {
      for channel in 0..<3 {
        let expected = 0.5 + noise[channel * 8 + pixel] * 0.2
        #expect(abs(noisy[pixel * 3 + channel] - expected) < 1e-6)
      }
    }
    #expect(image.addingPublishedNoise(sigma: 0).array == image.array)
  }

  private func expect(_ values: [Float], _ expected: [Float], sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(values.count == expected.count, sourceLocation: sourceLocation)
    let error = zip(values, expected).map { abs($0 - $1) }.max() ?? 0
    #expect(error <= 1e-6, sourceLocation: sourceLocation)
  }
}
