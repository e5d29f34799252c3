import ArgumentParser
import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTExperiments
import RAMiTFiles
import RAMiTModels
import RAMiTTraining

struct DataBenchmarkCommand<Architecture: RestorationArchitecture>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "benchmark", abstract: "How many samples per second a configuration's loader delivers on its own.",
      discussion: "Training never waits for data while this is well above the images per second that it prints.")
  }

  @Argument(help: "The YAML configuration.", completion: .file(extensions: ["yaml", "yml"]))
  var config: String

  @Option(name: .long, help: ArgumentHelp("Override a key.", valueName: "key.path=value"))
  var set: [String] = []

  @Option(help: "How long to measure.")
  var seconds = 10.0

  func validate() throws {
    guard seconds > 0, seconds <= 3600 else { throw ValidationError("--seconds must be above 0 and at most 3600") }
  }

  func run() throws {
    let run = try RunConfiguration<Architecture>(readingFile: config.expandingTilde, settings: set)
    let configuration = run.training
    let clock = ContinuousClock()
    let start = clock.now
    let data = try TrainingData(configuration, report: Program.reportSkipped)
    let opened = clock.now - start
    let loader = configuration.data.loader
    let batches = BatchLoader(0..<Int.max, threads: loader.threads, ahead: loader.ahead) {
      [samples = data.samples] in try samples.batch(iteration: $0)
    }
    // The first batch finds the memory cold and the threads idle.
    _ = try batches.next()
    let began = clock.now
    var iterations = 0
    while clock.now - began < .seconds(seconds) {
      _ = try batches.next()
      iterations += 1
    }
    let elapsed = clock.now - began
    let train = configuration.data.train
    let rate = Double(iterations * data.samples.batch) / (elapsed / .seconds(1))
    Console.print(
      String(
        format: "%.1f samples/s: %d batches of %d patches of %d, %d threads, opened in %.2f s", rate, iterations,
        train.batch, train.patch, loader.threads, opened / .seconds(1)))
  }
}
