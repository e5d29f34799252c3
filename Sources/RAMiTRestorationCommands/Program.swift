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
    "\(name) \(version) (built for \(InstructionSet.built), this machine has \(InstructionSet.machine))"
  }

  /// Swift reads the arguments from the system's files. Without them every command line would seem to be empty.
  static func checkArguments() throws {
    guard CommandLine.argc == 0 else { return }
    throw InputError("/proc", expected: "the system's files, which hold the program's arguments", found: "no files")
  }

  /// Continues as the fastest program for this processor where this one is of a download, which has one for each
  /// instruction set; does nothing where this program is it, or where there is no other. The process, its arguments and
  /// its files stay the same.
  /// - Throws: `InputError` when `RAMIT_INSTRUCTION_SET` chooses a program that cannot run.
  static func replaceByFastest() throws {
    let chosen = InstructionSet.chosen
    for set in try InstructionSet.replacements(chosen: chosen) {
      let file = "libexec/\(String.programPath.lastPathPart)-\(set.name)"
      let path = String.installationFolder.appendingPath(file)
      // Returns only where it fails: the next one will do.
      _ = path.withPathBytes { execv($0, CommandLine.unsafeArgv) }
      if chosen != nil {
        let reason = String(cString: strerror(errno)).lowercased()
        throw InputError(path, expected: "the program that \(InstructionSet.variable) chooses", found: reason)
      }
    }
  }

  /// Checks that the program fits the machine before any long work: one line on standard error when it
  /// was built for less than the machine has, unless somebody chose it.
  /// - Throws: `InputError` when it was built for more.
  package static func checkBuild(quiet: Bool) throws {
    try InstructionSet.check()
    if !quiet, InstructionSet.chosen == nil, let advice = InstructionSet.advice() { report(advice) }
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
