import Foundation
import RAMiTDiagnostics
import RAMiTExperiments
import RAMiTFiles
import RAMiTModels
import RAMiTRuns

/// How a run begins, or resumes from its newest intact checkpoint.
extension Trainer {
  /// A relative path may lead to the data only from the folder in which the run began. The run's own configuration has
  /// the absolute path.
  static func namingOwnPaths(_ error: InputError, _ run: RunFiles) -> InputError {
    guard Folder.exists(run.checkpoints) else { return error }
    let expected = "\(error.expected) (the run's own paths are in \(run.configuration))"
    return InputError(error.location, expected: expected, found: error.found)
  }

  /// Resumes from a checkpoint, or begins.
  func start(
    _ output: RunOutput, from found: (checkpoint: Checkpoint, damage: [InputError])?, beginning: String?,
    wasBegun: Bool, allowChanges: Bool
  ) throws {
    var changes: [ConfigurationChange] = []
    if let found {
      changes = try acceptedChanges(since: found.checkpoint, allowChanges: allowChanges)
      try refuseOtherData(than: found.checkpoint.state)
      try found.checkpoint.restore(trainStep)
      state = found.checkpoint.state
      savedState = state
      try checkpoints.setAside(after: state.iteration)
    }
    let isScoredOnOtherImages = noteData()
    try output.log.truncate(to: state.logBytes)
    try output.journal.resume(
      state, parameters: trainStep.model.parameters.count, plan: plan, changes: changes.map(\.description),
      command: command
    ) {
      try say("left out of the report: \($0)")
    }
    for damage in found?.damage ?? [] { try say("damaged and set aside: \(damage)") }
    let size = "\(trainStep.trainedParameters.summary), \(plan.iterations.counted("iteration", isGrouped: true))"
    try say(
      state.iteration == 0 ? "\(configuration.name): \(size)" : "resumed after iteration \(state.iteration): \(size)")
    if found == nil, wasBegun { try say("no checkpoint in the folder: the run starts over") }
    for change in changes { try say("changed: \(change)") }
    if isScoredOnOtherImages { try say("validation on different images than before: the best result starts over") }
    if let beginning { try say(beginning) }
    try logSkippedImages()
    try say("memory \(memory.summary(plan))")
    if ranks.count > 1 { try say(ranks.placement.summary) }
  }

  /// Records the identity of the data.
  /// - Returns: whether validation uses different images from now on.
  private func noteData() -> Bool {
    let before = state.fingerprints
    state.data = data.size
    var now = runData.fingerprints()
    let isOther = before?.validation != nil && now.validation != nil && before?.validation != now.validation
    if now.validation == nil { now.validation = before?.validation }
    state.fingerprints = now
    state.unread = nil
    // A run that is complete keeps its best: there is nothing more to score.
    guard isOther, !isComplete else { return false }
    (state.best, state.earlyStopping) = (nil, nil)
    state.isScoredOnOtherImages = true
    return true
  }

  /// The changes of the configuration that are allowed.
  /// - Throws: `InputError` that names the others, or says how to allow them.
  private func acceptedChanges(since checkpoint: Checkpoint, allowChanges: Bool) throws -> [ConfigurationChange] {
    let before = try RunConfiguration<Architecture>(yaml: checkpoint.configuration, file: files.configuration)
    let changes = try runConfiguration.changes(since: before, comparesLocations: checkpoint.state.fingerprints == nil)
    let began = "the configuration that the run began with"
    if !changes.refused.isEmpty {
      let words = (changes.refused + (allowChanges ? [] : changes.allowable)).map(\.description)
      throw InputError(files.path, expected: "\(began) (\(advice))", found: words.joined(separator: "; "))
    }
    guard changes.allowable.isEmpty || allowChanges else {
      throw InputError(
        files.path, expected: "\(began) (--allow-changes allows another learning rate or clipping)",
        found: changes.allowable.map(\.description).joined(separator: "; "))
    }
    return changes.allowable
  }

  /// Advice for a run that cannot resume.
  private var advice: String {
    "put it back, or begin another run: --output DIR --set initialWeights=\(files.lastWeights)"
  }

  /// Different images would give different samples under the same numbers.
  private func refuseOtherData(than state: TrainingState) throws {
    let began = "the training data that the run began with"
    if let before = state.fingerprints, runData.fingerprints(unread: state.unread ?? []).training != before.training {
      throw InputError(files.path, expected: "\(began) (\(advice))", found: runData.differences)
    }
    if let before = state.data, before != data.size {
      throw InputError(files.path, expected: "\(began), \(before) (\(advice))", found: "\(data.size)")
    }
    guard state.iteration >= 0, 0...state.iteration ~= state.steps else {
      throw InputError(
        checkpoints.path(iteration: state.iteration), expected: "a position in a run",
        found: "iteration \(state.iteration) with \(state.steps.counted("step"))")
    }
  }
}
