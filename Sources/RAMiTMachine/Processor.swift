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

  /// The instructions of this machine, as Linux lists them; nil where it does not.
  package static var machine: InstructionSet? { InstructionSet(.machine) }

  /// The instructions of a processor; nil when its description has no features.
  init?(_ processor: ProcessorDescription) {
    guard let list = processor.value(of: "flags", "Features") else { return nil }
    let features = Set(list.split(separator: " "))
    self =
      features.contains("avx512f") ? .avx512 : features.isSuperset(of: ["avx2", "fma"]) ? .avx2 : .baseline
  }

  /// A line for a person when the machine has wider vector units than the program was built for; nil otherwise.
  package static func advice(built: InstructionSet = .built, machine: InstructionSet? = .machine) -> String? {
    guard let machine, built < machine else { return nil }
    return "built for \(built), which leaves this machine's \(machine) idle; `make build` builds for it"
  }

  /// - Throws: `InputError` when the program was built for instructions that the machine lacks: a signal would end it.
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

/// A processor as the system describes it, in lines `name : value` as in Linux's /proc/cpuinfo.
package struct ProcessorDescription: Sendable {
  private let values: [String: String]

  /// Takes the first line of each name, because all processors are alike.
  init(_ text: String) {
    let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
      let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      return parts.count == 2 ? (parts[0], parts[1]) : nil
    }
    values = Dictionary(pairs) { first, _ in first }
  }

  /// The processor of this machine; without values where the system has no description.
  package static let machine: ProcessorDescription = {
    // The lines of the first processor fit.
    let start = FileHandle(forReadingAtPath: "/proc/cpuinfo").flatMap { try? $0.read(upToCount: 1 << 14) } ?? Data()
    return ProcessorDescription(String(decoding: start, as: UTF8.self))
  }()

  /// The value of the first of these names that has one.
  package func value(of names: String...) -> String? { names.lazy.compactMap { values[$0] }.first { !$0.isEmpty } }
}
