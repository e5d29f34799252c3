import Foundation
import RAMiTDiagnostics
import RAMiTExperiments
import RAMiTFiles
import RAMiTModels

/// Everything that reports show of a run, from its folder.
package struct RunRecord {
  package let path: String
  package let settings: RunSettings
  package var configuration: TrainingConfiguration { settings.training }
  package var history: RunHistory
  package var starts: RunStarts
  package var samples: [RunSample]
  package var sampleScores = SampleScores()

  /// Iterations done.
  package var iteration: Int { max(history.lastIteration, starts.starts.last?.lastIteration ?? 0) }

  /// Reads a folder, and changes nothing in it; the run may be in progress.
  /// - Parameters:
  ///   - architecture: of the models that runs may be of.
  ///   - report: called with each part that cannot be read; the rest is reported.
  /// - Throws: `InputError` when there is no run, or its configuration cannot be read.
  package init<Architecture: RestorationArchitecture>(
    reading path: String, of architecture: Architecture.Type, report: (InputError) -> Void
  ) throws {
    let files = RunFiles(path: path)
    let kind = try? FileStatus(path).kind
    guard kind == .folder, FileStatus.exists(files.configuration) else {
      throw InputError(
        path, expected: "the folder of a run, with config.yaml in it",
        found: kind == nil ? "no such folder" : kind == .folder ? "a folder without it" : "a file")
    }
    self.path = path
    settings = try RunSettings(RunConfiguration<Architecture>(readingFile: files.configuration))
    history = try RunHistory(reading: files.metrics, report: report)
    starts = RunStarts()
    do {
      starts = try RunStarts(reading: files.environment)
    } catch let error as InputError {
      report(error)
    }
    do {
      sampleScores = try SampleScores(reading: files.sampleScores, report: report)
    } catch let error as InputError {
      report(error)
    }
    samples = RunSample.read(files, of: settings.training.task, sampleScores, report: report)
  }

  package init(path: String, _ settings: RunSettings) {
    self.path = path
    self.settings = settings
    (history, starts, samples) = (RunHistory(), RunStarts(), [])
  }
}

/// A run's configuration as reports show it, whatever its model is.
package struct RunSettings {
  package let training: TrainingConfiguration
  /// The model's name.
  package let model: String
  /// Every key with its value, and with that of the defaults of the task and the model.
  package let values, defaults: [String: String]

  package init<Architecture: RestorationArchitecture>(_ run: RunConfiguration<Architecture>) throws {
    training = run.training
    model = run.model.variant
    values = try run.node().flattened()
    defaults = try RunConfiguration<Architecture>(task: training.task, named: model).node().flattened()
  }
}
