import ArgumentParser
import Diagnostics
import Foundation

/// Trains, measures and uses RAMiT.
@main struct Ramit: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ramit", abstract: "Image restoration with RAMiT: training, evaluation and use, on CPUs.",
    discussion: """
      Exit codes: 0 only when everything was done; 1 when something was not, with one line for each failure on \
      standard error; 64 for wrong usage.
      """,
    version: versionText,
    subcommands: [
      TrainCommand.self, ReportCommand.self, EvaluateCommand.self, RestoreCommand.self, SummaryCommand.self,
      BenchmarkCommand.self, ConvertCommand.self, DataCommand.self,
    ])

  /// Prints what goes wrong on one line: `ramit: ...`, exit code 1. Usage errors have code 64.
  static func main() {
    Console.prepare()
    var code = ExitCode.success
    do {
      var command = try parseAsRoot(CommandLine.argumentsAsGiven)
      try command.run()
    } catch let error as ExitCode {
      code = error
    } catch {
      code = exitCode(for: error)
      if code == .failure {
        report(error)
      } else {
        Console.print(fullMessage(for: error), to: code.isSuccess ? .output : .errors)
      }
    }
    // What could not be said is not done, whatever else was.
    for failure in Console.failures {
      if !failure.isReaderGone { report(failure.error) }
      if code.isSuccess { code = .failure }
    }
    Foundation.exit(code.rawValue)
  }

  /// Looks whether the program fits the machine, before anything long is computed: one line on standard error when it was
  /// built for less than the machine has.
  /// - Throws: `InputError` when it was built for more.
  static func checkBuild(quiet: Bool) throws {
    try InstructionSet.check()
    if !quiet, let advice = InstructionSet.advice() { report(advice) }
  }

  /// One line on standard error.
  static func report(_ error: any Error) { report("\(error)") }

  static func report(_ line: String) { Console.report(line) }
}
