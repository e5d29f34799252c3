import RAMiTNN

/// What defines an EDSR (Lim et al., "Enhanced Deep Residual Networks for Single Image Super-Resolution", CVPR
/// workshops 2017); by default the baseline.
public struct EDSRConfiguration: RestorationArchitecture {
  public var task: RestorationTask
  /// Channels of a feature map.
  public var features = 64
  /// Residual blocks.
  public var blocks = 16
  /// What a residual branch is multiplied with; the paper's largest model, of 256 channels and 32 blocks, has 0.1.
  public var residualScale: Float = 1

  public init(task: RestorationTask) { self.task = task }

  public var validationError: String? {
    func check(_ isSound: Bool, _ message: @autoclosure () -> String) -> String? { isSound ? nil : message() }
    return check(task.isSuperResolution, "task must be one of x2, x3 and x4 for an EDSR, not \(task)")
      ?? check((1...4096).contains(features), "features must be 1 to 4096, not \(features)")
      ?? check((1...99).contains(blocks), "blocks must be 1 to 99, not \(blocks)")
      ?? check(residualScale > 0 && residualScale <= 1, "residualScale must be in (0, 1], not \(residualScale)")
  }

  public func makeModel(_ scope: ParameterScope) -> any RestorationModel { EDSR(self, scope: scope) }

  public static var families: [ArchitectureFamily] { [ArchitectureFamily("EDSR", models: ["EDSR-baseline"])] }
}
