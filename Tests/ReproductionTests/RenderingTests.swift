import Foundation
import RAMiTReproduction
import RAMiTTestSupport
import Testing

/// Tables for people and for programs.
@Suite struct RenderingTests {
  private func filled(_ part: PaperPart, _ body: (ReproducedPart, TableNotes.Context) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let sets = TestSets.folder("datasets")
      let reproduction = Reproduction(
        configurations: paperConfigurations, scale: .full, output: folder,
        library: try WeightLibrary(folder: nil, runs: []), sets: sets, keeper: ScoreKeeper(sets))
      try body(reproduction.reproduced(part), TableNotes.Context(scale: .full, sets: sets))
    }
  }

  @Test(arguments: paperParts.indices) func fitsATerminal(index: Int) throws {
    try filled(paperParts[index]) { table, context in
      let lines = table.text(context).split(separator: "\n")
      // Paths of this machine may be longer than a line; nothing else is.
      let wide = lines.filter { $0.count > 80 && !$0.contains("/") }
      #expect(wide.isEmpty, "\(wide)")
      for row in table.rows { #expect(lines.contains { $0.contains(row.method) }) }
    }
  }

  @Test func numbersHaveThePapersDigits() {
    for (text, number, printed) in [
      ("163.4G", 163_419_095_040.0, "163.4G"), ("42.13G", 42_130_000_000, "42.13G"), ("1592K", 1_591_963, "1,592K"),
      ("940K", 939_844, "940K"), ("38.16", 38.1649, "38.16"), ("0.9612", 0.96123, "0.9612"),
    ] {
      #expect(PaperValue(text).printed(number) == printed)
      #expect(PaperValue(text).agrees(with: number))
      #expect(!PaperValue(text).agrees(with: number * 1.01))
    }
    #expect(PaperValue("1592K").shown == "1,592K" && PaperValue("1592K").number == 1_592_000)
    #expect(PaperValue("Cyclic").number == nil && PaperValue("Cyclic").shown == "Cyclic")
  }

  @Test func rowsAreJSON() throws {
    try withTemporaryFolder { folder in
      try filled(PaperTable.table2.parts[0]) { table, _ in
        try [table].writeJSON(to: "\(folder)/t.json")
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/t.json"))
        let rows = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
        #expect(rows.count == 30)
        let ours = try #require(
          rows.first { $0["method"] as? String == "RAMiT (ours)" && $0["task"] as? String == "x2" })
        #expect(ours["parameters"] as? Int == 939_844)
        #expect((ours["multAdds"] as? Int).map { $0 / 10_000_000 } == 16342)
        let cells = try #require(ours["cells"] as? [[String: Any]])
        #expect(cells.count == 12)
        let set5 = try #require(cells.first { $0["column"] as? String == "Set5 PSNR" })
        #expect(set5["paper"] as? Double == 38.16 && set5["ours"] is NSNull && set5["missing"] is String)
        let carn = try #require(rows.first { $0["method"] as? String == "CARN" })
        #expect(carn["parameters"] is NSNull && carn["multAdds"] is NSNull)
        #expect((carn["cells"] as? [[String: Any]])?.first?["paper"] as? Double == 1_592_000)
      }
    }
  }

  @Test func cellsAreCSV() throws {
    try filled(PaperTable.table4a.parts[0]) { table, context in
      let lines = [table].csv.split(separator: "\n")
      #expect(lines.count == 1 + 25 * 3)
      #expect(lines[0] == "table,method,task,sigma,seed,column,paper,ours,missing,images,weights")
      #expect(lines[1].hasPrefix("4a,\"Pure CHSA, w/ H-RAMi\",x2,,,#Params,957K,957064,"))
      let markdown = table.markdown(context)
      #expect(markdown.hasPrefix("## Table 4a: D-RAMiT and H-RAMi\n"))
      #expect(markdown.split(separator: "\n").count { $0.hasPrefix("| ") } == 27)
    }
  }

  @Test func pagesAreWhole() throws {
    try withTemporaryFolder { folder in
      try filled(PaperTable.tableH.parts[0]) { table, context in
        let path = "\(folder)/t.html"
        try [table].page(context).write(to: path)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains("<h1>Table H: Implementation details of RAMiT</h1>") && text.contains("[6, 4, 4, 6]"))
        try [table].page(context).write(to: path)
        try Data("notes".utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: (any Error).self) { try [table].page(context).write(to: path) }
      }
    }
  }

  /// The mean and the deviation over the seeds stand below each task's rows.
  @Test func seedsHaveStatistics() throws {
    try filled(PaperTable.tableD.parts[0]) { table, _ in
      let rows = table.rows.filter { $0.method.contains("seeds") }
      #expect(rows.map(\.task) == [.x2, .x2, .x3, .x3, .x4, .x4])
      // 38.16, 38.18, 38.18, 38.18
      #expect(rows[0].cells[0].paper?.text == "38.175" && rows[1].cells[0].paper?.text == "0.010")
      #expect(rows.allSatisfy { $0.cells.allSatisfy { $0.ours == nil && $0.missing != nil } })
    }
  }
}
