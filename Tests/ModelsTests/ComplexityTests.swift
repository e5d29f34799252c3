import RAMiTModels
import Testing

/// Sizes and Mult-Adds as the paper's tables print them.
struct ComplexityTests {
  /// One row of a table: parameters to the printed digit, and 10^9 Mult-Adds to one decimal.
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let configuration: RAMiTConfiguration
    var parameters: Int?
    var thousands: Int?
    var multAdds: Double?
    var testDescription: String { name }
  }

  static let rows: [Row] = [
    Row("x2", .ramit, .x2, parameters: 939_844, multAdds: 163.4),
    Row("x3", .ramit, .x3, parameters: 948_499, multAdds: 77.3),
    Row("x4", .ramit, .x4, parameters: 960_616, multAdds: 42.1),
    Row("denoising", .ramit, .dn, parameters: 934_651, multAdds: 620.8),
    Row("gray denoising", .ramit, .graydn, parameters: 932_271),
    Row("low light", .ramit, .lle, parameters: 934_651, multAdds: 621.6),
    Row("slimSR x2", .slimSR, .x2, parameters: 581_008, multAdds: 127.8),
    Row("slimSR x3", .slimSR, .x3, parameters: 587_503, multAdds: 60.4),
    Row("slimSR x4", .slimSR, .x4, parameters: 596_596, multAdds: 32.9),
    Row("slimLLE", .slimLLE, .lle, parameters: 358_243),
    Row("pure channel", .ramit, .x2, thousands: 957, multAdds: 153.4) { $0.channelHeads = $0.heads },
    Row("pure spatial", .ramit, .x2, thousands: 975, multAdds: 173.4) { $0.channelHeads = 0 },
    Row("without H-RAMi", .ramit, .x2, thousands: 920, multAdds: 158.5) { $0.hrami = false },
  ]

  @Test(arguments: rows) func paper(_ row: Row) {
    let complexity = Complexity(of: row.configuration, outputWidth: 1280, height: 720)
    if let parameters = row.parameters { #expect(complexity.parameters == parameters) }
    if let thousands = row.thousands { #expect((complexity.parameters + 500) / 1000 == thousands) }
    if let multAdds = row.multAdds { #expect((Double(complexity.multAdds) / 1e8).rounded() / 10 == multAdds) }
  }

  @Test func componentsHoldEveryParameter() {
    let configuration = RAMiTVariant.slimLLE.configuration(for: .lle)
    let complexity = Complexity(of: configuration, outputWidth: 33, height: 31)
    #expect(complexity.parameters == RAMiT(configuration).parameters.count)
    #expect(complexity.components.map(\.name).first == "shallow")
    #expect(complexity.components.allSatisfy { $0.parameters > 0 && $0.multAdds > 0 })
    #expect(complexity.inputWidth == 64 && complexity.inputHeight == 32)
  }

  @Test func arithmeticGrowsWithThePixels() {
    let model = RAMiTVariant.slimSR.configuration(for: .x4)
    let small = Complexity(of: model, outputWidth: 256, height: 128),
      large = Complexity(of: model, outputWidth: 512, height: 512)
    #expect(large.multAdds == 8 * small.multAdds)
  }
}

extension ComplexityTests.Row {
  init(
    _ name: String, _ variant: RAMiTVariant, _ task: RestorationTask, parameters: Int? = nil, thousands: Int? = nil,
    multAdds: Double? = nil, _ change: (inout RAMiTConfiguration) -> Void = { _ in }
  ) {
    var configuration = variant.configuration(for: task)
    change(&configuration)
    self.init(
      name: name, configuration: configuration, parameters: parameters, thousands: thousands, multAdds: multAdds)
  }
}
