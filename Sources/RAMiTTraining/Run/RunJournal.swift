import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging
import RAMiTReports
import RAMiTRuns
import Synchronization

/// What a run records while it trains: metrics, TensorBoard's events, its starts, and a report made from them.
///
/// Metrics, events and the samples' scores are truncated together with the log when a run resumes. The rest is made
/// from them.
final class RunJournal {
  private let files: RunFiles
  private let metrics: AppendOnlyFile
  private let events: EventFile
  private let sampleScores: AppendOnlyFile
  private var record: RunRecord
  /// The samples that this process has made.
  private var visited: Set<String> = []
  /// When this process began, in seconds of the system's clock.
  private let began = RunJournal.now
  /// When the report was last made, and how long that took beside writing it.
  private var published = (at: -Double.infinity, cost: 0.0)
  private let cost = PublicationCost()

  /// Reports take at most one part in this many of the training time, unless somebody waits for them.
  private static let costRatio = 200.0
  fileprivate static var now: Double { ProcessInfo.processInfo.systemUptime }

  /// - Throws: `InputError` when a file cannot be written.
  init(_ files: RunFiles, _ settings: RunSettings) throws {
    self.files = files
    metrics = try AppendOnlyFile(files.metrics)
    events = try EventFile(files.events)
    sampleScores = try AppendOnlyFile(files.sampleScores)
    record = RunRecord(path: files.path, settings)
  }

  // MARK: Resuming

  /// Resumes from a checkpoint's position, and records the start.
  /// - Parameters:
  ///   - changes: of the configuration since the previous start.
  ///   - command: what started the run this time.
  ///   - report: called with each part that cannot be read; the report leaves it out.
  /// - Throws: `InputError` when a file cannot be read or written.
  func resume(
    _ state: TrainingState, parameters: Int, plan: TrainingPlan, changes: [String], command: String?,
    report: (InputError) throws -> Void
  ) throws {
    try metrics.truncate(to: state.metricsBytes)
    try events.truncate(to: state.eventBytes ?? 0)
    try sampleScores.truncate(to: state.sampleScoreBytes ?? 0)
    var errors: [InputError] = []
    record.history = try RunHistory(reading: files.metrics) { errors.append($0) }
    if state.iteration > 0 {
      do {
        record.sampleScores = try SampleScores(reading: files.sampleScores) { errors.append($0) }
      } catch let error as InputError {
        errors.append(error)
      }
      record.samples = RunSample.read(files, of: record.configuration.task, record.sampleScores) { errors.append($0) }
    }
    do {
      record.starts = try RunStarts(reading: files.environment)
    } catch let error as InputError {
      try? Descriptor.rename(files.environment, to: files.environment + ".damaged")
      errors.append(error)
    }
    for error in errors { try report(error) }
    record.starts.starts.append(
      RunStart(
        seed: record.configuration.seed, parameters: parameters, plannedIterations: plan.iterations,
        plannedEpochs: plan.epochs, iteration: state.iteration, changes: changes, command: command))
  }

  // MARK: What happens

  func add(_ line: MetricsLine, imagesPerSecond: Double) throws {
    try metrics.append(line: line.json)
    record.history.add(line)
    try add(
      [
        .scalar("training/loss", line.loss ?? .nan), .scalar("training/rate", line.learningRate ?? .nan),
        .scalar("training/images per second", imagesPerSecond),
      ], at: line.iteration)
  }

  func addSkipped(_ line: MetricsLine) throws {
    try metrics.append(line: line.json)
    record.history.add(line)
  }

  /// - Parameter onOtherImages: whether the previous validation used different images.
  func add(_ validation: ValidationRecord, onOtherImages: Bool) throws {
    let line = MetricsLine(validation, onOtherImages: onOtherImages)
    try metrics.append(line: line.json)
    record.history.add(line)
    let result = validation.result
    try add(
      [
        .scalar("validation/PSNR", result.psnr), .scalar("validation/SSIM", result.ssim),
        .scalar("baseline/PSNR", result.baselinePSNR), .scalar("baseline/SSIM", result.baselineSSIM),
      ], at: line.iteration)
  }

