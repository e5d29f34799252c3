import RAMiTRuns

/// How far a run has come: all that a checkpoint needs beside weights and moments.
struct TrainingState: Codable, Equatable {
  /// Iterations done.
  var iteration = 0
  /// The optimizer's steps.
  var steps = 0
  /// The losses since the last log line.
  var lossSum = 0.0
  var lossCount = 0
  /// The latest validation, and the best one so far.
  var latest: ValidationRecord?
  var best: ValidationRecord?
  /// How long validations have brought no improvement; nil where nobody asks, and before the first.
  var earlyStopping: EarlyStopping?
  /// What the run learns from; it must be the same when the run goes on.
  var data: DataSize?
  /// What the data are by name and content; nil in checkpoints of earlier versions.
  var fingerprints: DataFingerprints?
  /// Training files that could not be read when the run ended for it, and may be put right; nil for none.
  var unread: [String]?
  /// True until the first validation on other images than those of the one before; nil otherwise.
  var isScoredOnOtherImages: Bool?
  /// The sizes of the log and of the metrics when the checkpoint was written: what comes later is dropped on resuming.
  var logBytes: UInt64 = 0
  var metricsBytes: UInt64 = 0
  /// The size of TensorBoard's events then; nil where there were none.
  var eventBytes: UInt64?
}

/// How much there is to learn from.
struct DataSize: Codable, Equatable, CustomStringConvertible {
  /// Images; nil where they never end.
  var images: Int?
  var samplesPerEpoch: Int

  var description: String { (images.map { "\($0) images, " } ?? "") + "\(samplesPerEpoch) samples an epoch" }
}
