import Foundation
import RAMiTImaging
import RAMiTTestSupport
import Testing

@testable import RAMiTFigures

/// Trade-off plots: tables, axes, and names that do not collide.
@Suite struct TradeOffTests {
  private func table(_ text: String, _ name: String = "t.csv") throws -> TradeOffTable {
    try withTemporaryFolder { folder in
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
      return try TradeOffTable(reading: folder + "/" + name)
    }
  }

  private let columns = (x: ["multAdds", "x"], y: ["psnr", "y"], size: ["parameters", "size"])

  private func rows(_ table: TradeOffTable, task: String? = nil) throws -> [TradeOffRow] {
    try table.rows(x: columns.x, y: columns.y, size: columns.size, task: task).rows
  }

  @Test func commaSeparatedValues() throws {
    let table = try table(
      "Name,multAdds,PSNR,parameters\n\"A, \"\"the\"\" first\",163.4G,35.3,\"940,000\"\nB,1e9,34,\n")
    #expect(
      try rows(table) == [
        TradeOffRow(name: "A, \"the\" first", x: 163.4e9, y: 35.3, size: 940_000),
        TradeOffRow(name: "B", x: 1e9, y: 34, size: nil),
      ])
    expectInputError("--x: expected a column of numbers: multadds, parameters, psnr, found speed") {
      try table.rows(x: ["speed"], y: ["psnr"], size: [], task: nil)
    }
  }

  @Test func rowsOfATable() throws {
    let text = """
      [{"method": "A", "task": "x2", "parameters": 940000, "multAdds": 163.4e9,
        "cells": [{"column": "Set5 PSNR", "quantity": "psnr", "paper": 38.0, "ours": 38.2},
                  {"column": "Set14 PSNR", "quantity": "psnr", "paper": 34.0, "ours": 33.8},
                  {"column": "Set5 SSIM", "quantity": "ssim", "paper": 0.96, "ours": null}]},
       {"method": "B", "task": "x2", "parameters": null, "multAdds": null,
        "cells": [{"column": "#Params", "quantity": "parameters", "paper": 7e5, "ours": null},
                  {"column": "Mult-Adds", "quantity": "multAdds", "paper": 1e11, "ours": null},
                  {"column": "Set5 PSNR", "quantity": "psnr", "paper": 38.0, "ours": null},
                  {"column": "Set14 PSNR", "quantity": "psnr", "paper": 33.0, "ours": 33.5}]},
       {"method": "C", "task": "x4", "parameters": 1, "multAdds": 2, "cells": {"psnr": {"paper": 30, "ours": null}}}]
      """
    let table = try table(text, "t.json")
    #expect(
      try rows(table, task: "x2") == [
        TradeOffRow(name: "A", x: 163.4e9, y: 36, size: 940_000), TradeOffRow(name: "B", x: 1e11, y: 35.5, size: 7e5),
      ])
    #expect(try rows(table, task: "x4") == [TradeOffRow(name: "C", x: 2, y: 30, size: 1)])
    expectInputError("--task: expected one of x2, x4") { try rows(table) }
    let some = try table.rows(x: ["multAdds"], y: ["set5 ssim"], size: ["parameters"], task: "x2")
    #expect(some.rows.map(\.y) == [0.96] && some.missing == ["B"])
  }

  @Test(arguments: [
    ("", "t.csv", "a header"), ("name,x,y\nA,1\n", "t.csv", "t.csv:2: expected 3 fields, found 2"),
    ("name,x,y\n", "t.csv", "rows of a table"), ("{}", "t.json", "a JSON array"), ("[{\"x\": 1}]", "t.json", "a name"),
    ("[]", "t.json", "rows of a table"),
  ])
  func wrongTables(_ text: String, name: String, words: String) { expectInputError(words) { try table(text, name) } }

  @Test func namesDoNotCollide() throws {
    // A crowd in the middle, and points at the edges.
    let rows = (0..<18).map { index -> TradeOffRow in
      let across = Double((index * 7) % 11), up = Double((index * 5) % 13)
      return TradeOffRow(
        name: "method-\(index)", x: 100 + across * (index % 3 == 0 ? 1 : 12),
        y: 30 + up * (index % 2 == 0 ? 0.02 : 0.1),
        size: Double(1 + index))
    }
    let page = TradeOffFigure(rows, titles: ("", "x", "y")).page
    let names = page.elements.compactMap { element -> FigureText? in
      guard case .text(let text) = element, text.text.hasPrefix("method") else { return nil }
      return text
    }
    #expect(names.count == rows.count)
    for (index, name) in names.enumerated() {
      let bounds = name.bounds
      #expect(bounds.x >= 0 && bounds.right <= page.width && bounds.y >= 0 && bounds.bottom <= page.height)
      for other in names[(index + 1)...] { #expect(bounds.overlap(other.bounds) < 1, "\(name.text), \(other.text)") }
    }
    #expect(XMLReader(try page.svg(), textsOf: "text").isWellFormed)
  }

  @Test func onePointIsAPlot() throws {
    for isLogarithmic in [false, true] {
      let page = TradeOffFigure(
        [TradeOffRow(name: "alone", x: 5, y: 5, size: nil)], titles: ("t", "x", "y"), isLogarithmic: isLogarithmic
      ).page
      #expect(page.image().width == 720)
    }
  }

  @Test func axesHaveRoundNumbers() {
    let axis = PlotAxis([34.76, 35.324])
    #expect(axis.ticks.map(axis.label) == ["34.8", "34.9", "35.0", "35.1", "35.2", "35.3"])
    let costs = PlotAxis([82.4e9, 316.3e9])
    #expect(costs.ticks.map(costs.label) == ["100 G", "150 G", "200 G", "250 G", "300 G"])
    #expect(PlotAxis.short(940_000) == "940 K" && PlotAxis.short(1.5e6) == "1.5 M" && PlotAxis.short(0) == "0")
    #expect(PlotAxis.roundNumber(below: 940_000) == 500_000 && PlotAxis.roundNumber(below: 2) == 2)
    let powers = PlotAxis([1, 1000], isLogarithmic: true)
    #expect(powers.ticks == [1, 10, 100, 1000] && abs(powers.position(10) - powers.position(100)) > 0.2)
  }
}
