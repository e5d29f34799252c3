import Foundation
import RAMiTFiles
import Testing

struct HomeFolderTests {
  @Test func onlyALeadingTildeIsExpanded() {
    let home = ProcessInfo.processInfo.environment["HOME"] ?? "~"
    #expect("~".expandingTilde == home)
    #expect("~/photos/a~b.png".expandingTilde == home + "/photos/a~b.png")
    for path in ["", "photos", "/~/a", "./~", "~name/a", "a/~/b", "~~"] { #expect(path.expandingTilde == path) }
  }
}
