/// What is to be undone in an image, as far as data sets differ by it.
public enum TaskKind: String, CaseIterable, Codable, Sendable {
  /// The input is smaller; where no file holds it, bicubic downscaling makes it.
  case superResolution
  /// The input is the target with Gaussian noise, which is added to crops.
  case denoising
  /// The input is a dark photo of its own.
  case lowLight
  /// The input is a photo with rain, of its own.
  case deraining

  /// Inputs come from files: photos cannot be darkened or rained on in the way that the sets were.
  public var needsInputFiles: Bool { self == .lowLight || self == .deraining }
}

/// What pairs are wanted for.
public struct PairSettings: Equatable, Sendable {
  public var kind: TaskKind
  /// How many times larger the target is, per side.
  public var scale: Int
  /// 3 for RGB, 1 for gray; images are converted.
  public var channels: Int

  public init(_ kind: TaskKind, scale: Int = 1, channels: Int = 3) {
    precondition(scale > 0 && (channels == 1 || channels == 3), "no pairs with scale \(scale) and \(channels) channels")
    self.kind = kind
    self.scale = scale
    self.channels = channels
  }
}
