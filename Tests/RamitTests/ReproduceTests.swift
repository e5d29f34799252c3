import Foundation
import RAMiTTestSupport
import Testing

/// `ramit reproduce`: tables of the paper.
@Suite(.enabled(if: Program.path != nil, "the program is not beside the tests"))
struct ReproduceTests {
  private let configs = ["--configs", projectFile("configs")]

  private func rows(_ folder: Folder, _ name: String) throws -> [[String: Any]] {
    try #require(try JSONSerialization.jsonObject(with: folder.data(name)) as? [[String: Any]])
  }

  @Test func sizesNeedNothing() throws {
    try Folder.temporary { folder in
      let run = try Program.run(["reproduce", "1", "--json", folder.file("1.json")] + configs)
      #expect(run.code == 0 && run.errors.isEmpty, "\(run.errors)")
      #expect(run.output.hasPrefix("Table 1: ") && run.output.contains("583.2G"))
      #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
      let rows = try rows(folder, "1.json")
      #expect(rows.map { $0["task"] as? String } == ["x2", "x2", "x2", "x4", "x4", "x4", "dn", "dn", "dn"])
      #expect(rows[2]["parameters"] as? Int == 939_844 && rows[2]["multAdds"] is Int)
    }
  }

  @Test func everyFormIsWritten() throws {
    try Folder.temporary { folder in
      let files = ["json", "markdown", "csv", "html"].flatMap { ["--\($0)", folder.file("new/t.\($0)")] }
      let run = try Program.run(["reproduce", "Ga", "--quiet"] + files + configs)
      #expect(run.code == 64 && run.errors.contains("'Ga'"))
      let missing = try Program.run(["reproduce", "1", "--data", folder.file("none")] + configs)
      #expect(missing.code == 1 && missing.output.isEmpty && missing.errorLines.count == 1, "\(missing)")
      // What is written at the end is checked before the work.
      let page = folder.file("mine.html")
      try Data("<p>mine</p>".utf8).write(to: URL(fileURLWithPath: page))
      for option in [["--csv", folder.file("w.pth")], ["--markdown", folder.file("w.png")], ["--html", page]] {
        let refused = try Program.run(["reproduce", "1"] + option + configs)
        #expect(refused.code == 1 && refused.output.isEmpty && refused.errorLines.count == 1, "\(refused)")
      }
      #expect(try folder.data("mine.html") == Data("<p>mine</p>".utf8))
      let done = try Program.run(["reproduce", "G", "--quiet"] + files + configs)
      #expect(done.code == 0 && done.output.isEmpty && done.errors.isEmpty, "\(done.errors)")
      for file in ["json", "markdown", "csv", "html"] {
        #expect(try !folder.data("new/t.\(file)").isEmpty)
      }
    }
  }

  /// The published checkpoints give what they gave elsewhere, and each row says which file it was scored with.
  @Test(.needsReference) func publishedWeightsAreScored() throws {
    try Folder.temporary { folder in
      let run = try Program.run(
        ["reproduce", "2", "--json", folder.file("2.json"), "--weights", referenceFile("weights")] + configs
          + ["--data", try smallTestSets(folder)])
      #expect(run.code == 0, "\(run.errors)")
      let rows = try rows(folder, "2.json")
      let peer = try #require(
        try JSONSerialization.jsonObject(
          with: Data(contentsOf: URL(fileURLWithPath: referenceFile("scores/RAMiT-1_x2_Set5.json"))))
          as? [[String: Any]])
      let ours = try #require(rows.first { $0["method"] as? String == "RAMiT (ours)" && $0["task"] as? String == "x2" })
      #expect((ours["weights"] as? [String: Any])?["model"] as? String == "RAMiT-1")
      #expect(run.output.contains(/RAMiT \(ours\), x2, weights of RAMiT-1:\s+\S*RAMiT-1_X2\.pth/), "\(run.output)")
      let cell = try #require((ours["cells"] as? [[String: Any]])?.first { $0["column"] as? String == "Set5 PSNR" })
      #expect(abs((cell["ours"] as? Double ?? 0) - (peer[0]["psnr"] as? Double ?? 1)) < 0.002)
      let ngswin = try #require(rows.first { $0["method"] as? String == "NGswin" && $0["task"] as? String == "x2" })
      #expect((ngswin["weights"] as? [String: Any])?["model"] as? String == "NGswin")
    }
  }

  /// Set5 alone: other sets take minutes.
  private func smallTestSets(_ folder: Folder) throws -> String {
    let path = folder.file("sets")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: path + "/Set5", withDestinationPath: referenceFile("testsets/Set5"))
    return path
  }

  @Test func aTinyTableIsTrained() throws {
    try Folder.temporary { folder in
      let arguments = ["reproduce", "G", "--scale", "tiny", "--train", "--output", folder.file("runs")] + configs
      let run = try Program.run(arguments + ["--json", folder.file("g.json")])
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.output.contains("trainings: 2") && run.output.contains("2/2  RAMiT-dr"))
      for row in try rows(folder, "g.json") where row["parameters"] is Int {
        for cell in row["cells"] as? [[String: Any]] ?? [] { #expect(cell["ours"] is Double || cell["ours"] is Int) }
      }
      // A second time there is nothing to train, and the scores are the same.
      let again = try Program.run(arguments + ["--json", folder.file("h.json")])
      #expect(again.code == 0)
      #expect(try folder.data("g.json") == folder.data("h.json"))
    }
  }

  @Test func mistakesAreOneLine() throws {
    let folder = try Program.run("reproduce", "2", "--configs", "/nowhere")
    #expect(folder.code == 1 && folder.errorLines.count == 1 && folder.errors.contains("--configs"))
    let weights = try Program.run(["reproduce", "2", "--weights", "/nowhere"] + configs)
    #expect(weights.code == 1 && weights.errorLines.count == 1 && weights.errors.contains("/nowhere"))
    #expect(try Program.run(["reproduce"] + configs).code == 64)
    #expect(try Program.run(["reproduce", "9"] + configs).code == 64)
  }
}
