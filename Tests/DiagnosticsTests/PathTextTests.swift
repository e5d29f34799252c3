import RAMiTDiagnostics
import Testing

struct PathTextTests {
  /// Latin-1, cut-off UTF-8, a surrogate, bytes that never occur, and the private scalars themselves.
  @Test(arguments: [
    Array("plain/caf\u{e9}.png".utf8), Array("cafe\u{301}.png".utf8), [0x63, 0xe9, 0x2e, 0x70], [0xe9], [0xc3],
    [0xf0, 0x9f, 0x98],
    [0xed, 0xa0, 0x80], [0xff, 0xfe, 0x80, 0xc0], [0xf4, 0x8f, 0xbf, 0xa9], [0xf4, 0x8f, 0xbf], [],
  ])
  func bytesSurvive(_ bytes: [UInt8]) {
    let text = String(pathBytes: bytes)
    #expect(text.pathBytes == bytes)
    let seen = text.withPathBytes { start in
      (0...bytes.count).map { UInt8(bitPattern: start[$0]) }
    }
    #expect(seen == bytes + [0])
  }

  @Test func textIsLeftAsItIs() {
    for text in ["a", "caf\u{e9}", "cafe\u{301}", "\u{10fe00}", "😀"] {
      #expect(Array(String(pathBytes: Array(text.utf8)).utf8) == Array(text.utf8))
      #expect(text.showingEscapedBytes == text)
    }
  }

  @Test func messagesShowTheBytes() {
    let name = String(pathBytes: [0x63, 0xe9, 0x0a, 0x1b, 0x80])
    #expect(name.showingEscapedBytes == "c\\xE9\n\u{1b}\\x80")
    #expect(name.onOneLine == "c\\xE9  \\x80")
    #expect("\(InputError(name, expected: "a", found: "b"))" == "c\\xE9  \\x80: expected a, found b")
  }
}
