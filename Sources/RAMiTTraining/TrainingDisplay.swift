/// Shows a run to a person while it trains; `ramit train` draws a bar on the terminal.
///
/// The training's thread calls it. What cannot be shown is left out: no training ends because nobody can watch it.
public protocol TrainingDisplay: AnyObject {
  /// A line about what has happened, such as the scores of a validation. The run's log has it too, with the time.
  func line(_ text: String)

  /// Called after each iteration. Making the numbers takes a little time, so a display asks only for those it shows.
  func show(_ progress: @autoclosure () -> TrainingProgress)

  /// Called after each image of a validation.
  func showValidation(_ done: Int, of count: Int)

  /// Called when the run ends or stops.
  func clear()
}

/// How far a run is, and how fast it goes.
public struct TrainingProgress: Sendable {
  /// The epoch, or what is counted where the schedule counts iterations.
  public let title: String
  /// Iterations of the whole run: done, and how many there are.
  public let done, count: Int
  /// The loss is the mean since the last line of the log; the others are those of now.
  public let loss, learningRate, imagesPerSecond, secondsLeft: Double
}
