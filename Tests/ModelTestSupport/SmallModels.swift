import RAMiTModels

extension RAMiTConfiguration {
  /// A model with every kind of part that is quick to build and to run.
  package static func small(_ task: RestorationTask, depths: [Int] = [1, 1, 1, 1]) -> RAMiTConfiguration {
    var configuration = RAMiTConfiguration(task: task)
    (configuration.dim, configuration.depths) = (16, depths)
    configuration.wide = MobiVariWidth(expansion: 1.2, groups: 1)
    return configuration
  }
}
