import Foundation
import RAMiTDiagnostics
import RAMiTReports
import RAMiTRuns
import Synchronization

/// What a run reports while it trains.
extension Trainer {
  /// The run's position in words, in the unit of its schedule.
  func positionText(epoch: Int, iteration: Int) -> String {
    plan.countsIterations ? "iteration \(iteration)/\(plan.iterations)" : "epoch \(epoch)/\(plan.epochs)"
  }

  func progress(at position: TrainingPlan.Position) -> TrainingProgress {
    let stage = position.stage
    let seconds = speed.seconds ?? 0
    // The time of a later stage is proportional to its pixels.
    let pixelsLeft = plan.stages.reduce(0.0) { sum, stage in
      let iterations = stage.iterations.clamped(to: state.iteration..<max(state.iteration, plan.iterations)).count
      return sum + Double(iterations) * stage.pixelsPerIteration
    }
    return TrainingProgress(
      title: plan.countsIterations ? "iteration" : "epoch \(position.epoch + 1)/\(plan.epochs)",
      done: state.iteration, count: plan.iterations,
      loss: meanLoss ?? .nan, learningRate: position.learningRate,
      imagesPerSecond: seconds > 0 ? Double(stage.batch) / seconds : 0,
      secondsLeft: seconds * pixelsLeft / stage.pixelsPerIteration)
  }

  /// The mean since the last line of the log; nil where all steps were skipped.
  private var meanLoss: Double? { state.lossCount > 0 ? state.lossSum / Double(state.lossCount) : nil }

  /// How far the run is, for its report.
  var pace: RunPace {
    let position = plan.position(min(state.iteration, plan.iterations - 1))
    let now = progress(at: position)
    return RunPace(
      epochsDone: plan.epochsDone(after: state.iteration).count, imagesPerSecond: now.imagesPerSecond,
      secondsLeft: now.secondsLeft)
  }

  func logLoss(at position: TrainingPlan.Position) throws {
    let (now, loss) = (progress(at: position), meanLoss)
    (state.lossSum, state.lossCount) = (0, 0)
    try output?.journal.add(
      MetricsLine(epoch: position.epoch, iteration: state.iteration, loss: loss, learningRate: now.learningRate),
      imagesPerSecond: now.imagesPerSecond)
    let iteration = plan.countsIterations ? "" : "  iteration \(state.iteration)"
    try say(
      "\(positionText(epoch: position.epoch + 1, iteration: state.iteration))\(iteration)"
        + "  loss \(now.loss.fixed(5))  learning rate \(scientific(now.learningRate))"
        + "  \(now.imagesPerSecond.fixed(1)) images/s  \(duration(now.secondsLeft)) left")
  }

  /// Counts a step that was skipped, and logs it.
  /// - Throws: `InputError` when more in a row were skipped than the configuration allows.
  func skip(_ value: NonFiniteValue, at position: TrainingPlan.Position, location: String) throws {
    let skipped = (state.skipped ?? 0) + 1, limit = configuration.gradients.maximumSkipped
    guard skipped <= limit else {
      throw InputError(
        location, expected: "\(value.expected) after \(limit.counted("skipped step")) (gradients.maximumSkipped)",
        found: value.found)
    }
    let iteration = state.iteration + 1
    try output?.journal.addSkipped(
      MetricsLine(epoch: position.epoch, iteration: iteration, skipped: value.description))
    let suffix = plan.countsIterations ? "" : "  iteration \(iteration)"
    try say("\(positionText(epoch: position.epoch + 1, iteration: iteration))\(suffix)  skipped: \(value)")
    state.skipped = skipped
  }

  /// Writes the images that were left out since to the log. The display has its own way to tell them.
  func logSkippedImages() throws { try logSkippedImages(skippedImages.take()) }

  /// Ranks may meet the same image.
  func logSkippedImages(_ errors: [InputError]) throws {
    for error in errors where reportedImages.insert(error.location).inserted {
      try output?.log.append(line: "\(Date.now.formatted(.iso8601))  skipped \(error)")
    }
  }

  /// Writes a line to the log, with the time, and to the display.
  func say(_ line: String) throws {
    try output?.log.append(line: "\(Date.now.formatted(.iso8601))  \(line)")
    display?.line(line)
  }
}

/// How long an iteration takes: a moving average, which follows a machine that slows down.
struct Speed {
  private static let memory = 0.95
  private var last: Double?
  /// Seconds of an iteration.
  private(set) var seconds: Double?

  private static var now: Double { ProcessInfo.processInfo.systemUptime }

  /// Starts the clock; earlier time does not count.
  mutating func start() { last = Self.now }

  /// Counts an iteration.
  mutating func count() {
    let now = Self.now
    if let last {
      let elapsed = now - last
      seconds = seconds.map { $0 * Self.memory + elapsed * (1 - Self.memory) } ?? elapsed
    }
    last = now
  }
}

extension TrainingPlan.Stage {
  /// Input pixels of an iteration, to which its work is proportional.
  var pixelsPerIteration: Double { Double(batch) * Double(patch) * Double(patch) }
}

/// Images that were left out (`data.train.onBadImage: skip`), found on any thread.
final class SkippedImages: Sendable {
  private let errors = Mutex<[InputError]>([])

  func add(_ error: InputError) { errors.withLock { $0.append(error) } }

  /// Those that were added since the last call.
  func take() -> [InputError] {
    errors.withLock { errors in
      defer { errors = [] }
      return errors
    }
  }
}
