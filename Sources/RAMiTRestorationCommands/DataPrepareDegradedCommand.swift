import ArgumentParser
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTExperiments
import RAMiTFiles
import RAMiTModels
import RAMiTTraining

struct DegradedCommand<Architecture: RestorationArchitecture>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "degraded", abstract: "Make the inputs of a folder of photos by a configuration's degradations.",
      discussion: """
        Writes HR/ and LR_bicubic/X2/, or HQ/ and LQ/: a test set that every program can use. The degradations are \
        data.train.degradations; training draws new ones for each patch.
        """)
  }

  @Argument(help: "The folder of the photos.")
  var folder: String

  @Option(help: "The YAML configuration.", completion: .file(extensions: ["yaml", "yml"]))
  var config: String

  @Option(name: .long, help: ArgumentHelp("Override a key.", valueName: "key.path=value"))
  var set: [String] = []

  @Option(help: ArgumentHelp("The folder to write to.", valueName: "dir"))
  var output: String

  @Option(help: "Random seed.")
  var seed: UInt64 = 0

  @Flag(help: "Replace files of another content that are there already; photos never are.")
  var overwrite = false

  func run() throws {
    let run = try RunConfiguration<Architecture>(readingFile: config.expandingTilde, settings: set)
    let task = run.training.task
    guard let degradations = run.training.data.train.degradations else {
      throw InputError(config, expected: "a list data.train.degradations", found: "no such list")
    }
    let count = try DegradedPairs.write(
      photosOf: folder.expandingTilde, degradations.chain(for: task), channels: task.channels, seed: seed,
      to: output.expandingTilde, overwrites: overwrite, progress: showProgress("written"))
    Console.print("\(output): \(count.counted("pair")) for \(task.rawValue)")
  }
}
