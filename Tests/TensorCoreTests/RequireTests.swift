import RAMiTTensorCore
import Testing

/// Checks tell in release builds, too, what was expected and what was found.
@Suite struct RequireTests {
  @Test func whatHoldsMakesNoMessage() {
    var messages = 0
    func message() -> String {
      messages += 1
      return ""
    }
    require(true, message())
    requireShape([2, 3], [2, 3], of: message())
    requireShape(nil, [2, 3], of: message())
    #expect(messages == 0)
  }

  /// Ways to a wrong shape, and the line that each ends with.
  enum Fault: String, CaseIterable, Codable, Sendable {
    case condition, shape, values, view, slice, scalar, axis, dimension

    var line: String {
      switch self {
      case .condition: "RequireTests.swift:1: Fatal error: 3 is not 4"
      case .shape: "RequireTests.swift:2: Fatal error: the bias: expected 4, found 2 x 2"
      case .values: "Fatal error: 3 values for a tensor of 2 x 2"
      case .view: "Fatal error: 4 cannot be seen as 3"
      case .slice: "Fatal error: 2..<5 is not in 4"
      case .scalar: "Fatal error: a tensor of 4 is not one value"
      case .axis: "Fatal error: 2 x 3 has no axis -3"
      case .dimension: "Fatal error: a dimension is negative: [2, -1]"
      }
    }

    func run() {
      switch self {
      case .condition: require(1 + 2 == 4, "\(1 + 2) is not 4", file: "RequireTests.swift", line: 1)
      case .shape: requireShape([2, 2], [4], of: "the bias", file: "RequireTests.swift", line: 2)
      case .values: _ = Tensor([1, 2, 3], [2, 2])
      case .view: _ = Tensor(zeros: [4]).reshaped([3])
      case .slice: _ = Tensor(zeros: [4]).slice(2..<5)
      case .scalar: _ = Tensor(zeros: [4]).scalar
      case .axis: _ = Shape([2, 3]).normalized(axis: -3)
      case .dimension: _ = Shape([2, -1])
      }
    }
  }

  @Test(arguments: Fault.allCases)
  func whatDoesNotHoldIsTold(_ fault: Fault) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [fault] in
      fault.run()
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains(fault.line + "\n"), "\(text.prefix(300))")
  }
}
