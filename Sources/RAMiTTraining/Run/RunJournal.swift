import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging
import RAMiTReports
import RAMiTRuns

/// What a run tells of itself while it goes on: metrics, TensorBoard's events, its starts, and a report made of them.
///
/// Metrics and events are truncated together with the log when a run resumes. The rest is made from them.
final class RunJournal {
  private let files: RunFiles
  private let metrics: AppendOnlyFile
  private let events: EventFile
  private var record: RunRecord
  /// The samples that this process has made.
  private var visited: Set<String> = []
  /// When this process began, in seconds of the system's clock.
  private let began = RunJournal.now
  /// When the report was last written, and how long that took.
  private var published = (at: -Double.infinity, cost: 0.0)

  /// Of the training's time, reports take one part in so many, unless somebody waits for them.
  private static let costRatio = 200.0
  private static var now: Double { ProcessInfo.processInfo.systemUptime }

  /// - Throws: `InputError` when a file cannot be written.
  init(_ files: RunFiles, _ settings: RunSettings) throws {
    self.files = files
    metrics = try AppendOnlyFile(files.metrics)
    events = try EventFile(files.events)
    record = RunRecord(path: files.path, settings)
  }

  // MARK: Resuming

  /// Resumes from where a checkpoint was, and notes the start.
  /// - Parameters:
  ///   - changes: of the configuration, since the start before.
  ///   - report: is called with what cannot be read: the report is made without it.
  /// - Throws: `InputError` when a file cannot be read or written.
  func resume(
    _ state: TrainingState, parameters: Int, plan: TrainingPlan, changes: [String], report: (InputError) throws -> Void
  ) throws {
    try metrics.truncate(to: state.metricsBytes)
    try events.truncate(to: state.eventBytes ?? 0)
    var errors: [InputError] = []
    record.history = try RunHistory(reading: files.metrics) { errors.append($0) }
    if state.iteration > 0 {
      record.samples = RunSample.read(files.samples, of: record.configuration.task) { errors.append($0) }
    }
    do {
      record.starts = try RunStarts(reading: files.environment)
    } catch let error as InputError {
      rename(files.environment, files.environment + ".damaged")
      errors.append(error)
    }
    for error in errors { try report(error) }
    record.starts.starts.append(
      RunStart(
        seed: record.configuration.seed, parameters: parameters, plannedIterations: plan.iterations,
        plannedEpochs: plan.epochs, iteration: state.iteration, changes: changes))
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

  /// - Parameter onOtherImages: whether the validation before was on other images.
  func add(_ validation: ValidationRecord, onOtherImages: Bool) throws {
    let line = MetricsLine(validation, onOtherImages: onOtherImages)
    try metrics.append(line: line.json)
    record.history.add(line)
    let result = validation.result
    try add(
      [
        .scalar("validation/PSNR", result.psnr), .scalar("validation/SSIM", result.ssim),
        .scalar("validation before/PSNR", result.baselinePSNR), .scalar("validation before/SSIM", result.baselineSSIM),
      ], at: line.iteration)
  }

  /// Notes one of a validation's first samples, at most `RunSample.mostShown` of them.
  /// - Parameters:
  ///   - path: where the sheet has been written.
  ///   - isEvent: whether TensorBoard is to get it.
  func add(_ sheet: SampleSheet, path: String, iteration: Int, isEvent: Bool) throws {
    let sample = try RunSample(sheet, of: record.configuration.task, path: path)
    visited.insert(path)
    var others = record.samples.filter { $0.path != path }
    // Of the samples that an earlier process left, as many stay as there is room for.
    if others.count >= RunSample.mostShown, let place = others.lastIndex(where: { !visited.contains($0.path) }) {
      others.remove(at: place)
    }
    record.samples = (others + [sample]).sorted { RunSample.isBefore($0.name, $1.name) }
    guard isEvent else { return }
    let strip = sample.strip
    try add(
      [
        .image(
          "samples/\(sample.name)", width: strip.width, height: strip.height, channels: strip.channels,
          file: ImageFile.png(strip, named: path))
      ], at: iteration)
  }

  private func add(_ summaries: [Event.Summary], at iteration: Int) throws {
    // TensorBoard has no place on a curve for what is not finite.
    let drawable = summaries.filter(\.isDrawable)
    if !drawable.isEmpty { try events.append(Event(step: iteration, summaries: drawable)) }
  }

  // MARK: Saving

  /// Makes metrics and events durable, and notes their sizes.
  func flush(into state: inout TrainingState) throws {
    state.metricsBytes = try metrics.flush()
    state.eventBytes = try events.flush()
  }

  /// Writes the starts, the curves and the report.
  /// - Parameters:
  ///   - iteration: of the last checkpoint.
  ///   - isAwaited: false where it may be left out because the last one is recent.
  ///   - stoppedEarly: why the run ends before its schedule does; nil where it does not.
  /// - Throws: `InputError` when a file cannot be written.
  func publish(iteration: Int, isAwaited: Bool, isUnderWay: Bool, stoppedEarly: String? = nil) throws {
    let start = Self.now
    guard isAwaited || start - published.at >= Self.costRatio * published.cost else { return }
    let last = record.starts.starts.count - 1
    record.starts.starts[last].lastIteration = iteration
    record.starts.starts[last].seconds = start - began
    record.starts.starts[last].stoppedEarly = stoppedEarly
    try record.starts.write(to: files.environment)
    try WholeFile.write(Data(CurveChart(record).svg.utf8), to: files.curves)
    try WholeFile.write(Data(RunReport(record, isUnderWay: isUnderWay).page.utf8), to: files.report)
    published = (start, Self.now - start)
  }
}
