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

/// How many bits of a sample are used.
public enum SampleDepth: Sendable {
  /// All that the file has.
  case asStored
  /// 8, the nearest of them.
  case rounded
  /// The upper 8: what OpenCV, which the published scores were made with, reads where it is asked for 8.
  case upperBits
}

/// What pairs are wanted for.
public struct PairSettings: Equatable, Sendable {
  public var kind: TaskKind
  /// How many times larger the target is, per side.
  public var scale: Int
  /// 3 for RGB, 1 for gray; images are converted.
  public var channels: Int
  /// What becomes of images of 16 bits.
  public var depth = SampleDepth.asStored
  /// Takes images in another format than most, and converts them; without it they are faults.
  public var convertsImages = false

  public init(_ kind: TaskKind, scale: Int = 1, channels: Int = 3) {
    precondition(scale > 0 && (channels == 1 || channels == 3), "no pairs with scale \(scale) and \(channels) channels")
    self.kind = kind
    self.scale = scale
    self.channels = channels
  }
}
