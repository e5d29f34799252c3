import RAMiTFiles

/// The paths in a run's folder.
package struct RunFiles: Sendable {
  package let path: String

  package init(path: String) { self.path = path }

  /// The paths of the run that keeps this configuration in its folder; nil for any other file.
  package init?(ofConfiguration file: String) {
    let files = RunFiles(path: file.parentPath.absolutePath)
    guard file.lastPathPart == files.configuration.lastPathPart, Folder.exists(files.checkpoints) else { return nil }
    self = files
  }

  /// The whole configuration, defaults included.
  package var configuration: String { path + "/config.yaml" }
  /// What the run was started with, each time.
  package var environment: String { path + "/environment.json" }
  /// The records of the data's files.
  package var data: String { path + "/data.json" }
  package var log: String { path + "/train.log" }
  package var metrics: String { path + "/metrics.jsonl" }
  package var events: String { tensorBoard + "/events.out.tfevents.ramit" }
  package var report: String { path + "/report.html" }
  package var curves: String { path + "/curve.svg" }
  package var samples: String { path + "/samples" }
  package var sampleScores: String { samples + "/scores.jsonl" }
  /// The middle of a sample as an earlier validation restored it.
  /// - Parameter name: of the sample's file.
  package func pastSample(_ name: String, iteration: Int) -> String {
    "\(samples)/history/\(name.dropLast(".png".count))/\(iteration).png"
  }
  package var checkpoints: String { path + "/checkpoints" }
  private var weights: String { path + "/weights" }
  private var tensorBoard: String { path + "/tensorboard" }
  /// The weights of the latest checkpoint, and those that scored best.
  package var lastWeights: String { weights + "/last.safetensors" }
  package var bestWeights: String { weights + "/best.safetensors" }

  /// What a run writes as a whole or appends to, but for its checkpoints and samples.
  var written: [String] {
    [configuration, environment, data, log, metrics, events, report, curves, lastWeights, bestWeights]
  }

  /// The folder itself, and those in it.
  package var folders: [String] { [path, checkpoints, weights, samples, tensorBoard] }
}
