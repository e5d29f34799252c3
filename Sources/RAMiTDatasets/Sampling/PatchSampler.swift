import RAMiTImaging
import RAMiTTensorCore

/// How a training sample is cropped from a pair of images.
public struct PatchSettings: Equatable, Sendable {
  /// The side of the input patch; the target's is `scale` times that.
  public var patch, scale: Int
  /// Mirrors half of the patches, at random.
  public var flip: Bool
  /// Rotates patches by 0 to 3 quarter turns, at random.
  public var rotate: Bool
  /// The range of the added noise's standard deviation, of 255; nil adds none.
  public var noise: ClosedRange<Double>?
  /// How inputs are made from crops of the targets; nil where pairs have them, or noise makes them.
  public var degradations: DegradationChain?

  /// - Parameter noise: of 255; each patch draws a standard deviation of its own from it.
  public init(patch: Int, scale: Int, flip: Bool = true, rotate: Bool = true, noise: ClosedRange<Double>? = nil) {
    self.patch = patch
    self.scale = scale
    self.flip = flip
    self.rotate = rotate
    self.noise = noise
  }
}

/// A sample before it is a part of a batch: crops of a pair, and what is done to them.
package struct Patches {
  let pair: ImagePair
  /// How both are turned and mirrored.
  let symmetry: Symmetry
  /// What is added to the input.
  let noise: (sigma: Double, random: RandomNumbers)?

  /// What the input is made of: its own file or, where noise makes it, the target.
  var input: Image { pair.input ?? pair.target }
}

/// Crops random patches from pairs, alike in both images of a pair.
///
/// A sample depends on the seed, the epoch and its index alone.
public struct PatchSampler: Sendable {
  private enum Purpose: UInt64 { case crop, augmentation, noiseLevel, noise, place, degradation }

  package let settings: PatchSettings
  private let pairs: any ImagePairs
  private let seed: UInt64

  /// - Parameters:
  ///   - pairs: of the settings' scale; targets alone where the settings have degradations.
  ///   - seed: with the epoch and the index it decides every random choice.
  public init(_ pairs: any ImagePairs, _ settings: PatchSettings, seed: UInt64) {
    self.pairs = pairs
    self.settings = settings
    self.seed = seed
  }

  /// - Parameters:
  ///   - pair: the number of the pair to crop.
  ///   - index: the sample's place in the epoch, before shuffling.
  /// - Throws: `InputError` that names the file.
  package func patches(pair: Int, epoch: Int, index: Int) throws -> Patches {
    let sample = Sample(pair: pair, epoch: epoch, index: index)
    return try patches(of: sample, crop(sample))
  }

  /// What decides a sample.
  struct Sample {
    /// The number of the pair to crop.
    let pair: Int
    /// Its place in the epoch is the one before shuffling.
    let epoch, index: Int
  }

  /// What the pair of a number is opened from; see `ImagePairs.source`.
  func source(pair: Int) -> Int? { pairs.source(pair) }

  /// The crop of a sample.
  /// - Throws: `InputError` that names the file.
  func crop(_ sample: Sample) throws -> ImagePair {
    try pairs.crop(sample.pair, patch: cropped.side, scale: cropped.scale) { place(of: sample, $0, $1) }
  }

  /// The crops of samples whose pairs have the same source.
  /// - Throws: `InputError` that names the file; `crop` may still give some of the crops.
  func crops(_ samples: [Sample]) throws -> [ImagePair] {
    let choices = samples.map { sample in
      { (columns: Int, rows: Int) in place(of: sample, columns, rows) }
    }
    return try pairs.crops(samples[0].pair, patch: cropped.side, scale: cropped.scale, at: choices)
  }

  /// What is cropped from a pair: the patch, or the part of the target from which it is made.
  private var cropped: (side: Int, scale: Int) {
    settings.degradations.map { ($0.cropSide(patch: settings.patch), 1) } ?? (settings.patch, settings.scale)
  }

  private func place(of sample: Sample, _ columns: Int, _ rows: Int) -> (x: Int, y: Int) {
    var random = random(.crop, sample)
    return (random.below(columns), random.below(rows))
  }

  /// A sample from its crop.
  /// - Throws: `InputError` when there is no memory for its degradation.
  func patches(of sample: Sample, _ crop: ImagePair) throws -> Patches {
    let crop = try settings.degradations.map { try degraded(crop, $0, sample) } ?? crop
    var choice = random(.augmentation, sample)
    let flips = choice.below(2) == 1 && settings.flip
    let turns = settings.rotate ? choice.below(4) : 0
    let noise = settings.noise.map { range in
      var level = random(.noiseLevel, sample)
      return (sigma: level.uniform(in: range), random: random(.noise, sample))
    }
    return Patches(pair: crop, symmetry: Symmetry(flips: flips, quarterTurns: turns), noise: noise)
  }

  /// The patch from the inside of a larger crop of the target.
  private func degraded(_ crop: ImagePair, _ chain: DegradationChain, _ sample: Sample) throws -> ImagePair {
    let input = try chain.input(of: crop.target) { step, purpose in
      RandomNumbers(
        seed: seed, UInt64(sample.epoch), UInt64(sample.index), Purpose.degradation.rawValue, step, purpose)
    }
    var choice = random(.place, sample)
    let (patch, scale, margin) = (settings.patch, settings.scale, DegradationChain.margin)
    let x = margin.least + choice.below(margin.places), y = margin.least + choice.below(margin.places)
    return ImagePair(
      name: crop.name, input: input.cropped(x: x, y: y, width: patch, height: patch),
      target: crop.target.cropped(x: x * scale, y: y * scale, width: patch * scale, height: patch * scale))
  }

  private func random(_ purpose: Purpose, _ sample: Sample) -> RandomNumbers {
    RandomNumbers(seed: seed, UInt64(sample.epoch), UInt64(sample.index), purpose.rawValue)
  }
}
