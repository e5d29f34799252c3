import ArgumentParser
import RAMiTDiagnostics

/// Times this package: its operations and models against the machine's own peaks, and RAMiT beside PyTorch.
@main struct Benchmarks: ParsableCommand {
  static let name = "RAMiTBenchmarks"

  static let configuration = CommandConfiguration(
    commandName: name, abstract: "Time the package's operations and models.",
    subcommands: [TimeCommand.self, RaceCommand.self], defaultSubcommand: TimeCommand.self)

  static func main() {
    Console.prepare(program: name)
    do {
      var command = try parseAsRoot()
      try command.run()
      // Output that could not be written is a failure, whatever else succeeded.
      for failure in Console.failures where !failure.isReaderGone { Console.report("\(failure.error)") }
      if !Console.failures.isEmpty { throw ExitCode.failure }
    } catch let error as InputError {
      Console.report("\(error)")
      exit(withError: ExitCode.failure)
    } catch {
      exit(withError: error)
    }
  }
}
