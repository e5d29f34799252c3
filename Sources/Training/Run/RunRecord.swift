import Diagnostics
import Foundation

/// What a run's folder tells of the run: all that reports show.
public struct RunRecord {
  public let path: String
  let configuration: TrainingConfiguration
  var history: RunHistory
  var starts: RunStarts
  var samples: [RunSample]

  /// Iterations done.
  var iteration: Int { max(history.lastIteration, starts.starts.last?.lastIteration ?? 0) }

  /// Reads a folder, which may be of a run that is under way; nothing in it is changed.
  /// - Parameter report: is told of each part that cannot be read, of a run that can be reported all the same.
  /// - Throws: `InputError` when there is no run, or its configuration cannot be read.
  public init(reading path: String, report: (InputError) -> Void) throws {
    let files = RunFiles(path: path)
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    guard exists, isFolder.boolValue, FileManager.default.fileExists(atPath: files.configuration) else {
      throw InputError(
        path, expected: "the folder of a run, with config.yaml in it",
        found: !exists ? "nothing" : isFolder.boolValue ? "a folder without it" : "a file")
    }
    self.path = path
    configuration = try TrainingConfiguration(readingFile: files.configuration)
    history = try RunHistory(reading: files.metrics, report: report)
    starts = RunStarts()
    do {
      starts = try RunStarts(reading: files.environment)
    } catch let error as InputError {
      report(error)
    }
    samples = RunSample.read(files.samples, of: configuration.task, report: report)
  }

  init(path: String, configuration: TrainingConfiguration) {
    self.path = path
    self.configuration = configuration
    (history, starts, samples) = (RunHistory(), RunStarts(), [])
  }
}
