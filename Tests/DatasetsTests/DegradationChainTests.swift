import Foundation
import RAMiTImaging
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

@testable import RAMiTDatasets

@Suite struct DegradationChainTests {
  private func stream(_ name: UInt64 = 0) -> (UInt64, UInt64) -> RandomNumbers {
    { RandomNumbers(seed: 3, name, $0, $1) }
  }

  private func result(
    _ degradation: Degradation, of image: Image, scale: Int = 1, name: UInt64 = 0
  ) throws -> [Double] {
    let chain = DegradationChain([.init(degradation)], scale: scale)
    let result = try chain.input(of: image, stream: stream(name))
    guard case .uint8(let values) = result.samples else { return [] }
    return values.map(Double.init)
  }

  private func levels(_ image: Image) -> [Double] {
    guard case .uint8(let values) = image.samples else { return [] }
    return values.map(Double.init)
  }

  private func gray(_ width: Int, _ height: Int, level: UInt8 = 120, channels: Int = 3) -> Image {
    Image(
      width: width, height: height, channels: channels,
      samples: .uint8([UInt8](repeating: level, count: width * height * channels)))
  }

  /// A point becomes a Gaussian of the given width, and no light is lost, at the edge either.
  @Test(arguments: [0.4, 1.0, 2.5]) func blurIsAGaussian(sigma: Double) throws {
    var values = [UInt8](repeating: 20, count: 41 * 33)
    values[16 * 41 + 20] = 220
    let point = Image(width: 41, height: 33, channels: 1, samples: .uint8(values))
    let blurred = try result(.blur(sigma: sigma...sigma), of: point)
    let reach = Int((3 * sigma).rounded(.up))
    let total = (-reach...reach).reduce(0) { $0 + exp(-Double($1 * $1) / (2 * sigma * sigma)) }
    for y in 0..<33 {
      for x in 0..<41 {
        let (dx, dy) = (Double(x - 20), Double(y - 16))
        let inside = abs(x - 20) <= reach && abs(y - 16) <= reach
        let light = inside ? 200 * exp(-(dx * dx + dy * dy) / (2 * sigma * sigma)) / (total * total) : 0
        #expect(abs(blurred[y * 41 + x] - 20 - light) <= 0.52, "\(x), \(y)")
      }
    }
    #expect(try result(.blur(sigma: sigma...sigma), of: gray(19, 11)) == levels(gray(19, 11)))
    #expect(try result(.blur(sigma: 1e-200...1e-200), of: point) == levels(point))
    #expect(try result(.blur(sigma: 0...0), of: drawn(1)) == levels(drawn(1)))
  }

  @Test func noiseHasItsDeviation() throws {
    for (number, gray) in [0.0, 1.0].enumerated() {
      let values = try result(.noise(sigma: 12...12, gray: gray), of: self.gray(96, 96), name: UInt64(number))
      let differences = values.map { $0 - 120 }
      let mean = differences.reduce(0, +) / Double(values.count)
      let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      #expect(abs(mean) < 0.6 && abs(variance.squareRoot() - 12) < 0.5)
      let alike = (0..<96 * 96).count { pixel in
        let (red, green, blue) = (values[pixel * 3], values[pixel * 3 + 1], values[pixel * 3 + 2])
        return red == green && red == blue
      }
      #expect(gray == 1 ? alike == 96 * 96 : alike < 96)
    }
  }

  /// Strengths are spread over the range, both ends of it are reached, and the chance of a step is kept.
  @Test func strengthsAreDrawnFromTheirRanges() throws {
    var deviations: [Double] = []
    var skipped = 0
    for name in 0..<200 {
      let values = try result(.noise(sigma: 4...24, gray: 0), of: gray(24, 24), name: UInt64(name))
      let squares = values.reduce(0) { $0 + ($1 - 120) * ($1 - 120) }
      deviations.append((squares / Double(values.count)).squareRoot())
      let chain = DegradationChain([.init(.noise(sigma: 9...9, gray: 0), probability: 0.25)], scale: 1)
      if try chain.input(of: gray(24, 24), stream: stream(UInt64(name))) == gray(24, 24) { skipped += 1 }
    }
    #expect(deviations.min()! < 5 && deviations.max()! > 23 && deviations.min()! > 3.5 && deviations.max()! < 26)
    #expect((125...175).contains(skipped), "\(skipped) of 200 were skipped, 150 expected")
    let qualities = Set(
      try (0..<40).map { try result(.jpeg(quality: 30...32), of: drawn(2), name: UInt64($0)) })
    #expect(qualities.count == 3)
  }

