import RAMiTModels

extension BuiltInArchitecture {
  /// A small model of each family, which has every kind of its parts, and of models that are built of others.
  package static let small = (families.map(\.name) + ["DaViT-core", "DaViT-full"]).compactMap {
    BuiltInArchitecture(named: $0, task: .x2)?.reduced
  }

  private var reduced: BuiltInArchitecture {
    switch self {
    case .ramit(var configuration):
      (configuration.dim, configuration.depths, configuration.wide.groups) = (16, [2, 1, 1, 2], 1)
      return .ramit(configuration)
    case .swinIR(var configuration):
      (configuration.dim, configuration.depths, configuration.heads) = (12, [2, 1], [2, 3])
      return .swinIR(configuration)
    case .ngswin(var configuration):
      (configuration.dim, configuration.depths, configuration.heads) = (16, [2, 1, 1, 2], [2, 2, 2, 2])
      configuration.window = 4
      return .ngswin(configuration)
    case .elan(var configuration):
      (configuration.dim, configuration.blocks, configuration.windows) = (12, 2, [2, 4, 8])
      return .elan(configuration)
    case .edsr(var configuration):
      (configuration.features, configuration.blocks) = (12, 2)
      return .edsr(configuration)
    case .nafNet(var configuration):
      (configuration.task, configuration.width, configuration.middleBlocks) = (.dn, 6, 1)
      (configuration.encoderBlocks, configuration.decoderBlocks) = ([1, 2], [1, 1])
      return .nafNet(configuration)
    case .restormer(var configuration):
      (configuration.task, configuration.norm, configuration.dim) = (.dr, .withBias, 8)
      (configuration.blocks, configuration.refinementBlocks) = ([2, 1, 1, 1], 1)
      return .restormer(configuration)
    }
  }
}