  /// Records one of a validation's first samples, at most `RunSample.mostShown` of them.
  /// - Parameters:
  ///   - path: where the sheet has been written.
  ///   - entry: the image's scores; where it is kept, the restored image joins the history.
  ///   - isEvent: whether TensorBoard gets it, too.
  func add(_ sheet: SampleSheet, path: String, _ entry: SampleScores.Entry, isEvent: Bool) throws {
    var sample = try RunSample(sheet, of: record.configuration.task, path: path)
    if entry.isKept {
      let past = files.pastSample(path.lastPathPart, iteration: entry.iteration)
      try Folder.create(past.parentPath)
      // The target is the last panel, and what the model made comes before it.
      try ImageFile.write(RunSample.middle(of: sheet.panels[sheet.panels.count - 2]), to: past)
    }
    try sampleScores.append(line: JSON.encode(entry))
    record.sampleScores.add(entry)
    sample.add(
      record.sampleScores.entries(of: sample.name), files, before: record.samples.first { $0.path == path })
    visited.insert(path)
    var others = record.samples.filter { $0.path != path }
    // Samples of an earlier process stay as long as there is room.
    if others.count >= RunSample.mostShown, let index = others.lastIndex(where: { !visited.contains($0.path) }) {
      others.remove(at: index)
    }
    record.samples = (others + [sample]).sorted { RunSample.isBefore($0.name, $1.name) }
    guard isEvent else { return }
    let strip = sample.strip
    try add(
      [
        .image(
          "samples/\(sample.name)", width: strip.width, height: strip.height, channels: strip.channels,
          file: ImageFile.png(strip, named: path))
      ], at: entry.iteration)
  }

  private func add(_ summaries: [Event.Summary], at iteration: Int) throws {
    // TensorBoard cannot draw values that are not finite.
    let drawable = summaries.filter(\.isDrawable)
    if !drawable.isEmpty { try events.append(Event(step: iteration, summaries: drawable)) }
  }

  // MARK: Saving

  /// Notes the sizes of metrics, events and scores of samples.
  func noteSizes(in state: inout TrainingState) throws {
    state.metricsBytes = try metrics.size()
    state.eventBytes = try events.file.size()
    state.sampleScoreBytes = try sampleScores.size()
  }

  /// Metrics, events and scores of samples.
  var appended: [AppendOnlyFile] { [metrics, events.file, sampleScores] }

  /// The starts, the curves and the report, ready to be written on any thread.
  struct Publication: Sendable {
    fileprivate let files: RunFiles
    fileprivate let starts: RunStarts
    fileprivate let curves, report: String
    fileprivate let cost: PublicationCost

    /// - Throws: `InputError` when a file cannot be written.
    func write() throws {
      let start = RunJournal.now
      try starts.write(to: files.environment)
      try WholeFile.write(Data(curves.utf8), to: files.curves)
      try WholeFile.write(Data(report.utf8), to: files.report)
      cost.writing.withLock { $0 = RunJournal.now - start }
    }
  }

  /// What is to be written after a save.
  /// - Parameters:
  ///   - iteration: of the last checkpoint.
  ///   - waited: the seconds for which steps have waited for saves.
  ///   - isAwaited: false leaves it out when the last one is recent.
  ///   - pace: of a run in progress; nil for one that has ended or stopped.
  ///   - stoppedEarly: why the run ends before its schedule does; nil where it does not.
  /// - Returns: nil where it is left out.
  func publication(
    iteration: Int, waited: Double, isAwaited: Bool, pace: RunPace?, stoppedEarly: String? = nil
  ) -> Publication? {
    let start = Self.now, cost = published.cost + cost.writing.withLock(\.self)
    guard isAwaited || start - published.at >= Self.costRatio * cost else { return nil }
    let last = record.starts.starts.count - 1
    record.starts.starts[last].lastIteration = iteration
    record.starts.starts[last].secondsWaited = waited
    record.starts.starts[last].seconds = start - began
    record.starts.starts[last].stoppedEarly = stoppedEarly
    let result = Publication(
      files: files, starts: record.starts, curves: CurveChart(record).svg, report: RunReport(record, pace: pace).page,
      cost: self.cost)
    published = (start, Self.now - start)
    return result
  }
}

/// How long it took to write the last publication.
private final class PublicationCost: Sendable {
  let writing = Mutex(0.0)
}
