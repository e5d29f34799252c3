import RAMiTImaging
import RAMiTTensorCore

/// Writes drawn pairs as files: a set for any task that needs nothing from elsewhere.
public struct ProceduralSet: Sendable {
  private static let noiseLevel: UInt64 = 0x6c65_7665, noise: UInt64 = 0x6e6f_6973

  private let pairs: ProceduralPairs
  private let settings: PairSettings
  private let seed: UInt64

  /// - Parameters:
  ///   - width: of the targets.
  ///   - height: of the targets.
  public init(seed: UInt64, width: Int, height: Int, _ settings: PairSettings) {
    pairs = ProceduralPairs(seed: seed, width: width, height: height, settings)
    self.settings = settings
    self.seed = seed
  }

  /// Writes `HR` and `LR_bicubic/X2`, or `HQ` and `LQ`, as PNG, on all threads.
  ///
  /// The noise of a denoising set is blind: its deviation is uniform in 0 to 50 of 255 for each image, and it is
  /// clipped to the levels of a file, as it is not in training.
  /// - Parameter overwrites: whether files of another content that are there are replaced.
  /// - Throws: `InputError` that names a file.
  public func write(
    count: Int, to folder: String, overwrites: Bool = false, progress: (_ done: Int, _ count: Int) -> Void = { _, _ in }
  ) throws {
    let set = PreparedSet(folder, overwrites: overwrites), digits = max(String(count).count, 4)
    try writeOnAllThreads(count, progress: progress) { index in
      let number = String(index + 1)
      let name = String(repeating: "0", count: digits - number.count) + number
      let pair = pairs.pair(index)
      try set.write(
        target: pair.target, input: pair.input ?? noisy(pair.target, index), scale: settings.scale, named: name)
    }
  }

  private func noisy(_ target: Image, _ index: Int) -> Image {
    var level = RandomNumbers(seed: seed, UInt64(index), Self.noiseLevel)
    let sigma = Double(level.uniform(0, 50))
    return Image(target.tensor().addingNoise(sigma: sigma, RandomNumbers(seed: seed, UInt64(index), Self.noise)))
  }
}
