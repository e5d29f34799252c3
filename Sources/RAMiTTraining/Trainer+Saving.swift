import Foundation
import RAMiTDiagnostics
import RAMiTEvaluation
import RAMiTImaging
import RAMiTMachine
import RAMiTModels
import RAMiTRuns

extension Trainer {
  /// Scores the model, records the best result, and saves.
  /// - Returns: false when a stop was requested; the next start repeats the validation.
  /// - Throws: `InputError` for an image that cannot be read, or a file that cannot be written.
  func validate(_ isStopRequested: () -> Bool) throws -> Bool {
    guard let validator else { return true }
    // The last step is saved first, so an interrupted validation loses only its own time.
    try save()
    let result = try trainStep.withAverage {
      try validator.run(
        isStopRequested: isStopRequested, progress: { display?.showValidation($0, of: $1) }, visit: writeSample)
    }
    guard let result else { return false }
    let record = ValidationRecord(
      epoch: plan.epochsDone(after: state.iteration).count, iteration: state.iteration, result: result)
    state.latest = record
    try output?.journal.add(record, onOtherImages: state.isScoredOnOtherImages ?? false)
    state.isScoredOnOtherImages = nil
    let isBest = result.isBetter(than: state.best?.result)
    if isBest { state.best = record }
    let psnr = ValidationResult.text(result.psnr, infinite: result.infinite, digits: 3)
    let baseline = ValidationResult.text(result.baselinePSNR, infinite: result.baselineInfinite, digits: 3)
    let position = positionText(epoch: record.epoch, iteration: record.iteration)
    try say(
      "\(position)  validation PSNR \(psnr), SSIM \(result.ssim.fixed(4))"
        + "  (\(configuration.task.baselineName) \(baseline), \(result.baselineSSIM.fixed(4)))"
        + (isBest ? "  best" : ""))
    if let earlyStopping = configuration.validation.earlyStopping {
      var progress = state.earlyStopping ?? EarlyStopping(earlyStopping.metric)
      if progress.metric != earlyStopping.metric { progress = EarlyStopping(earlyStopping.metric) }
      progress.add(result, iteration: state.iteration, minimumDelta: earlyStopping.minimumDelta)
      state.earlyStopping = progress
    }
    if let reason = reasonToStopEarly, state.iteration < plan.iterations { try say("stops early: \(reason)") }
    try save(isReportAwaited: true, isBest: isBest)
    speed.start()
    return true
  }

  private func writeSample(_ index: Int, _ scored: ScoredImage) throws {
    guard let output, index < configuration.validation.samples else { return }
    let image = scored.image
    let sheet = SampleSheet(
      input: image.input, baseline: configuration.task.isSuperResolution ? scored.baseline : nil,
      restored: scored.restored.cropped(toFit: image.target), target: image.target, task: configuration.task,
      score: scored.score, baselineScore: scored.baselineScore)
    let file = SampleSheet.fileName(scored.name), path = "\(files.samples)/\(file)"
    try ImageFile.write(sheet.image, to: path)
    guard index < RunSample.mostShown else { return }
    let entry = SampleScores.Entry(
      image: SampleSheet.name(ofFile: file), epoch: plan.epochsDone(after: state.iteration).count,
      iteration: state.iteration, score: scored.score, baseline: scored.baselineScore,
      isKept: index < Self.keptImages && areSamplesKept)
    try output.journal.add(sheet, path: path, entry, isEvent: entry.isKept)
  }

  /// The most validations, spread over the run, whose samples TensorBoard and the history get, and the most images of
  /// each: all samples of a long run would take gigabytes.
  private static var keptValidations: Int { 32 }
  private static var keptImages: Int { 4 }

  private var areSamplesKept: Bool {
    let (number, count) = plan.validations(configuration.validation, after: state.iteration)
    let stride = (count + Self.keptValidations - 1) / Self.keptValidations
    return state.iteration == plan.iterations || number % max(1, stride) == 0
  }

  /// Writes a checkpoint of the present state, the weights, and a report: the first rank does. Copies are made now;
  /// all is written beside the next steps, since even a small file may wait for a slow disk's larger ones.
  /// - Parameters:
  ///   - isReportAwaited: false lets it be left out when the last one is recent.
  ///   - isBest: whether the weights are the best so far.
  /// - Throws: `InputError` for values that are not finite, for a file that cannot be written, and for the last save
  ///   when it could not.
  func save(isReportAwaited: Bool = false, isBest: Bool = false) throws {
    guard let output, savedState != state else { return }
    let start = ProcessInfo.processInfo.systemUptime
    defer { secondsWaited += ProcessInfo.processInfo.systemUptime - start }
    try trainStep.refuseNonFiniteValues(location: "\(files.path), iteration \(state.iteration)")
    // There is one copy at a time.
    try writer.wait()
    state.steps = trainStep.optimizer.steps
    state.logBytes = try output.log.size()
    try output.journal.noteSizes(in: &state)
    let snapshot = try CheckpointSnapshot(trainStep, state: state, configuration: resolved)
    let (files, checkpoints, appended, iteration) = (files, checkpoints, output.appended, state.iteration)
    let report = output.journal.publication(
      iteration: iteration, waited: secondsWaited, isAwaited: isReportAwaited, pace: pace)
    try writer.begin {
      for file in appended { try file.flush() }
      try snapshot.writeWeights(to: files.lastWeights)
      if isBest { try snapshot.writeWeights(to: files.bestWeights) }
      // The checkpoint is written last: when it exists, so does everything that belongs to it.
      try snapshot.writeCheckpoint(to: checkpoints.path(iteration: iteration))
      try checkpoints.prune()
      guard let report else { return }
      try report.write()
      // Else the C library would keep what texts and images took, in more and more places.
      ProcessMemory.returnFreed()
    }
    savedState = state
  }
}

extension Trainer {
  /// The closing lines: how good the model is, where its files are, and how to resume.
  package func summary(of outcome: TrainingOutcome) -> String {
    let path = files.path
    switch outcome {
    case .stopped(let iteration):
      return "stopped after iteration \(iteration.grouped) of \(plan.iterations.grouped); --resume resumes the run"
    case .finished(let best):
      var lines = ["\(path) is complete: \(state.iteration.counted("iteration", isGrouped: true))"]
      if let reason = reasonToStopEarly, state.iteration < plan.iterations {
        lines[0] += " of \(plan.iterations.grouped)"
        lines.append("stopped early: \(reason)")
      }
      if let best {
        let result = best.result
        let psnr = ValidationResult.text(result.psnr, infinite: result.infinite, digits: 2)
        let baseline = ValidationResult.text(result.baselinePSNR, infinite: result.baselineInfinite, digits: 2)
        let position = plan.countsIterations ? "iteration \(best.iteration)" : "epoch \(best.epoch)"
        lines.append(
          "best    \(psnr) after \(position), \(configuration.task.baselineName) \(baseline)"
            + (result.gain.map { ": \(abs($0).fixed(2)) dB \($0 < 0 ? "less" : "more")" } ?? ""))
        lines.append("weights \(files.bestWeights)")
        if configuration.validation.samples > 0 { lines.append("images  \(files.samples)") }
      } else {
        lines.append("weights \(files.lastWeights)")
      }
      lines.append("report  \(files.report)")
      lines.append("To start over, remove the folder or name another with --output.")
      return lines.joined(separator: "\n")
    }
  }
}
