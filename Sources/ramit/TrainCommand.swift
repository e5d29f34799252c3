import ArgumentParser
import Diagnostics
import Models
import Parallel
import Training

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a model as a YAML configuration says.",
    discussion: """
      The run's folder holds the resolved configuration, a log, metrics as JSON lines, curves as SVG, sample images, \
      checkpoints and weights. SIGINT (Control-C), SIGTERM, SIGUSR1 or SIGHUP saves and stops after the current step, \
      with exit code 128 + the signal's number; a second SIGINT or SIGTERM ends at once.
      """)

  @Argument(help: "The YAML configuration.", completion: .file(extensions: ["yaml", "yml"]))
  var config: String

  @Option(
    name: .long, help: ArgumentHelp("Override a key, for example data.train.path=photos.", valueName: "key.path=value"))
  var set: [String] = []

  @Option(help: ArgumentHelp("The run's folder (default: runs/NAME).", valueName: "dir"))
  var output: String?

  @Flag(help: "Go on with the run in the folder, exactly where its last checkpoint is; begin if there is none.")
  var resume = false

  @Option(help: "Threads that compute (default: all processors).")
  var threads: Int?

  @Flag(help: "Print errors only.")
  var quiet = false

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1, not \(threads)") }
    if output?.isEmpty == true { throw ValidationError("--output must name a folder") }
  }

  func run() throws {
    if let threads { ComputeThreads.count = threads }
    var settings = try TrainingConfiguration(readingFile: config, settings: set)
    if let output { settings.output = output }
    let trainer = try Trainer(settings, resume: resume, display: ProgressDisplay(quiet ? .quiet : .automatic)) {
      RAMiT($0.model.architecture, seed: $0.seed)
    }
    StopSignals.listen()
    let outcome = try trainer.run { StopSignals.pending != nil }
    if !quiet { print(trainer.summary(of: outcome)) }
    if case .stopped = outcome, let signal = StopSignals.pending { throw ExitCode(128 + signal) }
  }
}
