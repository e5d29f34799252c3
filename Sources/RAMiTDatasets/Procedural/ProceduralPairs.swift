import RAMiTImaging
import RAMiTTensorCore

/// Pairs of drawn images; they never end.
public struct ProceduralPairs: ImagePairs {
  private enum Purpose: UInt64 { case degradation = 0x6465_6772, noise }

  private let leaves: DeadLeaves
  private let seed: UInt64
  private let width, height: Int
  private let settings: PairSettings
  /// Nil where the images never end.
  public let count: Int?

  /// - Parameters:
  ///   - width: of the target.
  ///   - height: of the target.
  ///   - settings: the input is the target downscaled, darkened or rained on; for denoising there is none, and noise is
  ///     added later.
  ///   - count: an end, after which the images begin again; nil for none.
  public init(seed: UInt64, width: Int, height: Int, _ settings: PairSettings, count: Int? = nil) {
    leaves = DeadLeaves(seed: seed)
    self.seed = seed
    (self.width, self.height) = (width, height)
    self.settings = settings
    self.count = count
  }

  /// - Parameters:
  ///   - scale: above 1 the input is the target's bicubic downscaling; at 1 there is none, and noise is added later.
  ///   - channels: 3 for RGB, 1 for gray.
  public init(seed: UInt64, width: Int, height: Int, scale: Int, channels: Int, count: Int? = nil) {
    let settings = PairSettings(scale > 1 ? .superResolution : .denoising, scale: scale, channels: channels)
    self.init(seed: seed, width: width, height: height, settings, count: count)
  }

  /// What reports call the image of a number.
  public static func name(_ number: Int) -> String { "leaves-\(number)" }

  /// Draws the pair: equal seeds and numbers give equal pixels.
  public func pair(_ index: Int) -> ImagePair {
    let number = count.map { index % $0 } ?? index
    let drawn = leaves.image(number, width: width, height: height)
    let target = settings.channels == 1 ? drawn.grayscale() : drawn
    return ImagePair(name: Self.name(number), input: degraded(drawn, target, number), target: target)
  }

  private func degraded(_ drawn: Image, _ target: Image, _ number: Int) -> Image? {
    func random(_ purpose: Purpose) -> RandomNumbers {
      RandomNumbers(seed: seed, UInt64(number), purpose.rawValue)
    }
    var choice = random(.degradation)
    let image: Image
    switch settings.kind {
    case .superResolution: return bicubicDownscale(target, by: settings.scale)
    case .denoising: return nil
    case .lowLight: image = LowLight(random: &choice).applied(to: drawn, noise: random(.noise))
    case .deraining: image = Rain(random: &choice).applied(to: drawn, streaks: random(.noise))
    }
    return settings.channels == 1 ? image.grayscale() : image
  }
}
