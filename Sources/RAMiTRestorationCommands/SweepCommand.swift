import ArgumentParser
import RAMiTDiagnostics
import RAMiTExperiments
import RAMiTFiles
import RAMiTModels
import RAMiTTraining

struct SweepCommand<Architecture: RestorationArchitecture>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "sweep", abstract: "Train a configuration with several seeds; print the scores' mean and deviation.",
      discussion: """
        The runs are trained one after the other, in the folders seed-0, seed-1, ... of the configuration's folder, \
        and each is a run like any other. sweep.json and sweep.md there hold the best validation of each run, and \
        their mean and deviation.

        The same command resumes a sweep that was stopped, as exactly as train --resume does; more seeds may be added. \
        {seed} in warmStart.weights and initialWeights stands for the run's seed. Signals and exit codes are those of \
        train.

        Examples:
          \(Program.name) sweep configs/quick/x2.yaml --seeds 0 1 2
          \(Program.name) sweep x4.yaml --seeds 0 1 \\
            --set 'warmStart.weights=runs/x2/seed-{seed}/weights/best.safetensors'
        """)
  }

  @Argument(help: "The YAML configuration.", completion: .file(extensions: ["yaml", "yml"]))
  var config: String

  @Option(parsing: .upToNextOption, help: ArgumentHelp("The seeds, in place of the key `seed`.", valueName: "seed"))
  var seeds: [UInt64]

  @Option(name: .long, help: ArgumentHelp("Override a key, as in train.", valueName: "key.path=value"))
  var set: [String] = []

  @Option(help: ArgumentHelp("The folder of the runs (default: runs/NAME).", valueName: "dir"))
  var output: String?

  @Flag(help: "Lets the learning rate, its schedule and gradients.clipNorm differ from before.")
  var allowChanges = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if output?.isEmpty == true { throw ValidationError("--output must name a folder") }
    if seeds.isEmpty { throw ValidationError("--seeds needs a seed") }
    for seed in seeds where seeds.count(where: { $0 == seed }) > 1 {
      throw ValidationError("--seeds has \(seed) twice")
    }
  }

  func run() throws {
    try Program.refuseSeveralProcesses(for: "sweep")
    try common.apply()
    let isQuiet = common.quiet
    var configuration = try RunConfiguration<Architecture>(readingFile: config.expandingTilde, settings: set) {
      if !isQuiet { Console.report($0) }
    }
    if let output { configuration.output = output.expandingTilde }
    let sweep = try SeedSweep(configuration, seeds: seeds)
    StopSignals.listen()
    let (outcome, report) = try sweep.train(
      allowChanges: allowChanges, display: { isQuiet ? nil : TrainingProgressBar() }, skipped: Program.reportSkipped,
      completed: { if !isQuiet { Console.print($0 + "\n") } }, isStopRequested: { StopSignals.pending != nil })
    if !isQuiet, !report.runs.isEmpty { Console.print(report.text) }
    switch outcome {
    case .finished:
      if !isQuiet { Console.print("report  \(sweep.folder)/sweep.md") }
    case .stopped(let seed):
      if !isQuiet { Console.print("stopped in the run with seed \(seed); the same command resumes the sweep") }
      if let signal = StopSignals.pending { throw ExitCode(128 + signal) }
    }
  }
}
