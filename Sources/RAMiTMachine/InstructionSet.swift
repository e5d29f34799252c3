import CVectorsProcessor
import Foundation
import RAMiTDiagnostics

/// The vector instructions of arithmetic, from narrow to wide.
package enum InstructionSet: Int, Comparable, CaseIterable, Sendable, CustomStringConvertible {
  /// The instructions of every processor of the architecture: SSE2 on x86-64, NEON on ARM; 4 floats.
  case baseline
  /// 8 floats, and multiply-adds in one instruction.
  case avx2
  /// 16 floats.
  case avx512

  /// The instructions that this program was compiled for.
  package static var built: InstructionSet {
    // The module maps of Sources/RAMiTCVectors define these modules.
    #if canImport(CVectorsAVX512)
      .avx512
    #elseif canImport(CVectorsAVX2)
      .avx2
    #else
      .baseline
    #endif
  }

  /// The widest instructions that the processor has and the system lets programs use.
  package static let machine: InstructionSet =
    cvectors_has_avx512() ? .avx512 : cvectors_has_avx2() ? .avx2 : .baseline

  /// A line for a person when the machine has wider vector units than the program was built for; nil otherwise.
  package static func advice(built: InstructionSet = .built, machine: InstructionSet = .machine) -> String? {
    guard built < machine else { return nil }
    return "built for \(built), which leaves this machine's \(machine) idle; `make build` makes a program for it, and "
      + "a download has one"
  }

  /// - Throws: `InputError` when the program was built for instructions that the machine lacks: a signal would end it.
  package static func check(built: InstructionSet = .built, machine: InstructionSet = .machine) throws {
    guard machine < built else { return }
    let others = "`make build` makes a program for this processor, and bin/ramit of a download takes one"
    throw InputError(
      "this processor", expected: "\(built), which the program was built for (\(others))", found: "\(machine)")
  }

  package static func < (a: InstructionSet, b: InstructionSet) -> Bool { a.rawValue < b.rawValue }

  package var description: String {
    switch self {
    case .avx512: "AVX-512"
    case .avx2: "AVX2 + FMA"
    case .baseline:
      #if arch(x86_64)
        "SSE2"
      #elseif arch(arm64)
        "NEON"
      #else
        "the baseline"
      #endif
    }
  }
}

// A download holds a program for each instruction set: `bin/ramit`, which every processor runs, and beside it
// `libexec/ramit-avx2` and `libexec/ramit-avx512`.
extension InstructionSet {
  /// In the names of programs, and for people who choose one: `sse2`, `avx2`, `avx512`.
  package var name: String {
    switch self {
    case .avx512: "avx512"
    case .avx2: "avx2"
    case .baseline: description.lowercased()
    }
  }

  /// The variable of the environment that names the program to take.
  package static let variable = "RAMIT_INSTRUCTION_SET"

  /// What the variable says; nil where it is missing or empty.
  package static var chosen: String? { getenv(variable).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } }

  /// The instructions of the programs that should run instead of this one, the best first; empty where this is right.
  ///
  /// Only the program for every processor looks for a better one: somebody started another one on purpose.
  /// - Parameter chosen: the name of what a person wants; nil for the best.
  /// - Throws: `InputError` for an unknown name, for instructions that the machine lacks, and where this program is not
  ///   the one that can be replaced.
  package static func replacements(
    chosen: String?, built: InstructionSet = .built, machine: InstructionSet = .machine
  ) throws -> [InstructionSet] {
    guard let chosen else {
      return built == .baseline ? allCases.filter { $0 > built && $0 <= machine }.reversed() : []
    }
    guard let wanted = allCases.first(where: { $0.name == chosen }) else {
      throw InputError(variable, expected: allCases.map(\.name).joined(separator: ", "), found: chosen)
    }
    if wanted == built { return [] }
    guard built == .baseline else {
      throw InputError(variable, expected: "\(built.name), which this program was built for", found: chosen)
    }
    guard wanted <= machine else {
      throw InputError(variable, expected: "\(machine.name) at most, which this processor has", found: chosen)
    }
    return [wanted]
  }
}
