import RAMiTDatasets
import RAMiTImaging
import RAMiTTensorCore
import Testing

/// Two images whose values say where they come from: red is x, green is y of the input's pixel; blue is the pair's
/// number.
private struct MapPairs: ImagePairs {
  let scale: Int
  let width: Int
  let height: Int
  var count: Int? { 3 }

  func pair(_ index: Int) -> ImagePair {
    func image(_ scale: Int) -> Image {
      var samples: [UInt8] = []
      for y in 0..<height * scale {
        for x in 0..<width * scale { samples += [UInt8(x / scale), UInt8(y / scale), UInt8(index % 3)] }
      }
      return Image(width: width * scale, height: height * scale, channels: 3, samples: .uint8(samples))
    }
    return ImagePair(name: "map", input: image(1), target: image(scale))
  }
}

@Suite struct SamplingTests {
  private func level(_ tensor: Tensor, _ y: Int, _ x: Int, _ channel: Int) -> Int {
    Int((tensor.pointer[(y * tensor.shape[1] + x) * 3 + channel] * 255).rounded())
  }

  @Test(arguments: [1, 2, 3, 4]) func cropsAreAligned(scale: Int) throws {
    let sampler = PatchSampler(
      MapPairs(scale: scale, width: 23, height: 17), PatchSettings(patch: 9, scale: scale), seed: 1)
    var turned = 0
    for index in 0..<40 {
      let sample = try sampler.sample(pair: index, epoch: 0, index: index)
      #expect(sample.input.shape == [9, 9, 3] && sample.target.shape == [9 * scale, 9 * scale, 3])
      for (y, x) in [(0, 0), (0, 8), (8, 0), (3, 5)] {
        for channel in 0..<3 {
          let input = level(sample.input, y, x, channel)
          #expect(level(sample.target, y * scale, x * scale, channel) == input)
          #expect(level(sample.target, y * scale + scale - 1, x * scale + scale - 1, channel) == input)
        }
      }
      if level(sample.input, 0, 0, 0) == level(sample.input, 0, 8, 0) { turned += 1 }
    }
    #expect((10...30).contains(turned), "\(turned) of 40 have x running down")
  }

  /// The input of a crop is what downscaling the crop's surroundings gives: away from the edge, the crop alone gives it
  /// too. Not when it is turned: rows are rounded before columns.
  @Test func aCropsInputIsItsTargetsDownscaling() throws {
    let pairs = ProceduralPairs(seed: 4, width: 128, height: 128, scale: 2, channels: 3)
    let sampler = PatchSampler(pairs, PatchSettings(patch: 40, scale: 2, rotate: false), seed: 9)
    for index in 0..<6 {
      let sample = try sampler.sample(pair: index, epoch: 0, index: index)
      let alone = bicubicDownscale(Image(sample.target), by: 2).tensor()
      for y in 4..<36 {
        for x in 4..<36 {
          for channel in 0..<3 {
            #expect(level(alone, y, x, channel) == level(sample.input, y, x, channel))
          }
        }
      }
    }
  }

  @Test func everyCropIsReached() throws {
    let sampler = PatchSampler(
      MapPairs(scale: 2, width: 6, height: 5), PatchSettings(patch: 4, scale: 2, flip: false, rotate: false), seed: 2)
    var seen: Set<[Int]> = []
    for index in 0..<200 {
      let sample = try sampler.sample(pair: 0, epoch: 3, index: index)
      seen.insert([level(sample.input, 0, 0, 0), level(sample.input, 0, 0, 1)])
    }
    #expect(seen.count == 6)
  }

  @Test func noiseIsBlindGaussianAndNotClipped() throws {
    let pairs = ProceduralPairs(seed: 1, width: 80, height: 80, scale: 1, channels: 1)
    let sampler = PatchSampler(pairs, PatchSettings(patch: 64, scale: 1, noise: 0...50), seed: 3)
    var sigmas: [Double] = []
    var outside = false
    for index in 0..<60 {
      let sample = try sampler.sample(pair: index, epoch: 0, index: index)
      let difference = zip(sample.input.array, sample.target.array).map { Double($0 - $1) * 255 }
      let mean = difference.reduce(0, +) / 4096
      sigmas.append((difference.reduce(0) { $0 + $1 * $1 } / 4096).squareRoot())
      let limit: Double = 4 * 50 / 64
      #expect(abs(mean) < limit)
      if sample.input.array.contains(where: { $0 < 0 || $0 > 1 }) { outside = true }
    }
    #expect(outside)
    #expect(sigmas.allSatisfy { $0 < 52 } && sigmas.min()! < 8 && sigmas.max()! > 42)
    let mean = sigmas.reduce(0, +) / 60
    #expect(abs(mean - 25) < 7)
  }

  @Test func aSampleDependsOnSeedEpochAndIndexAlone() throws {
    func sample(_ seed: UInt64, _ epoch: Int, _ index: Int) throws -> [Float] {
      let pairs = ProceduralPairs(seed: 7, width: 96, height: 96, scale: 1, channels: 3)
      let settings = PatchSettings(patch: 16, scale: 1, noise: 0...50)
      return try PatchSampler(pairs, settings, seed: seed).sample(pair: 5, epoch: epoch, index: index).input.array
    }
    let first = try sample(1, 2, 3)
    #expect(try sample(1, 2, 3) == first)
    #expect(try sample(2, 2, 3) != first)
    #expect(try sample(1, 3, 3) != first)
    #expect(try sample(1, 2, 4) != first)
  }

  @Test func anEpochHasEverySampleOnceInItsOwnOrder() throws {
    // Blue is the pair's number: in 9 samples of 3 pairs each comes thrice; in epochs of 2 the pairs take turns.
    func pairsSeen(samplesPerEpoch: Int, batch: Int, iterations: Range<Int>) throws -> [Int] {
      let sampler = PatchSampler(
        MapPairs(scale: 1, width: 8, height: 8), PatchSettings(patch: 8, scale: 1), seed: 1)
      let samples = TrainingSamples(sampler, samplesPerEpoch: samplesPerEpoch, batch: batch, seed: 1)
      return try iterations.flatMap { iteration in
        let batch = try samples.batch(iteration: iteration).input
        return (0..<batch.shape[0]).map { level(batch.slice($0..<$0 + 1).reshaped([8, 8, 3]), 0, 0, 2) }
      }
    }
    let first = try pairsSeen(samplesPerEpoch: 9, batch: 3, iterations: 0..<3)
    let second = try pairsSeen(samplesPerEpoch: 9, batch: 3, iterations: 3..<6)
    #expect(first.sorted() == [0, 0, 0, 1, 1, 1, 2, 2, 2] && second.sorted() == first.sorted())
    #expect(first != second)
    #expect(try pairsSeen(samplesPerEpoch: 2, batch: 2, iterations: 0..<3).sorted() == [0, 0, 1, 1, 2, 2])
  }
}
