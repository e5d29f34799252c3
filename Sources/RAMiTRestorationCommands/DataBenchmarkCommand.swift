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

  @Option(help: "The most seconds before that, in which the loader decodes nearly all photos.")
  var warmup = 60.0

  func validate() throws {
    guard seconds > 0, seconds <= 3600 else { throw ValidationError("--seconds must be above 0 and at most 3600") }
    guard warmup >= 0, warmup <= 3600 else { throw ValidationError("--warmup must be 0 to 3600") }
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
    let batch = configuration.data.train.batch
    /// Batches per second until `isDone`, which gets their number and the seconds; at least one.
    func measure(until isDone: (Int, Double) -> Bool) throws -> (batches: Int, rate: Double) {
      let began = clock.now
      var count = 0
      while true {
        _ = try batches.next()
        count += 1
        let elapsed = (clock.now - began) / .seconds(1)
        if isDone(count, elapsed) { return (count, Double(count * batch) / elapsed) }
      }
    }
    // At first the memory is cold: each sample needs its photo decoded.
    let warming = try measure { $0 * batch >= data.warmUpSamples || $1 >= warmup }
    let measured = try measure { $1 >= seconds }
    let train = configuration.data.train
    Console.print(
      String(
        format: "%.1f samples/s: %@ of %@ of %d, %@, opened in %.2f s", measured.rate,
        measured.batches.counted("batch", "batches"), train.batch.counted("patch", "patches"), train.patch,
        loader.threads.counted("thread"), opened / .seconds(1)))
    Console.print(
      String(
        format: "%.1f samples/s before that, in the first %@", warming.rate,
        warming.batches.counted("batch", "batches")))
  }
}
