import ArgumentParser
import RAMiTDiagnostics
import RAMiTExperiments
import RAMiTFiles
import RAMiTModels
import RAMiTRuns
import RAMiTTraining

struct TrainCommand<Architecture: RestorationArchitecture>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "train", abstract: "Train a model as a YAML configuration says.",
      discussion: """
        The run's folder holds the resolved configuration, a log, metrics as JSON lines, events for TensorBoard, a \
        report (report.html), sample images, checkpoints and weights. docs/TRAINING.md lists all keys, and \
        \(Program.name) config prints them with their values.

        Tasks: x2, x3, x4 (super-resolution by 2, 3, 4), dn (colour denoising), graydn (grayscale denoising), \
        lle (low-light enhancement), dr (deraining).

        Examples:
          \(Program.name) train configs/quick/x2.yaml
          \(Program.name) train configs/x2/RAMiT.yaml --set data.train.path=photos --output runs/mine
          \(Program.name) train runs/mine/config.yaml --resume
          \(Program.name) train configs/dn/RAMiT.yaml --set data.train.batch=16 --set memory.limit="4 GB" --dry-run

        Several processes train together when a launcher of MPI starts them, with the bits of one process; \
        docs/CLUSTER.md tells how:
          mpirun -n 4 \(Program.name) train configs/x2/RAMiT.yaml --set gradients.accumulate=16

        SIGINT (Control-C), SIGTERM, SIGUSR1 or SIGHUP saves and stops after the current step. A second SIGINT, \
        SIGTERM or SIGUSR1 ends at once.

        Exit codes: 0 when all epochs are done, or the run stopped early; 128 + the signal's number (130, 143, 138, \
        129) when a signal stopped it and it can be resumed; 1 for anything else that went wrong; 64 for wrong usage. \
        Before the first step a signal ends the process itself, which a shell shows as the same code.
        """)
  }

  @Argument(help: "The YAML configuration.", completion: .file(extensions: ["yaml", "yml"]))
  var config: String

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      Override a key, for example data.train.path=photos. Text is taken literally, anything else is YAML; null \
      leaves a key without a value. The last of two for a key wins.
      """, valueName: "key.path=value"))
  var set: [String] = []

  @Option(help: ArgumentHelp("The run's folder (default: runs/NAME).", valueName: "dir"))
  var output: String?

  @Flag(help: "Resume the run in the folder, exactly from its last checkpoint; start it if there is none.")
  var resume = false

  @Flag(
    help:
      "With --resume, lets the learning rate, its schedule and gradients.clipNorm differ from before."
  )
  var allowChanges = false

  @Flag(help: "Print the plan, the data found, memory and time, and write nothing.")
  var dryRun = false

  @Option(
    help: ArgumentHelp(
      "With --dry-run, also estimates the time on so many machines like this one, one rank on each.", valueName: "N"))
  var nodes: Int?

  @Option(help: ArgumentHelp("The network between them, in bits a second: 1G, 10G, 100G.", valueName: "speed"))
  var network: NetworkSpeed = .gigabits(10)

  @Option(help: "Threads that compute (default: all processors; of several ranks on a machine, each its share).")
  var threads: Int?

  @Flag(help: "Print errors only.")
  var quiet = false

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1, not \(threads)") }
    if output?.isEmpty == true { throw ValidationError("--output must name a folder") }
    if let nodes, !(1...1_000_000).contains(nodes) {
      throw ValidationError("--nodes must be 1 to 1000000, not \(nodes)")
    }
    if nodes != nil, !dryRun { throw ValidationError("--nodes goes with --dry-run") }
    if allowChanges, !resume { throw ValidationError("--allow-changes goes with --resume") }
  }

  func run() throws { try Program.onRanks(train) }

  /// - Returns: the exit code.
  private func train(_ ranks: Ranks) throws -> ExitCode {
    // The first of several ranks speaks for all.
    let isQuiet = quiet || !ranks.isFirst
    try Program.prepare(threads: threads, quiet: quiet, ranks)
    var settings = try RunConfiguration<Architecture>(readingFile: config.expandingTilde, settings: set) {
      if !isQuiet { Console.report($0) }
    }
    if let output {
      settings.output = output.expandingTilde
    } else if resume, !set.contains(where: { $0.hasPrefix("output=") }),
      let run = RunFiles(ofConfiguration: config.expandingTilde)
    {
      // The configuration of a run that was moved or copied still names its old folder.
      settings.output = run.path
    }
    if dryRun {
      if ranks.isFirst { try printPlan(settings) }
      return .success
    }
    let isFirst = ranks.isFirst
    if !isQuiet {
      StopSignals.endProcess(saying: "\(Program.name): stopped before the first step; there is nothing new to save")
    }
    let trainer = try Trainer(
      settings, resume: resume, allowChanges: allowChanges, display: isQuiet ? nil : TrainingProgressBar(),
      command: Program.commandLine, ranks: ranks, skipped: { if isFirst { Program.reportSkipped($0) } })
    StopSignals.listen()
    let outcome = try trainer.run { StopSignals.pending != nil }
    if !isQuiet { Console.print(trainer.summary(of: outcome)) }
    guard case .stopped = outcome else { return .success }
    // A launcher may have passed the signal on to some ranks only.
    let signals = try ranks.gather(StopSignals.pending ?? 0)
    return signals.max().map { $0 == 0 ? .success : ExitCode(128 + $0) } ?? .success
  }

  private func printPlan(_ configuration: RunConfiguration<Architecture>) throws {
    let dryRun = try DryRun(configuration, skipped: Program.reportSkipped)
    if !quiet {
      let cluster = nodes.map { [dryRun.forecast(nodes: $0, network: network).line] } ?? []
      Console.print((dryRun.lines + cluster).joined(separator: "\n"))
    }
    if let error = dryRun.dataError ?? dryRun.memory.error { throw error }
  }
}

extension NetworkSpeed: ExpressibleByArgument {
  /// From `10G`, `2.5G`, `100M` and the like.
  public init?(argument: String) { self.init(argument) }

  /// As it is written on the command line.
  public var defaultValueDescription: String {
    description.replacing(" Gbit/s", with: "G").replacing(" Mbit/s", with: "M")
  }
}
