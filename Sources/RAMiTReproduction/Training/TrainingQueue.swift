import RAMiTDiagnostics
import RAMiTModels
import RAMiTTraining

/// The trainings of tables, each once, in an order in which every run finds the weights that it begins with.
package struct TrainingQueue {
  /// In the order in which they run.
  package let experiments: [Experiment]

  /// - Parameters:
  ///   - parts: the tables whose rows are trained.
  ///   - output: the folder of the runs (`RunsFolder`).
  ///   - data: where the published sets lie; nil for where the configurations say.
  /// - Throws: `InputError` for a configuration that cannot be read, or one that begins with the weights of a run
  ///   that no configuration describes.
  package init(
    _ parts: [PaperPart], configurations: ConfigurationFolder, scale: ReproductionScale, output: String, data: String?
  ) throws {
    var queue = Queue(configurations: configurations, scale: scale, output: output, data: data)
    for row in parts.filter(\.needsWeights).flatMap(\.rows) {
      guard let file = row.configuration else { continue }
      try queue.add(configurations.experiment(file, seed: row.seed))
    }
    experiments = queue.experiments
  }

  private struct Queue {
    let configurations: ConfigurationFolder
    let scale: ReproductionScale
    let output: String
    let data: String?
    var experiments: [Experiment] = []
    private var names: Set<String> = []

    init(configurations: ConfigurationFolder, scale: ReproductionScale, output: String, data: String?) {
      (self.configurations, self.scale, self.output, self.data) = (configurations, scale, output, data)
    }

    /// Adds an experiment after the one that it begins with.
    mutating func add(_ experiment: Experiment) throws {
      guard names.insert(experiment.name).inserted else { return }
      if let predecessor = experiment.predecessor {
        // The configuration of x2 lies beside those of x3 and x4.
        let folder = experiment.run.task.rawValue
        let sibling = experiment.placeInFolder
          .replacing("\(folder)/", with: "x2/").replacing("/\(folder).yaml", with: "/x2.yaml")
        let first = try configurations.experiment(sibling, seed: experiment.seed)
        guard first.name == predecessor else {
          throw InputError(
            experiment.file, expected: "a warm start from the run of \(first.file), \(first.name)", found: predecessor)
        }
        try add(first)
      }
      experiments.append(experiment.scaled(to: scale, output: output, data: data))
    }
  }

  /// How the queue ended.
  package enum Outcome: Equatable, Sendable {
    case finished
    /// A stop was requested in a run, which can be resumed, as can the queue.
    case stopped
  }

  /// Trains what is not trained yet; a run that was stopped resumes.
  /// - Parameters:
  ///   - display: shows each run.
  ///   - isStopRequested: asked after each step.
  ///   - began: called before each run, with its number from 1.
  ///   - finished: called after each run that is complete.
  /// - Throws: `InputError` for data that are missing, and whatever else ends a training.
  package func run(
    display: (any TrainingDisplay)? = nil, isStopRequested: () -> Bool = { false },
    skipped: @escaping @Sendable (InputError) -> Void = { _ in }, began: (Int, Experiment) -> Void = { _, _ in },
    finished: (Int, Experiment, TrainingOutcome) -> Void = { _, _, _ in }
  ) throws -> Outcome {
    for (index, experiment) in experiments.enumerated() {
      if isStopRequested() { return .stopped }
      began(index + 1, experiment)
      let trainer = try Trainer(experiment.run, resume: true, display: display, skipped: skipped)
      let outcome = try trainer.run(isStopRequested: isStopRequested)
      if case .stopped = outcome { return .stopped }
      finished(index + 1, experiment, outcome)
    }
    return .finished
  }
}

extension PaperPart {
  /// Whether the table shows what training gives: a table of sizes or settings alone asks for none.
  package var needsWeights: Bool {
    columns.contains { column in
      switch column {
      case .psnr, .ssim, .imagePSNR, .deviation: true
      case .parameters, .multAdds, .framesPerSecond, .setting: false
      }
    }
  }
}
