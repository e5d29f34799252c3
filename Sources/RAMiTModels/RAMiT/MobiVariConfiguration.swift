import RAMiTKernels

/// Which MobiVari, and its hyper-parameters outside the bottleneck and H-RAMi.
public struct MobiVariConfiguration: Codable, Equatable, Sendable {
  /// 2 expands the channels first; 1 does not (RAMiT-1).
  public var version = 2
  /// The expansion of version 2.
  public var width = MobiVariWidth()
  /// Acts twice in a layer of either version.
  public var activation = Activation.leakyReLU
}

/// How far MobiVari 2 expands, and in how many groups.
public struct MobiVariWidth: Codable, Equatable, Sendable {
  /// 1 to 16.
  public var expansion: Double
  /// A divisor of the layer's channels.
  public var groups: Int

  /// By default RAMiT's.
  public init(expansion: Double = 1.2, groups: Int = 4) {
    self.expansion = expansion
    self.groups = groups
  }

  /// Channels after the expansion of `dim`: 1 to `groups` more than dim * expansion, to a multiple of `groups`.
  public func channels(_ dim: Int) -> Int {
    let wide = Int(Double(dim) * expansion)
    return wide + groups - wide % groups
  }
}
