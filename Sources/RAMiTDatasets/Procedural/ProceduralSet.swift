import RAMiTDiagnostics
import RAMiTImaging
import RAMiTParallel
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
  public func write(
    count: Int, to folder: String, progress: (_ done: Int, _ count: Int) -> Void = { _, _ in }
  ) throws {
    let digits = max(String(count).count, 4)
    for start in stride(from: 0, to: count, by: 16) {
      let part = Array(start..<min(start + 16, count))
      let results = parallelMap(part) { index in
        let number = String(index + 1)
        let name = String(repeating: "0", count: digits - number.count) + number
        return Result { try write(index, name: name, to: folder) }
      }
      for result in results { try result.get() }
      progress(start + part.count, count)
    }
  }

  private func write(_ index: Int, name: String, to folder: String) throws {
    let pair = pairs.pair(index)
    let (target, input): (String, String) =
      settings.scale > 1
      ? ("HR/\(name)", "LR_bicubic/X\(settings.scale)/\(name)x\(settings.scale)") : ("HQ/\(name)", "LQ/\(name)")
    try writePNG(pair.target, to: "\(folder)/\(target).png")
    try writePNG(pair.input ?? noisy(pair.target, index), to: "\(folder)/\(input).png")
  }

  private func noisy(_ target: Image, _ index: Int) -> Image {
    var level = RandomNumbers(seed: seed, UInt64(index), Self.noiseLevel)
    let sigma = Double(level.uniform(0, 50))
    return Image(target.tensor().addingNoise(sigma: sigma, RandomNumbers(seed: seed, UInt64(index), Self.noise)))
  }
}
