import ArgumentParser
import Foundation

/// Trains, measures and uses RAMiT.
@main struct Ramit: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ramit", abstract: "Image restoration with RAMiT: training, evaluation and use, on CPUs.",
    subcommands: [TrainCommand.self, DataCommand.self])

  /// Prints what goes wrong on one line: `ramit: ...`, exit code 1. Usage errors have code 64.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      guard exitCode(for: error) == .failure, !(error is ExitCode) else { exit(withError: error) }
      FileHandle.standardError.write(Data("ramit: \(error)\n".utf8))
      exit(withError: ExitCode.failure)
    }
  }
}
