/// What a model restores: the seven tasks of the paper, under the names that its checkpoints and tables use.
public enum RestorationTask: String, Codable, CaseIterable, Sendable {
  /// Super-resolution by 2, 3 and 4 (bicubic degradation).
  case x2, x3, x4
  /// Blind Gaussian denoising, colour and grayscale.
  case dn, graydn
  /// Low-light enhancement.
  case lle
  /// Deraining.
  case dr

  /// What has happened to an image, of any size and colours: what data sets differ by.
  public enum Kind: String, CaseIterable, Codable, Sendable {
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

  /// What data sets call the task: all scales and colours of it alike.
  public var kind: Kind {
    switch self {
    case .x2, .x3, .x4: .superResolution
    case .dn, .graydn: .denoising
    case .lle: .lowLight
    case .dr: .deraining
    }
  }

  /// How many times larger the output is, per side.
  public var scale: Int {
    switch self {
    case .x2: 2
    case .x3: 3
    case .x4: 4
    case .dn, .graydn, .lle, .dr: 1
    }
  }

  /// The image's channels: 1 or 3.
  public var channels: Int { self == .graydn ? 1 : 3 }

  /// Whether the output is larger than the input.
  public var isSuperResolution: Bool { kind == .superResolution }
  /// The input is made by adding Gaussian noise to the target.
  public var isDenoising: Bool { kind == .denoising }
}