  @Test func jpegLosesMoreAtLowerQuality() throws {
    let photo = drawn(3)
    func error(_ quality: Int) throws -> Double {
      let after = try result(.jpeg(quality: quality...quality), of: photo)
      return zip(after, levels(photo)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(after.count)
    }
    let errors = try [100, 90, 60, 20].map(error)
    #expect(errors[0] < 3 && errors == errors.sorted() && errors[3] > 20)
    #expect(try result(.jpeg(quality: 90...90), of: photo.grayscale()).count == 64 * 48)
  }

  @Test(arguments: [2, 3, 4]) func downscalingIsTheProtocols(scale: Int) throws {
    #expect(try result(.downscale, of: drawn(4), scale: scale) == levels(bicubicDownscale(drawn(4), by: scale)))
  }

  /// Three steps round once: an image of 16 bits lies between them.
  @Test func roundingDoesNotAddUp() throws {
    let photo = drawn(5)
    let steps = [0.5, 0.6, 0.7].map { DegradationChain.Step(.blur(sigma: $0...$0)) }
    let once = try DegradationChain(steps, scale: 1).input(of: photo, stream: stream())
    var between = photo
    for step in steps { between = try DegradationChain([step], scale: 1).input(of: between, stream: stream()) }
    #expect(once.bitDepth == 8 && once != between)
    // A deviation of the three together, in float64.
    let sigma = (0.25 + 0.36 + 0.49).squareRoot()
    let direct = try result(.blur(sigma: sigma...sigma), of: photo)
    let error = zip(levels(once), direct).map { abs($0 - $1) }.reduce(0, +) / Double(direct.count)
    #expect(error < 1.2)
  }

  /// What is cropped for a patch is larger; both images of the sample are the same part of it, and the input does not
  /// see the crop's edges.
  @Test(arguments: [1, 2, 3]) func samplesAreCutFromTheInside(scale: Int) throws {
    let pairs = ProceduralPairs(seed: 4, width: 240, height: 200, PairSettings(.denoising))
    var settings = PatchSettings(patch: 24, scale: scale, flip: false, rotate: false)
    settings.degradations = DegradationChain(
      scale > 1 ? [.init(.downscale)] : [.init(.blur(sigma: 0...0))], scale: scale)
    let sampler = PatchSampler(pairs, settings, seed: 9)
    var samples: [Tensor] = []
    for index in 0..<6 {
      let sample = try sampler.sample(pair: index, epoch: 0, index: index)
      #expect(sample.input.shape == [24, 24, 3] && sample.target.shape == [24 * scale, 24 * scale, 3])
      let alone = scale > 1 ? bicubicDownscale(Image(sample.target), by: scale).tensor() : sample.target
      for y in 3..<21 {
        for i in 9..<63 { #expect(abs(sample.input.pointer[y * 72 + i] - alone.pointer[y * 72 + i]) < 1.1 / 255) }
      }
      samples.append(sample.input)
      #expect(try sampler.sample(pair: index, epoch: 0, index: index).input.array == sample.input.array)
    }
    let other = try PatchSampler(pairs, settings, seed: 10).sample(pair: 0, epoch: 0, index: 0)
    #expect(other.input.array != samples[0].array)
  }

  @Test func pairsAreWrittenAsTheyAreMade() throws {
    let folder = try TemporaryFolder()
    for number in 0..<3 { try folder.write(drawn(number), "photos/\(number).png") }
    let chain = DegradationChain([.init(.downscale), .init(.noise(sigma: 5...20, gray: 0.5))], scale: 2)
    let count = try DegradedPairs.write(
      photosOf: folder.path + "/photos", chain, channels: 3, seed: 7, to: folder.path + "/out")
    #expect(count == 3)
    let written = try PhotoPairs.testSet(folder.path + "/out", scale: 2, channels: 3, cache: PhotoCache(bytes: 0))
    let targets = try PhotoPairs.folder(folder.path + "/photos", scale: 1, channels: 3, cache: PhotoCache(bytes: 0))
    let made = DegradedPairs(targets, chain, seed: 7)
    for number in 0..<3 {
      #expect(try written.pair(number).input == made.pair(number).input)
      #expect(try written.pair(number).target == drawn(number))
      #expect(try made.pair(number + 3).input == made.pair(number).input)
    }
    #expect(try made.pair(0).input != DegradedPairs(targets, chain, seed: 8).pair(0).input)
    try folder.write(
      Image(width: 1, height: 9, channels: 3, samples: .uint8([UInt8](repeating: 0, count: 27))), "tiny/a.png")
    let message = folder.message {
      _ = try DegradedPairs.write(
        photosOf: folder.path + "/tiny", chain, channels: 3, seed: 7, to: folder.path + "/tiny-out")
    }
    #expect(message.contains("a: expected an image of at least 2 x 2 pixels"))
  }
}
