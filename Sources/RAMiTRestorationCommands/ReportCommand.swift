import ArgumentParser
import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTModels
import RAMiTReports
import RAMiTRuns
import RAMiTTraining

struct ReportCommand<Architecture: RestorationArchitecture>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "report", abstract: "Compare runs: a table here, and a page with curves and images.",
      discussion: """
        The scores are those of each run's best validation; the baseline is the score without a model, and the \
        time is that of all starts of the run. Runs may be in progress. A folder or a part of it that cannot be read \
        is named, the others are reported, and the exit code is 1.

        Examples:
          \(Program.name) report runs/quick-x2
          \(Program.name) report runs/* --output comparison.html
        """)
  }

  @Argument(help: ArgumentHelp("The runs' folders.", valueName: "dir"), completion: .directory)
  var folders: [String]

  @Option(help: ArgumentHelp("The page to write.", valueName: "file"), completion: .file(extensions: ["html"]))
  var output = "report.html"

  @Flag(help: "Print errors only.")
  var quiet = false

  func validate() throws {
    if output.isEmpty { throw ValidationError("--output must name a file") }
  }

  func run() throws {
    var errors = 0
    func report(_ error: any Error) {
      Program.report(error)
      errors += 1
    }
    let records = folders.compactMap { folder in
      do {
        return try RunRecord(
          reading: folder.expandingTilde.trimmingEndSlashes, of: Architecture.self, report: report)
      } catch {
        report(error)
        return nil
      }
    }
    guard !records.isEmpty else { throw ExitCode.failure }
    let comparison = RunComparison(records)
    if !quiet { comparison.lines.forEach { Console.print($0) } }
    let output = output.expandingTilde
    try comparison.write(to: output)
    if !quiet { Console.print("\npage    \(output)") }
    if errors > 0 { throw ExitCode.failure }
  }
}

extension String {
  /// `runs/x2/` is `runs/x2`.
  fileprivate var trimmingEndSlashes: String {
    let end = lastIndex { $0 != "/" }
    return end.map { String(self[...$0]) } ?? self
  }
}
