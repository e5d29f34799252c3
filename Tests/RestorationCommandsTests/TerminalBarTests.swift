import Testing

@testable import RAMiTRestorationCommands

@Suite struct TerminalBarTests {
  private static let details = [
    "163/1536", "lr 1.00e-03", "86.8 images/s", "loss 0.05312", "2:01 left",
  ]

  @Test func theLineFitsAndTheBarFillsIt() {
    for columns in 30...200 {
      let line = TerminalBar.line("epoch 3/24", 163, of: 1536, Self.details, columns: columns)
      #expect(
        line.count < columns && line.hasPrefix("epoch 3/24") && line.hasSuffix("2:01 left"), "\(columns): \(line)")
    }
    #expect(
      TerminalBar.line("epoch 3/24", 163, of: 1536, Self.details, columns: 80)
        == "epoch 3/24 [=            ]  lr 1.00e-03  86.8 images/s  loss 0.05312  2:01 left")
    #expect(
      TerminalBar.line("epoch 3/24", 768, of: 1536, Self.details, columns: 200)
        == "epoch 3/24 [============            ]  " + Self.details.joined(separator: "  "))
  }

  @Test func aNarrowTerminalKeepsTheTimeThatIsLeft() {
    #expect(TerminalBar.line("epoch 3/24", 1, of: 2, Self.details, columns: 25) == "epoch 3/24  2:01 left")
    #expect(TerminalBar.line("written 3 of 9", 3, of: 9, [], columns: 30) == "written 3 of 9 [====        ]")
    #expect(TerminalBar.line("x", 0, of: 0, [], columns: 80) == "x [" + String(repeating: " ", count: 24) + "]")
  }
}
