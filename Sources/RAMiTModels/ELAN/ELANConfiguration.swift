import RAMiTNN

/// What defines an ELAN (Zhang et al., "Efficient Long-Range Attention Network for Image Super-resolution", ECCV 2022);
/// by default the lightweight one, ELAN-light.
public struct ELANConfiguration: RestorationArchitecture {
  /// Any; the paper's are x2, x3 and x4.
  public var task: RestorationTask
  /// Channels of a feature map.
  public var dim = 60
  /// Efficient long-range attention blocks (ELAB); every second one has shifted windows.
  public var blocks = 12
  /// How often a block uses its attention maps again.
  public var sharing = 1
  /// Hidden channels of local feature extraction, in multiples of `dim`.
  public var expansion = 2
  /// Sides of the windows in which a third of the channels each attends.
  public var windows = [4, 8, 16]
  /// What the network sees as white, 1 or 255. The published weights are of 255, as their `sub_mean.bias` tells.
  public var rgbRange = 1.0

  /// ELAN-light.
  public init(task: RestorationTask) { self.task = task }

  /// Hidden channels of local feature extraction.
  var hiddenDim: Int { dim * expansion }

  /// Inputs are padded to a multiple of this, the least that all windows divide.
  var sizeMultiple: Int { windows.reduce(1, leastCommonMultiple) }

  /// Beyond it, inputs would become many times as large.
  private static let largestMultiple = 256

  /// At most 4096 channels, 100 blocks and a common multiple of the windows of 256.
  public var validationError: String? {
    check(
      dim > 0 && dim <= 4096 && dim % 3 == 0, "dim must be a multiple of 3 from 3 to 4096, not \(dim)")
      ?? check((1...100).contains(blocks), "blocks must be 1 to 100, not \(blocks)")
      ?? check((0...16).contains(sharing), "sharing must be 0 to 16, not \(sharing)")
      ?? check((1...16).contains(expansion), "expansion must be 1 to 16, not \(expansion)")
      ?? check(
        windows.count == 3 && windows.allSatisfy { (1...64).contains($0) } && sizeMultiple <= Self.largestMultiple,
        "windows must be three sides from 1 to 64 that divide one side up to \(Self.largestMultiple), not \(windows)")
      ?? check(rgbRange > 0 && rgbRange <= 65535, "rgbRange must be in (0, 65535], not \(rgbRange)")
  }

  /// A model whose parameters have the names of the published weights.
  public func makeModel(_ scope: ParameterScope) -> any RestorationModel { ELAN(self, scope: scope) }

  /// One family, whose model is the lightweight one.
  public static var families: [ArchitectureFamily] { [ArchitectureFamily("ELAN", models: ["ELAN-light"])] }

  /// "ELAN-light" whatever the `rgbRange`.
  public var modelName: String {
    var plain = self
    plain.rgbRange = ELANConfiguration(task: task).rgbRange
    return plain == ELANConfiguration(task: task) ? "ELAN-light" : "custom"
  }
}

private func leastCommonMultiple(_ a: Int, _ b: Int) -> Int {
  var (x, y) = (a, b)
  while y > 0 { (x, y) = (y, x % y) }
  return a / x * b
}
