import RAMiTDiagnostics
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
  /// The steps that were skipped since the last one that was taken; nil for none.
  var skipped: Int?
  /// The latest validation, and the best one so far.
  var latest: ValidationRecord?
  var best: ValidationRecord?
  /// How long validations have not improved; nil without early stopping, and before the first.
  var earlyStopping: EarlyStopping?
  /// The size of the training set; it must be the same when the run resumes.
  var data: DataSize?
  /// The fingerprints of the data; nil in checkpoints of earlier versions.
  var fingerprints: DataFingerprints?
  /// Unreadable training files that ended the run, and may have been repaired since; nil for none.
  var unread: [String]?
  /// True until the first validation on different images from the previous one; nil otherwise.
  var isScoredOnOtherImages: Bool?
  /// The sizes of the log and of the metrics when the checkpoint was written: resuming drops what comes later.
  var logBytes: UInt64 = 0
  var metricsBytes: UInt64 = 0
  /// The size of TensorBoard's events then; nil where there were none.
  var eventBytes: UInt64?
  /// The size of the scores of samples then; nil in checkpoints of earlier versions.
  var sampleScoreBytes: UInt64?
}

/// The size of a training set.
struct DataSize: Codable, Equatable, CustomStringConvertible {
  /// Images; nil where they never end.
  var images: Int?
  var samplesPerEpoch: Int

  var description: String {
    (images.map { $0.counted("image", isGrouped: true) + ", " } ?? "")
      + samplesPerEpoch.counted("sample", isGrouped: true) + " per epoch"
  }
}
