import RAMiTNN

/// The models of the paper.
public enum RAMiTVariant: String, CaseIterable, Codable, Sendable {
  /// Table H.
  case ramit = "RAMiT"
  /// With MobiVari 1, the version of the first published checkpoints.
  case ramit1 = "RAMiT-1"
  /// Narrow, with deep outer stages (Sec. A.6).
  case slimSR = "RAMiT-slimSR"
  /// Narrow and shallow (Sec. A.7).
  case slimLLE = "RAMiT-slimLLE"
  /// Spatial and channel attention in turn, with as many heads each (Table A).
  case davitCore = "DaViT-core"
  /// DaViT's other elements as well: scaled dot products, convolutions for positions, norms before the branches, and
  /// windows that are not shifted (Table A).
  case davitFull = "DaViT-full"

  /// The configuration of Table H, or of the variant's section.
  public func configuration(for task: RestorationTask) -> RAMiTConfiguration {
    var configuration = RAMiTConfiguration(task: task)
    switch self {
    case .ramit: break
    case .ramit1: configuration.mobivari.version = 1
    case .slimSR:
      configuration.dim = 48
      configuration.depths = [8, 2, 2, 8]
      configuration.wide = MobiVariWidth(expansion: 2, groups: 1)
    case .slimLLE:
      configuration.dim = 48
      configuration.depths = [4, 2, 2, 4]
      configuration.wide = MobiVariWidth(expansion: 1.2, groups: 3)
    case .davitCore, .davitFull:
      configuration.arrangement = .alternating
      configuration.helper = false
      if self == .davitFull {
        configuration.similarity = .dotProduct
        configuration.positionEncoding = .convolution
        configuration.normalization = .pre
        configuration.windowShift = false
      }
    }
    return configuration
  }
}

extension RAMiTConfiguration {
  /// One family with the models of the paper.
  public static var families: [ArchitectureFamily] {
    [ArchitectureFamily("RAMiT", models: RAMiTVariant.allCases.map(\.rawValue))]
  }

  /// The `RAMiTVariant` of a name.
  public init?(named name: String, task: RestorationTask) {
    guard let variant = RAMiTVariant(rawValue: name) else { return nil }
    self = variant.configuration(for: task)
  }

  /// The paper's model of this configuration, dropout aside; nil for one that the paper does not have.
  public var variant: RAMiTVariant? {
    var plain = self
    (plain.attentionDropout, plain.projectionDropout, plain.stochasticDepth) = (0, 0, 0)
    return RAMiTVariant.allCases.first { $0.configuration(for: task) == plain }
  }

  /// The name of the `variant`.
  public var modelName: String { variant?.rawValue ?? "custom" }

  /// A `RAMiT` in the scope.
  public func makeModel(_ scope: ParameterScope) -> any RestorationModel { RAMiT(self, scope: scope) }
}
