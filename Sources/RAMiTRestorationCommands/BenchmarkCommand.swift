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
        speed of OpenBLAS's sgemm or its data at the memory's, both measured before and after. More than 100 % means \
        that data were still in a cache. Arithmetic that the backward pass repeats is not counted.

        Examples:
          \(Program.name) benchmark
          \(Program.name) benchmark infer:352x640 --threads 1,2 --runs 5
          \(Program.name) benchmark train:16x64 --profile --json profile.json
          \(Program.name) benchmark train:16x128 --recompute stages
          \(Program.name) benchmark infer:128x128 --model RAMiT-slimSR --task x4
        """)
  }

  @Argument(
    help: ArgumentHelp("What to time (default: \(BenchmarkCase.standard.joined(separator: ", "))).", valueName: "case"))
  var cases: [String] = []

  @Option(help: "The model.")
  var model = ModelName<Architecture>()

  @Option(help: "The task that the model is for.")
  var task = RestorationTask.x2

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
    help: ArgumentHelp("Write results, or profiles, to a JSON file.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var json: String?

  @Flag(help: "Print results and errors only.")
  var quiet = false

  func validate() throws {
    guard (1...1_000_000).contains(runs) else { throw ValidationError("--runs must be at least 1, not \(runs)") }
    if let error = model.architecture(for: task).validationError { throw ValidationError(error) }
    if shapes, !profile { throw ValidationError("--shapes belongs to --profile") }
  }

  func run() throws {
    try Program.checkBuild(quiet: quiet)
    let works = try (cases.isEmpty ? BenchmarkCase.standard : cases).map(BenchmarkCase.init)
    let architecture = model.architecture(for: task)
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
          architecture, runs: runs, threads: threads, checkpointing: recompute, version: Program.version)
        for result in results { Console.print(try result.json()) }
        report.results += results
      }
    }
    if let json { try report.write(to: json.expandingTilde) }
  }
}
