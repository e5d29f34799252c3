import ArgumentParser
import Foundation
import RAMiTBenchmarking
import RAMiTDiagnostics
import RAMiTEvaluation
import RAMiTFiles
import RAMiTModels
import RAMiTNN
import RAMiTParallel

/// Numbers of threads as they are written: `1,2`.
struct ThreadCounts: ExpressibleByArgument {
  let counts: [Int]

  init?(argument: String) {
    let counts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard counts.allSatisfy({ (1...4096).contains($0) }) else { return nil }
    self.counts = counts
  }
}

struct BenchmarkCommand<Architecture: RestorationArchitecture>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "benchmark", abstract: "Time a model on random images.",
      discussion: """
        A case is infer:HxW, one image of H x W pixels, or train:BxP, one step of Adam on B patches of P x P pixels. \
        For each case and number of threads one line of JSON tells the seconds of the runs after one warm-up (minimum, \
        median and maximum) and the process's peak memory, beside its estimate. Several numbers of \
        threads take turns; speedup is the median of each run's ratio to the run with the first number before it.

        With --profile a table tells where the time goes: each operation in the forward and in the backward pass, its \
        share, its GFLOP/s and GB/s, and how near it comes to the machine's limit, which is its arithmetic at the \
        speed of OpenBLAS's sgemm or its data at the memory's, both measured in turns with the runs. The table is of \
        the run of median time, the limit of the median speeds. More than 100 % means that data were still in a cache. \
        Arithmetic that the backward pass repeats is not counted.

        With --models or --size a table tells the images per second of several models at several sizes of the input, \
        each measured in a process of its own.

        Examples:
          \(Program.name) benchmark
          \(Program.name) benchmark infer:352x640 --threads 1,2 --runs 5
          \(Program.name) benchmark train:16x64 --profile --json profile.json
          \(Program.name) benchmark train:16x128 --recompute stages
          \(Program.name) benchmark infer:128x128 --model RAMiT-slimSR --task x4
          \(Program.name) benchmark --models all --size 320x180 --markdown speed.md
          \(Program.name) benchmark --weights best.safetensors last.safetensors --size 320x180 64x64
        """)
  }

  @Argument(
    help: ArgumentHelp("What to time (default: \(BenchmarkCase.standard.joined(separator: ", "))).", valueName: "case"))
  var cases: [String] = []

  @Option(help: "The model (default: \(ModelName<Architecture>().name), or what the weights say).")
  var model: ModelName<Architecture>?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("The models of a table, or all that have the task.", valueName: "model"))
  var models: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Weights, whose model is timed; for a table, any number of files.", valueName: "file"),
    completion: .file(extensions: ["safetensors", "pth"]))
  var weights: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("The sizes of a table's inputs (default: 320x180).", valueName: "width x height"))
  var size: [ImageSize] = []

  @Option(help: "The task that the model is for (default: x2, or what the weights say).")
  var task: RestorationTask?

  @Option(help: "Timed runs of a case.")
  var runs = 3

  @Option(help: ArgumentHelp("Threads that compute (default: all processors).", valueName: "count[,count...]"))
  var threads: ThreadCounts?

  @Option(help: "What the backward pass computes again instead of saving it: none, blocks or stages.")
  var recompute = ActivationCheckpointing.none

  @Flag(help: "Print where the time goes, operation by operation.")
  var profile = false

  @Flag(help: "With --profile, a line for every shape of an operation's result.")
  var shapes = false

  @Option(
    help: ArgumentHelp("Write results, profiles or the table to a JSON file.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var json: String?

  @Option(
    help: ArgumentHelp("Write the table to a Markdown file.", valueName: "file"),
    completion: .file(extensions: ["md"]))
  var markdown: String?

  @Flag(help: "Print results and errors only.")
  var quiet = false

  func validate() throws {
    guard (1...1_000_000).contains(runs) else { throw ValidationError("--runs must be at least 1, not \(runs)") }
    if shapes, !profile { throw ValidationError("--shapes belongs to --profile") }
    if isTable { return try validateTable() }
    if markdown != nil { throw ValidationError("--markdown belongs to a table: --models or --size") }
    if weights.count > 1 { throw ValidationError("--weights takes one file, or for a table (--size) any number") }
    guard weights.isEmpty else { return }
    if let error = named.validationError { throw ValidationError(error) }
  }

  /// The model where no weights say which.
  private var named: Architecture { (model ?? ModelName()).architecture(for: task ?? .x2) }

  func run() throws {
    try Program.checkBuild(quiet: quiet)
    if isTable { return try printTable() }
    let works = try (cases.isEmpty ? BenchmarkCase.standard : cases).map(BenchmarkCase.init)
    if let json { try JSON.prepare(json.expandingTilde) }
    let pretrained = try weights.first.map {
      try PretrainedModel<Architecture>(weights: $0.expandingTilde, task: task, named: model?.name) {
        if !quiet { Program.report($0) }
      }
    }
    let architecture = pretrained?.architecture ?? named
    for work in works { try work.checkMemory(of: architecture, recompute) }
    let threads = threads?.counts ?? [ComputeThreads.count]
    var report = BenchmarkReport()
    if profile {
      for count in threads {
        ComputeThreads.count = count
        for work in works {
          let profile = work.profile(architecture, runs: runs, checkpointing: recompute)
          Console.print(profile.text(byShape: shapes) + "\n")
          report.profiles.append(profile)
        }
      }
    } else {
      for work in works {
        let results = work.run(
          architecture, model: pretrained?.model, runs: runs, threads: threads, checkpointing: recompute,
          version: Program.version)
        for result in results { Console.print(try result.json()) }
        report.results += results
      }
    }
    if let json { try report.write(to: json.expandingTilde) }
  }
}
