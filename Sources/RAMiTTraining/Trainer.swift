import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTExperiments
import RAMiTFiles
import RAMiTMachine
import RAMiTModels
import RAMiTRuns
import RAMiTSerialization

/// How a run ended.
public enum TrainingOutcome: Equatable, Sendable {
  /// All epochs are done; the validation is nil when the run has none.
  case finished(best: ValidationRecord?)
  /// A stop was requested, and the state saved; iterations done.
  case stopped(iteration: Int)
}

/// Trains a model as a configuration says, in a folder from which the run can resume at any time.
///
/// The same configuration gives the same weights, bit for bit, however often the run is interrupted: what a batch
/// holds, what dropout leaves out and how fast the model learns depend on the seed and the iteration alone, and a
/// checkpoint holds the rest.
public final class Trainer<Architecture: RestorationArchitecture> {
  let runConfiguration: RunConfiguration<Architecture>
  let configuration: TrainingConfiguration
  /// The whole configuration, as YAML.
  let resolved: String
  let trainStep: TrainStep
  package let plan: TrainingPlan
  /// What steps compute again so that they fit into memory.
  let memory: MemoryPlan
  /// The processes that train together.
  let ranks: Ranks
  let data: TrainingData
  /// The data by name and content.
  let runData: RunData
  let validator: Validator?
  let files: RunFiles
  let checkpoints: CheckpointStore
  /// The files that grow while the run trains; nil but on the first rank, which alone writes.
  let output: RunOutput?
  let display: (any TrainingDisplay)?
  let command: String?
  let skippedImages = SkippedImages()
  var reportedImages: Set<String> = []
  var state = TrainingState()
  /// The state that was copied last, to be written.
  var savedState: TrainingState?
  let writer = BackgroundWriter()
  /// For how long steps have waited for saves.
  package internal(set) var secondsWaited = 0.0
  var speed = Speed()

  /// Opens the data and the run's folder; with `resume`, resumes from the newest intact checkpoint in it, if there
  /// is one.
  /// - Parameters:
  ///   - allowChanges: lets a run that is resumed have another learning rate or clipping than it began with.
  ///   - display: shows the run to a person.
  ///   - command: what started the run, for its report.
  ///   - makeModel: builds the model that is trained, with random weights.
  ///   - skipped: called with each image that is left out, on any thread (`data.train.onBadImage: skip`).
  /// - Throws: `InputError` for data or weights that are missing or do not fit, a folder that is in use, a run that is
  ///   already there, or data or a configuration unlike those that the run began with.
  public convenience init(
    _ run: RunConfiguration<Architecture>, resume: Bool, allowChanges: Bool = false,
    display: (any TrainingDisplay)? = nil, command: String? = nil,
    makeModel: (Architecture, _ seed: UInt64) throws -> any RestorationModel = { $0.makeModel(seed: $1) },
    skipped: @escaping @Sendable (InputError) -> Void = { _ in }
  ) throws {
    try self.init(
      run, resume: resume, allowChanges: allowChanges, display: display, command: command, ranks: Ranks(),
      makeModel: makeModel, skipped: skipped)
  }

  /// The same on several ranks, within `Ranks.share`. They need not reach the run's folder, but for the first.
  package init(
    _ run: RunConfiguration<Architecture>, resume: Bool, allowChanges: Bool = false,
    display: (any TrainingDisplay)? = nil, command: String? = nil, ranks: Ranks,
    makeModel: (Architecture, _ seed: UInt64) throws -> any RestorationModel = { $0.makeModel(seed: $1) },
    skipped: @escaping @Sendable (InputError) -> Void = { _ in }
  ) throws {
    // Before threads have made theirs.
    ProcessMemory.useOneHeap()
    runConfiguration = run
    self.ranks = ranks
    let configuration = run.training
    self.configuration = configuration
    self.display = display
    self.command = command
    let resolved = try run.withAbsolutePaths.yaml()
    self.resolved = resolved
    files = RunFiles(path: configuration.folder)
    do {
      data = try TrainingData(configuration) { [skippedImages] error in
        skippedImages.add(error)
        skipped(error)
      }
    } catch let error as InputError where resume {
      throw Self.namingOwnPaths(error, files)
    }
    try ranks.refuseTooMany(parts: configuration.gradients.accumulate)
    try ranks.refuseDifferences(RankIdentity(configuration: resolved, data: data.size))
    plan = TrainingPlan(configuration, samplesPerEpoch: data.samples.samplesPerEpoch)
    let folder = ranks.isFirst ? try RunFolder(configuration.folder) : nil
    checkpoints = CheckpointStore(folder: files.checkpoints, keep: configuration.checkpoints.keep)
    let wasBegun = try folder?.holdsRun ?? false
    guard resume || !wasBegun else {
      throw InputError(
        files.path, expected: "a folder without a run (--resume resumes it, --output names another)",
        found: "an existing run")
    }
    runData = try RunData(
      of: data, sigma: configuration.data.validation.sigma, recordsAt: files.data, ranks: ranks
    ) { count, bytes in
      // A person should know what takes longer than a moment.
      if bytes > 1_000_000_000 {
        let size = "\(count.counted("file")), \((Double(bytes) / 1e9).fixed(1)) GB"
        display?.line("reads the training data once to recognise them later: \(size)")
      }
    }
    let found = ranks.isFirst ? try checkpoints.latest() : nil
    let model = try makeModel(run.model.architecture, configuration.seed)
    // A checkpoint has weights of its own.
    let beginning =
      ranks.isFirst && found == nil
      ? try model.loadInitialWeights(configuration, pretrained: Architecture.pretrained(orFile:)) : nil
    trainStep = try TrainStep(model, configuration, ranks: ranks)
    memory = MemoryPlan(model, plan, configuration, photos: data.photoBytes, validation: data.validation, ranks: ranks)
    if let error = memory.error { throw error }
    validator = data.validation.map {
      Validator(
        model, $0, sigma: configuration.data.validation.sigma, shown: configuration.validation.samples, ranks: ranks)
    }
    try folder?.prepare(beginning: found == nil ? resolved : nil)
    output = try folder.map { try RunOutput($0, RunSettings(run)) }
    if let output {
      try start(output, from: found, beginning: beginning, wasBegun: wasBegun, allowChanges: allowChanges)
      try runData.write()
      if found != nil { try WholeFile.write(Data(resolved.utf8), to: files.configuration) }
      try output.journal.publication(
        iteration: state.iteration, waited: 0, isAwaited: true, pace: isComplete ? nil : pace,
        stoppedEarly: reasonToStopEarly)?.write()
    }
    try shareStart()
  }

