import ArgumentParser
import Foundation
import RAMiTDiagnostics
import RAMiTModels

/// The command line of a program that trains, measures and uses models of an architecture.
///
/// Your own program is this, with your own type:
///
///     @main struct Main {
///       static func main() { RestorationCommand<MyArchitecture>.main() }
///     }
///
/// It trains, resumes and reports from YAML (`model.architecture` is the type's name), evaluates weights, restores
/// photos, converts weight files, exports models as ONNX and measures; `ramit` is the same for the built-in
/// architectures.
public struct RestorationCommand<Architecture: RestorationArchitecture>: ParsableCommand {
  /// For the parser, which fills in the arguments; a program calls `main()`.
  public init() {}

  /// Its name is that of the file that the program was started from.
  public static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: Program.name, abstract: "Image restoration: training, evaluation and use, on CPUs.",
      discussion: """
        Models: \(Architecture.modelNames.joined(separator: ", ")).

        Exit codes: 0 only when everything was done; 1 when something was not, with one line for each failure on \
        standard error; 64 for wrong usage.

        A download has programs for several instruction sets and takes the fastest one that the processor runs; \
        RAMIT_INSTRUCTION_SET=sse2, avx2 or avx512 takes another.
        """,
      version: Program.versionText,
      subcommands: [
        TrainCommand<Architecture>.self, SweepCommand<Architecture>.self, ConfigCommand<Architecture>.self,
        ReportCommand<Architecture>.self, EvaluateCommand<Architecture>.self, CompareCommand.self,
        RestoreCommand<Architecture>.self, ModelsCommand<Architecture>.self, SummaryCommand<Architecture>.self,
        BenchmarkCommand<Architecture>.self, ConvertCommand<Architecture>.self, ExportCommand<Architecture>.self,
        FigureCommand<Architecture>.self, DataCommand<Architecture>.self,
      ] + AdditionalCommands.list)
  }

  /// Does what the arguments of the process say, and ends the process.
  ///
  /// Prints what goes wrong on one line, `NAME: ...`, with exit code 1. Usage errors have code 64.
  /// - Parameter commands: the program's own commands, beside those of every program.
  public static func main(adding commands: [any ParsableCommand.Type]) {
    Console.prepare(program: Program.name)
    var code = ExitCode.success
    do {
      try Program.checkArguments()
      try Program.replaceByFastest()
      try AdditionalCommands.$list.withValue(commands) {
        var command = try parseAsRoot(CommandLine.argumentsAsGiven)
        try command.run()
      }
    } catch let error as ExitCode {
      code = error
    } catch {
      AdditionalCommands.$list.withValue(commands) {
        code = exitCode(for: error)
        if code == .failure {
          Program.report(error)
        } else {
          Console.print(fullMessage(for: error), to: code.isSuccess ? .output : .errors)
        }
      }
    }
    // Output that could not be written is a failure, whatever else succeeded.
    for failure in Console.failures {
      if !failure.isReaderGone { Program.report(failure.error) }
      if code.isSuccess { code = .failure }
    }
    Foundation.exit(code.rawValue)
  }

  /// The same for a program without commands of its own.
  public static func main() { main(adding: []) }
}

/// A program's own commands while it runs.
private enum AdditionalCommands {
  @TaskLocal static var list: [any ParsableCommand.Type] = []
}
