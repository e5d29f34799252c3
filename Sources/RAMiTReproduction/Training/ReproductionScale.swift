import RAMiTFiles
import RAMiTRuns

/// How large the trainings of a table are.
package enum ReproductionScale: String, CaseIterable, Sendable {
  /// The paper's models, schedules and data.
  case full
  /// Models of a few thousand parameters, a few seconds of training, drawn images: the same path through the program,
  /// in minutes for all tables.
  case tiny
}

extension Experiment {
  /// The experiment at a scale, with its run in a folder.
  /// - Parameters:
  ///   - output: the folder of all runs.
  ///   - data: where the published sets lie; nil for where the configuration says.
  package func scaled(to scale: ReproductionScale, output: String, data: String?) -> Experiment {
    var result = self
    if scale == .tiny { result.run.shrink() }
    if let data {
      if result.run.data.train.type == .dataset { result.run.data.train.root = data }
      if result.run.data.validation.type == .dataset { result.run.data.validation.root = data }
    }
    let folder = RunsFolder(output: output, scale: scale)
    result.run.output = folder.run(name)
    if let predecessor { result.run.warmStart.weights = folder.weights(of: predecessor) }
    return result
  }
}

/// The folder in which the trainings of all tables lie. A run that several tables have is one run.
package struct RunsFolder: Sendable {
  /// `OUTPUT/tiny`.
  package let path: String

  package init(output: String, scale: ReproductionScale) { path = output.appendingPath(scale.rawValue) }

  /// The folder of a run.
  package func run(_ name: String) -> String { path.appendingPath(name) }

  /// The weights that a run leaves: those of its best validation.
  package func weights(of name: String) -> String { RunFiles(path: run(name)).bestWeights }
}
