import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import Testing

struct PathPartsTests {
  @Test(arguments: [
    ("a/b.PNG", "a", "b.PNG", "png", "a/b"), ("b", ".", "b", "", "b"), ("/", "/", "/", "", "/"),
    ("/b.c", "/", "b.c", "c", "/b"), ("a//b.d/", "a", "b.d", "d", "a//b"),
    ("x/.hidden", "x", ".hidden", "", "x/.hidden"),
    ("a.b/c", "a.b", "c", "", "a.b/c"),
    ("a.tar.gz", ".", "a.tar.gz", "gz", "a.tar"), ("", ".", "", "", ""), ("..", ".", "..", "", ".."),
  ])
  func parts(_ path: String, _ parent: String, _ name: String, _ ending: String, _ stem: String) {
    #expect(path.parentPath == parent)
    #expect(path.lastPathPart == name)
    if name != ".." { #expect(path.pathEnding == ending) }
    if name != "..", !path.hasSuffix("/") { #expect(path.withoutPathEnding == stem) }
  }

  /// A combining accent would make one `Character` of itself and the slash or the point.
  @Test func combiningLettersJoinNothing() {
    #expect("a/\u{301}b.\u{301}c".lastPathPart.utf8.elementsEqual("\u{301}b.\u{301}c".utf8))
    #expect("a/\u{301}b".parentPath == "a")
    #expect("a.\u{301}c".withoutPathEnding == "a")
  }

  @Test func orderIsThatOfBytes() {
    let latin = String(pathBytes: [0x61, 0xe9])
    #expect("Z".precedesAsPath("a") && "a\u{c9}".precedesAsPath(latin) && !latin.precedesAsPath(latin))
    #expect("e\u{301}".precedesAsPath("\u{e9}") && !"\u{e9}".precedesAsPath("e\u{301}"))
  }

  @Test func joining() {
    #expect("a".appendingPath("b") == "a/b" && "a/".appendingPath("b") == "a/b" && "/".appendingPath("b") == "/b")
    #expect("".appendingPath("b") == "b")
  }

  @Test func onlyALeadingTildeIsExpanded() {
    let home = ProcessInfo.processInfo.environment["HOME"] ?? "~"
    #expect("~".expandingTilde == home)
    #expect("~/photos/a~b.png".expandingTilde == home + "/photos/a~b.png")
    for path in ["", "photos", "/~/a", "./~", "~name/a", "a/~/b", "~~"] { #expect(path.expandingTilde == path) }
  }
}
