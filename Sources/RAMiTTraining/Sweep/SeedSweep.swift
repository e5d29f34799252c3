import RAMiTDiagnostics
import RAMiTExperiments
import RAMiTFiles
import RAMiTModels
import RAMiTRuns

/// Trains one configuration with several seeds, one run after the other, and reports how their scores vary.
///
/// The runs are the folders `seed-0`, `seed-1`, ... of the configuration's folder, each like any other run. A sweep
/// that was stopped continues where it stopped: complete runs are left as they are.
public struct SeedSweep<Architecture: RestorationArchitecture> {
  /// How a sweep ended.
  public enum Outcome: Equatable, Sendable {
    /// All runs are complete.
    case finished
    /// A stop was requested in the run with this seed, and its state saved.
    case stopped(seed: UInt64)
  }

  /// The runs' configuration, whose seed is replaced, and the seeds, in the order of the runs.
  public let configuration: RunConfiguration<Architecture>, seeds: [UInt64]

  /// - Parameters:
  ///   - configuration: `{seed}` in `initialWeights` and `warmStart.weights` stands for the run's seed.
  ///   - seeds: those of the runs.
  /// - Throws: `InputError` for a configuration without a validation, no seed, or one that comes twice.
  public init(_ configuration: RunConfiguration<Architecture>, seeds: [UInt64]) throws {
    guard configuration.data.validation.type != .none else {
      throw InputError(
        "data.validation.type", expected: "a validation, whose scores a sweep compares", found: "no validation")
    }
    guard !seeds.isEmpty, Set(seeds).count == seeds.count else {
      let list = seeds.map(String.init).joined(separator: ", ")
      throw InputError("--seeds", expected: "seeds that differ", found: seeds.isEmpty ? "none" : list)
    }
    (self.configuration, self.seeds) = (configuration, seeds)
  }

  /// The folder of all runs.
  public var folder: String { configuration.folder }

  /// The folder of a run.
  public func folder(ofSeed seed: UInt64) -> String { "\(folder)/seed-\(seed)" }

  /// What the run of a seed trains.
  public func run(ofSeed seed: UInt64) -> RunConfiguration<Architecture> {
    var run = configuration
    func named(_ path: String?) -> String? { path?.replacing("{seed}", with: "\(seed)") }
    (run.seed, run.output, run.name) = (seed, folder(ofSeed: seed), "\(configuration.name)-seed-\(seed)")
    (run.initialWeights, run.warmStart.weights) = (named(run.initialWeights), named(run.warmStart.weights))
    return run
  }

  /// Trains what is left of each run, and writes the report, `sweep.json` and `sweep.md`, after each.
  /// - Parameters:
  ///   - allowChanges: as that of `Trainer`.
  ///   - display: shows each run.
  ///   - skipped: called with each image that is left out.
  ///   - completed: called with a few lines about each run that is complete.
  ///   - isStopRequested: asked after each step.
  /// - Returns: how it ended, and the scores of the runs that are complete.
  /// - Throws: `InputError` as `Trainer` does; the runs before stay complete.
  public func train(
    allowChanges: Bool = false, display: () -> (any TrainingDisplay)? = { nil },
    skipped: @escaping @Sendable (InputError) -> Void = { _ in }, completed: (String) -> Void = { _ in },
    isStopRequested: () -> Bool = { false }
  ) throws -> (outcome: Outcome, report: SeedSweepReport) {
    var report = SeedSweepReport(configuration)
    for seed in seeds {
      if isStopRequested() { return (.stopped(seed: seed), report) }
      let trainer = try Trainer(
        run(ofSeed: seed), resume: true, allowChanges: allowChanges, display: display(), skipped: skipped)
      let outcome = try trainer.run(isStopRequested: isStopRequested)
      guard case .finished(let best) = outcome else { return (.stopped(seed: seed), report) }
      guard let best else {
        throw InputError(folder(ofSeed: seed), expected: "a run with a validation", found: "one without scores")
      }
      completed(trainer.summary(of: outcome))
      report.add(seed: seed, folder: folder(ofSeed: seed), best)
      try JSON.write(report, to: folder + "/sweep.json")
      try TextFile.markdown.write(report.markdown, to: folder + "/sweep.md")
    }
    return (.finished, report)
  }
}
