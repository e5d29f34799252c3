import RAMiTDiagnostics
import Testing

struct InputErrorTests {
  @Test func isOneLine() {
    let error = InputError("a.yaml:1", expected: "a number", found: "'x\ny\u{1b}'")
    #expect(error.description == "a.yaml:1: expected a number, found 'x y '")
  }

  /// What a file holds may be long; a message is not.
  @Test(arguments: ["x", "\u{e9}", "e\u{301}", "\u{1f600}"]) func longClausesAreShortened(text: String) {
    let long = String(repeating: text, count: 50_000)
    for error in [InputError("a", expected: long, found: "b"), InputError("a", expected: "b", found: long)] {
      #expect(error.description.unicodeScalars.count < 1100)
      #expect(error.description.contains(String(repeating: text, count: 400)) && error.description.contains("..."))
    }
    let short = String(repeating: "x", count: 1000)
    #expect(InputError("a", expected: "b", found: short).description == "a: expected b, found \(short)")
  }
}
