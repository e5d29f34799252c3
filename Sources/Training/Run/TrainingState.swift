/// How far a run has come: all that a checkpoint needs beside weights and moments.
struct TrainingState: Codable, Equatable {
  /// Epochs done, and iterations done in the next one.
  var epoch = 0
  var iterationInEpoch = 0
  /// Iterations done in all.
  var iteration = 0
  /// Adam's steps.
  var steps = 0
  /// The losses since the last log line.
  var lossSum = 0.0
  var lossCount = 0
  /// The latest validation, and the best one so far.
  var latest: ValidationRecord?
  var best: ValidationRecord?
  /// What the run learns from; it must be the same when the run goes on.
  var data: DataSize?
  /// The sizes of the log and of the metrics when the checkpoint was written: what comes later is dropped on resuming.
  var logBytes: UInt64 = 0
  var metricsBytes: UInt64 = 0
}

extension TrainingState {
  /// Whether the position is one that a run with so many iterations an epoch can have.
  func isPossible(iterationsPerEpoch: Int) -> Bool {
    iteration >= 0 && steps >= 0
      && iteration.quotientAndRemainder(dividingBy: iterationsPerEpoch) == (epoch, iterationInEpoch)
  }
}

/// How much there is to learn from.
struct DataSize: Codable, Equatable, CustomStringConvertible {
  /// Images; nil where they never end.
  var images: Int?
  var samplesPerEpoch: Int

  var description: String { (images.map { "\($0) images, " } ?? "") + "\(samplesPerEpoch) samples an epoch" }
}

/// A validation, and when it was.
public struct ValidationRecord: Codable, Equatable, Sendable {
  /// Epochs and iterations done.
  public var epoch, iteration: Int
  public var result: ValidationResult
}
