import RAMiTDiagnostics
import Testing

@testable import RAMiTMachine

struct InstructionSetTests {
  /// A line where the machine has more, an error where the program wants more, and nothing where they agree. Both tell
  /// those who build and those who have a download.
  @Test func adviceAndErrors() throws {
    let advice = try #require(InstructionSet.advice(built: .baseline, machine: .avx512))
    for word in ["AVX-512", "make build", "download"] { #expect(advice.contains(word)) }
    #expect(!advice.contains("\n"))
    for machine in [.avx2, .baseline] as [InstructionSet] {
      #expect(InstructionSet.advice(built: .avx2, machine: machine) == nil)
    }
    for machine in [.avx2, .avx512] as [InstructionSet] {
      #expect(throws: Never.self) { try InstructionSet.check(built: .avx2, machine: machine) }
    }
    let error = try #require(throws: InputError.self) { try InstructionSet.check(built: .avx512, machine: .avx2) }
    for word in ["make build", "bin/ramit"] { #expect(error.expected.contains(word)) }
  }

  /// The tests run, so the machine has what they were built for.
  @Test func thisBuildFitsThisMachine() {
    #expect(InstructionSet.built <= .machine)
  }

  #if arch(x86_64)
    /// The processor and the system tell the same.
    @Test func machineAsTheSystemDescribesIt() throws {
      guard let list = ProcessorDescription.machine.value(of: "flags") else { return }
      let flags = Set(list.split(separator: " "))
      let hasAVX2 = flags.isSuperset(of: ["avx2", "fma", "bmi1", "bmi2"])
      let hasAVX512 = flags.isSuperset(of: ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"])
      #expect(InstructionSet.machine == (hasAVX2 && hasAVX512 ? .avx512 : hasAVX2 ? .avx2 : .baseline))
    }

    /// What stands in the names of a download's programs.
    @Test func names() {
      #expect(InstructionSet.allCases.map(\.name) == ["sse2", "avx2", "avx512"])
    }
  #endif

  /// The program for every processor looks for better ones, from the best that the machine runs downwards.
  @Test(arguments: [
    (InstructionSet.baseline, InstructionSet.avx512, [InstructionSet.avx512, .avx2]),
    (.baseline, .avx2, [.avx2]),
    (.baseline, .baseline, []),
    (.avx2, .avx512, []),
    (.avx512, .avx512, []),
    (.avx512, .avx2, []),
  ])
  func replacements(built: InstructionSet, machine: InstructionSet, expected: [InstructionSet]) throws {
    #expect(try InstructionSet.replacements(chosen: nil, built: built, machine: machine) == expected)
  }

  /// A person's choice stands: that program, this one, or an error.
  @Test func choice() throws {
    func replacements(_ chosen: InstructionSet, _ built: InstructionSet, _ machine: InstructionSet) throws
      -> [InstructionSet]
    {
      try InstructionSet.replacements(chosen: chosen.name, built: built, machine: machine)
    }
    #expect(try replacements(.avx2, .baseline, .avx512) == [.avx2])
    #expect(try replacements(.avx512, .baseline, .avx512) == [.avx512])
    for set in InstructionSet.allCases { #expect(try replacements(set, set, .avx512).isEmpty) }
    #expect(throws: InputError.self) { try replacements(.avx512, .baseline, .avx2) }
    #expect(throws: InputError.self) { try replacements(.baseline, .avx512, .avx512) }
    let error = try #require(throws: InputError.self) {
      try InstructionSet.replacements(chosen: "avx3", built: .baseline, machine: .avx512)
    }
    #expect(error.location == "RAMIT_INSTRUCTION_SET" && error.found == "avx3")
  }
}