  /// Iterations done.
  public var iteration: Int { state.iteration }

  /// Trains until all epochs are done, or until `isStopRequested` says so: it is asked after each step, and before each
  /// image of a validation.
  /// - Throws: `InputError` for a photo that cannot be read, a file that cannot be written, or values that are not
  ///   finite.
  public func run(isStopRequested: () -> Bool = { false }) throws -> TrainingOutcome {
    do {
      try waitingForSaves { try train(isStopRequested) }
    } catch let error as SharedError {
      do { try waitingForSaves { try saveBefore(error.error) } } catch let other as InputError {
        throw error.adding(other)
      }
      throw error
    } catch let error as InputError where ranks.count > 1 {
      // The others are at the same iteration, so what all have done is worth as much.
      try? waitingForSaves { try saveBefore(error) }
      throw error
    }
    try output?.journal.publication(
      iteration: state.iteration, waited: secondsWaited, isAwaited: true, pace: nil,
      stoppedEarly: reasonToStopEarly)?.write()
    display?.clear()
    return isComplete ? .finished(best: state.best) : .stopped(iteration: state.iteration)
  }

  /// Runs `body`, and returns when what it has saved is on the disk, also where it throws.
  /// - Throws: the error of a save, which came before that of `body`.
  private func waitingForSaves(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch {
      try writer.wait()
      throw error
    }
    try writer.wait()
  }

  var isComplete: Bool {
    !isValidationDue && (state.iteration >= plan.iterations || reasonToStopEarly != nil)
  }

  /// Why the run ends before its schedule does; nil where it does not.
  var reasonToStopEarly: String? {
    guard let earlyStopping = configuration.validation.earlyStopping, let state = state.earlyStopping,
      state.metric == earlyStopping.metric
    else { return nil }
    return state.reason(earlyStopping)
  }

  private func train(_ isStopRequested: () -> Bool) throws {
    // A run that has ended early needs no batches.
    if isComplete { return }
    let loader = BatchLoader(
      state.iteration..<max(state.iteration, plan.iterations), threads: configuration.data.loader.threads,
      ahead: configuration.data.loader.ahead, make: data.batches(of: plan, ranks: ranks))
    speed.start()
    while true {
      if isValidationDue, try !validate(isStopRequested) || reasonToStopEarly != nil { return }
      guard let batch = try next(of: loader) else { return }
      try logSkippedImages()
      let position = plan.position(state.iteration)
      if state.iteration == position.stage.firstIteration { try announce(position) }
      let location = "\(files.path), iteration \(state.iteration + 1)"
      let result = try trainStep.run(
        batch, of: position.stage.batch, iteration: state.iteration, at: position,
        checkpointing: memory.choices[position.stageIndex].checkpointing, location: location)
      switch result {
      case .taken(let loss):
        state.skipped = nil
        state.lossSum += loss
        state.lossCount += 1
      case .skipped(let value): try skip(value, at: position, location: location)
      }
      try advance(from: position)
      let stops = try agreeAfterStep(stops: isStopRequested())
      let isTime = state.iteration % configuration.checkpoints.everyIterations == 0
      try writer.check()
      if stops || isTime || state.iteration == plan.iterations { try save() }
      if stops { return }
    }
  }

  private func next(of loader: BatchLoader<Batch>) throws -> Batch? {
    do {
      return try loader.next()
    } catch {
      try saveBefore(error as? InputError)
      throw error
    }
  }

  /// Saves what has been done before an error. A photo may be repaired.
  private func saveBefore(_ error: InputError?) throws {
    if let name = error.flatMap({ runData.name(ofTrainingFile: $0.location) }) {
      let unread = (state.unread ?? []) + [name]
      let fingerprint = runData.fingerprints(unread: unread).training
      state.unread = unread
      state.fingerprints?.training = fingerprint
    }
    if state.iteration > 0 { try save() }
  }

  /// Logs the settings of a stage, where there are several.
  private func announce(_ position: TrainingPlan.Position) throws {
    guard plan.stages.count > 1 else { return }
    let stage = position.stage
    let position = positionText(epoch: position.epoch + 1, iteration: state.iteration + 1)
    let patches = stage.batch.counted("patch", "patches")
    try say("\(position)  trains \(stage.module ?? "all") on \(patches) of \(stage.patch)")
  }

  /// Counts an iteration, and logs it when a line is due.
  private func advance(from position: TrainingPlan.Position) throws {
    state.iteration += 1
    speed.count()
    display?.show(progress(at: position))
    if state.iteration % configuration.logging.everyIterations == 0 { try logLoss(at: position) }
  }

  private var isValidationDue: Bool {
    guard validator != nil, state.iteration > 0, state.latest?.iteration != state.iteration else { return false }
    return plan.isTime(for: configuration.validation, after: state.iteration)
  }
}
