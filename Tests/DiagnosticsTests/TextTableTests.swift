import RAMiTDiagnostics
import Testing

struct TextTableTests {
  @Test func columnsAreAligned() {
    var table = TextTable(header: ["name", "PSNR"])
    table.add(["a", "7.10"])
    table.add(["longer", "38.19"])
    #expect(table.text == "name     PSNR\na        7.10\nlonger  38.19")
  }

  @Test func columnsAreAsWideAsTheirWidestCell() {
    var table = TextTable(header: ["name", "kind", "count"], textColumns: 2)
    table.add(["a", "longer", "7"])
    table.add(["bcdef", "", "123456"])
    #expect(table.lines == ["name   kind     count", "a      longer       7", "bcdef          123456"])
    #expect(table.text == table.lines.joined(separator: "\n"))
  }

  @Test func linesHaveNoSpacesAtTheirEnds() {
    var table = TextTable(header: ["a", "long heading"], textColumns: 2)
    table.add(["x", "y"])
    table.add(["", ""])
    #expect(table.lines == ["a  long heading", "x  y", ""])
  }
}
