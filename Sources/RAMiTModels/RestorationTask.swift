/// The seven tasks of the paper, under the names that its checkpoints and tables use.
public enum RestorationTask: String, Codable, CaseIterable, Sendable {
  /// Super-resolution by 2, 3 and 4 (bicubic degradation).
  case x2, x3, x4
  /// Blind Gaussian denoising, colour and grayscale.
  case dn, graydn
  /// Low-light enhancement.
  case lle
  /// Deraining.
  case dr

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

  public var isSuperResolution: Bool { scale > 1 }
  /// The input is made by adding Gaussian noise to the target.
  public var isDenoising: Bool { self == .dn || self == .graydn }
}
