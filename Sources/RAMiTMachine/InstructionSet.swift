import RAMiTDiagnostics

/// The vector instructions that arithmetic is done with, from narrow to wide.
package enum InstructionSet: Int, Comparable, CaseIterable, Sendable, CustomStringConvertible {
  /// What every processor of the architecture has: SSE2 on x86-64, NEON on ARM; 4 floats.
  case baseline
  /// 8 floats, and multiply-adds in one instruction.
  case avx2
  /// 16 floats.
  case avx512

  /// What this program was compiled for.
  package static var built: InstructionSet {
    // Sources/RAMiTCVectors tells how the compiler answers.
    #if canImport(CVectorsAVX512)
      .avx512
    #elseif canImport(CVectorsAVX2)
      .avx2
    #else
      .baseline
    #endif
  }

  /// What this machine has, as Linux tells it; nil where it does not.
  package static var machine: InstructionSet? { InstructionSet(.machine) }

  /// What a processor has; nil when its description tells no features.
  init?(_ processor: ProcessorDescription) {
    guard let list = processor.value(of: "flags", "Features") else { return nil }
    let features = Set(list.split(separator: " "))
    self =
      features.contains("avx512f") ? .avx512 : features.isSuperset(of: ["avx2", "fma"]) ? .avx2 : .baseline
  }

  /// A line for a person when a program built for `built` leaves wider vector units of `machine` idle; nil otherwise.
  package static func advice(built: InstructionSet = .built, machine: InstructionSet? = .machine) -> String? {
    guard let machine, built < machine else { return nil }
    return "built for \(built), which leaves this machine's \(machine) idle; `make build` builds for it"
  }

  /// - Throws: `InputError` when the program was built for more than the machine has: it would end without a word.
  package static func check(built: InstructionSet = .built, machine: InstructionSet? = .machine) throws {
    guard let machine, machine < built else { return }
    throw InputError(
      "this processor", expected: "\(built), which the program was built for (`make build` builds for this one)",
      found: "\(machine)")
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
