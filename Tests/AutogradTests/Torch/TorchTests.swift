import Foundation
import RAMiTAutograd
import Testing

/// Every operation against PyTorch's float64, in value and gradients, on 50 random shapes each:
/// Fixtures/make_operations.py.
///
/// With `RAMIT_OPERATIONS` naming a folder, the cases that the script wrote there, more and larger ones, are compared
/// instead.
@Suite struct TorchTests {
  private static let folder =
    ProcessInfo.processInfo.environment["RAMIT_OPERATIONS"] ?? Bundle.module.resourcePath! + "/Fixtures"

  @Test(arguments: TorchOperations.families.keys.sorted()) func agree(family: String) throws {
    let operations = try #require(TorchOperations.families[family])
    let cases = try TorchCase.read("\(Self.folder)/operations-\(family).safetensors")
    for (one, values) in cases {
      let operation = try #require(operations[one.op], "the tests have no operation \(one.op)")
      let faults = one.faults(values, operation)
      #expect(faults == [])
    }
    // None is forgotten.
    let counts = Dictionary(grouping: cases, by: \.0.op).mapValues(\.count)
    #expect(Set(counts.keys) == Set(operations.keys))
    #expect(counts.values.allSatisfy { $0 >= 50 })
  }
}
