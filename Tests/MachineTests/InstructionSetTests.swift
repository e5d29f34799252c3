import RAMiTDiagnostics
import Testing

@testable import RAMiTMachine

struct InstructionSetTests {
  @Test(arguments: [
    ("processor\t: 0\nflags\t\t: fpu sse2 fma avx avx2 avx512f avx512vl\n", InstructionSet.avx512),
    ("flags\t\t: fpu sse2 fma avx avx2\nprocessor : 1\nflags : avx512f", .avx2),
    ("flags\t\t: fpu sse2 avx avx2", .baseline),
    ("flags\t\t: fpu sse2 avx fma avx2_like avx512fp16", .baseline),
    ("processor\t: 0\nFeatures\t: fp asimd sve\n", .baseline),
  ])
  func processors(_ text: String, _ expected: InstructionSet) {
    #expect(InstructionSet(ProcessorDescription(text)) == expected)
  }

  @Test(arguments: ["", "processor : 0\n", "\n\n"])
  func textsWithoutFeatures(_ text: String) {
    #expect(InstructionSet(ProcessorDescription(text)) == nil)
  }

  /// A line where the machine has more, an error where the program wants more, and nothing where they agree or the
  /// machine does not tell.
  @Test func adviceAndErrors() throws {
    let advice = try #require(InstructionSet.advice(built: .baseline, machine: .avx512))
    #expect(advice.contains("AVX-512") && advice.contains("make build") && !advice.contains("\n"))
    for machine in [nil, .avx2, .baseline] as [InstructionSet?] {
      #expect(InstructionSet.advice(built: .avx2, machine: machine) == nil)
    }
    for machine in [nil, .avx2, .avx512] as [InstructionSet?] {
      #expect(throws: Never.self) { try InstructionSet.check(built: .avx2, machine: machine) }
    }
    #expect(throws: InputError.self) { try InstructionSet.check(built: .avx512, machine: .avx2) }
  }

  /// The tests run, so the machine has what they were built for.
  @Test func thisBuildFitsThisMachine() throws {
    if let machine = InstructionSet.machine { #expect(InstructionSet.built <= machine) }
  }
}
