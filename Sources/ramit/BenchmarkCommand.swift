import ArgumentParser
import Evaluation
import Foundation
import Models

struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark", abstract: "Time RAMiT x2 on random images.",
    discussion: """
      A case is infer:HxW, one image of H x W pixels, or train:BxP, one step of Adam on B patches of P x P pixels. \
      For each case one line of JSON tells the seconds of the runs after one warm-up (minimum, median and maximum), \
      and the peak memory of the process so far: give one case a process where memory matters.

      Examples:
        ramit benchmark
        ramit benchmark infer:352x640 --threads 2 --runs 5
        ramit benchmark train:16x128 --recompute stages
      """)

  @Argument(
    help: ArgumentHelp("What to time (default: \(BenchmarkCase.standard.joined(separator: ", "))).", valueName: "case"))
  var cases: [String] = []

  @Option(help: "Timed runs of a case.")
  var runs = 3

  @Option(help: "What a training step computes again instead of keeping it: none, blocks or stages.")
  var recompute = Recomputation.none

  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (1...1_000_000).contains(runs) else { throw ValidationError("--runs must be at least 1, not \(runs)") }
  }

  func run() throws {
    common.apply()
    for work in try (cases.isEmpty ? BenchmarkCase.standard : cases).map(BenchmarkCase.init) {
      printNow(try work.run(runs: runs, recomputation: recompute, version: ramitVersion).json())
    }
  }
}
