import RAMiTImaging
import RAMiTTensorCore

/// Degradations one after the other: how the input is made from a target.
///
/// Between them the image has 16 bits, so that rounding does not add up; the result has 8, as a file would.
public struct DegradationChain: Equatable, Sendable {
  /// A degradation, and how often it happens.
  public struct Step: Equatable, Sendable {
    /// What happens.
    public var degradation: Degradation
    /// How often, 0 to 1.
    public var probability: Double

    /// Always, unless a probability is given.
    public init(_ degradation: Degradation, probability: Double = 1) {
      self.degradation = degradation
      self.probability = probability
    }
  }

  /// In the order in which they happen.
  public let steps: [Step]
  /// How many times smaller the result is, per side.
  public let scale: Int

  /// What is cut from a crop after it was degraded, in pixels of the input: no patch sees the crop's edges, and the
  /// blocks of a JPEG begin anywhere in it.
  static let margin = (least: 8, places: 16)

  /// - Precondition: with a scale above 1 one step is `downscale`, which always happens; else none is.
  public init(_ steps: [Step], scale: Int) {
    let downscales = steps.filter { $0.degradation == .downscale }
    precondition(
      scale > 1 ? downscales.count == 1 && downscales[0].probability == 1 : downscales.isEmpty,
      "\(downscales.count) steps that downscale, for the scale \(scale)")
    self.steps = steps
    self.scale = scale
  }

  /// The side of the part of a target from which a patch of the input is made.
  package func cropSide(patch: Int) -> Int { (patch + 2 * Self.margin.least + Self.margin.places) * scale }

  /// The input for a target, whose right columns and lower rows do not count when they do not fill a pixel.
  /// - Parameter stream: random numbers by the step and their purpose; equal numbers give the same pixels.
  func input(of target: Image, stream: (_ step: UInt64, _ purpose: UInt64) -> RandomNumbers) throws -> Image {
    var image = target
    for (number, step) in steps.enumerated() {
      let number = UInt64(number)
      var chance = stream(number, 2)
      guard step.probability == 1 || Double(chance.uniform()) < step.probability else { continue }
      image = try step.degradation.applied(to: image, scale: scale) { stream(number, $0) }
    }
    return image.with8Bits
  }
}

extension Image {
  /// Rounded to 8 bits a sample.
  var with8Bits: Image {
    var settings = PairSettings(.denoising, channels: channels == 1 ? 1 : 3)
    settings.depth = .rounded
    return converted(to: settings)
  }
}
