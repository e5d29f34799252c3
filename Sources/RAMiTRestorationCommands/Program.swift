import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTMachine

/// The program that the commands are part of.
package enum Program {
  /// As it was started: `ramit`.
  package static let name = CommandLine.arguments.first?.lastPathPart ?? "ramit"

  static let version = Product.version

  /// What `--version` prints.
  static var versionText: String {
    let machine = InstructionSet.machine.map { ", this machine has \($0)" } ?? ""
    return "\(name) \(version) (built for \(InstructionSet.built)\(machine))"
  }

  /// Checks that the program fits the machine before any long work: one line on standard error when it
  /// was built for less than the machine has.
  /// - Throws: `InputError` when it was built for more.
  package static func checkBuild(quiet: Bool) throws {
    try InstructionSet.check()
    if !quiet, let advice = InstructionSet.advice() { report(advice) }
  }

  /// What this process was started with, as a shell would read it again.
  static var commandLine: String {
    ([name] + CommandLine.arguments.dropFirst()).map { argument in
      let isPlain = !argument.isEmpty && argument.allSatisfy { $0.isLetter || $0.isNumber || "-_./=,:@%+".contains($0) }
      return isPlain ? argument : "'" + argument.replacing("'", with: #"'\''"#) + "'"
    }.joined(separator: " ")
  }

  /// One line on standard error.
  package static func report(_ error: any Error) { report("\(error)") }

  package static func report(_ line: String) { Console.report(line) }

  /// Reports an image that training skips.
  package static let reportSkipped: @Sendable (InputError) -> Void = { report("skipped \($0)") }
}
