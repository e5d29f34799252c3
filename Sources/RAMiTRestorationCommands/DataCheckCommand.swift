import ArgumentParser
import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTFiles

struct DataCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Read every image of a set and name each one that is wrong.",
    discussion: """
      Errors are: an image without its partner, two images of one name, an image that cannot be decoded, a pair whose \
      sizes do not fit together, gray or 16-bit images among 8-bit RGB, CMYK, and a number of images that differs from \
      the published one. The exit code is 1 when there are errors. Notes tell what is used all the same: files with \
      damage beside their pixels, more pages than one.
      """)

  @OptionGroup var selection: DataSelection

  @Flag(help: "Print JSON.")
  var json = false

  private struct Summary: Encodable {
    let faults: Int
    let sets: [DatasetReport]
  }

  func run() throws {
    var known: FactsOfFiles = [:]
    let reports = try selection.sets().map { DatasetReport($0, known: &known, progress: showProgress("read")) }
    let summary = Summary(faults: reports.reduce(0) { $0 + $1.faults.count }, sets: reports)
    if json {
      Console.write(try JSON.encode(summary, isPretty: true), to: .output)
    } else {
      reports.forEach(printReport)
    }
    if summary.faults > 0 { throw ExitCode.failure }
  }

  private func printReport(_ report: DatasetReport) {
    for fault in report.faults { Console.print(fault.line) }
    for note in report.notes { Console.print("note: " + note.line) }
    if let leftOut = report.leftOut { Console.print("left out: \(leftOut)") }
    let scale = report.scale > 1 ? " x\(report.scale)" : ""
    let share = report.expected.map { "\(report.pairs) of " + $0.counted(report.noun) }
    Console.print(
      "\(report.name)\(scale): \(share ?? report.pairs.counted(report.noun)), \(report.files.counted("file")), "
        + (report.faults.isEmpty ? "nothing wrong" : report.faults.count.counted("fault"))
        + (report.notes.isEmpty ? "" : ", " + report.notes.count.counted("note")))
  }
}

extension DatasetReport {
  /// What it counts.
  fileprivate var noun: String { files > pairs ? "pair" : "image" }
}
