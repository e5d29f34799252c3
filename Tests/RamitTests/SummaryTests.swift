import Foundation
import Testing

@Suite(.enabled(if: Program.path != nil, "the program is not beside the tests"))
struct SummaryTests {
  @Test func writesTheCounts() throws {
    try Folder.temporary { folder in
      let run = try Program.run(
        "summary", "--model", "RAMiT", "--task", "x2", "--no-hrami", "--size", "1280x720", "--json",
        folder.file("s.json"))
      #expect(run.code == 0)
      #expect(run.output.contains("158.54 G"))
      let data = try folder.data("s.json")
      let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      #expect(((object["parameters"] as? Int ?? 0) + 500) / 1000 == 920)
      #expect((Double(object["multAdds"] as? Int ?? 0) / 1e8).rounded() == 1585)
    }
  }

  @Test func optionsAreTheModelsKeys() throws {
    func output(_ options: String...) throws -> String {
      let run = try Program.run(["summary", "--model", "RAMiT", "--task", "x2"] + options)
      #expect(run.code == 0, "\(run.errors)")
      return run.output
    }
    let spatial = try output("--channel-heads", "0")
    #expect(try spatial == output("--set", "channelHeads=0") && spatial == output("--channel-heads=0"))
    #expect(try spatial != output() && output("--helper") == output() && output("--no-helper") != output())
  }

  @Test(arguments: ["RAMiT", "SwinIR-light", "NGswin", "Restormer"], ["1e300", "-1e300", "1e30", "1e-300"])
  func numbersThatFitNoIntegerAreTold(model: String, ratio: String) throws {
    let task = model == "Restormer" ? "dn" : "x2"
    let run = try Program.run("summary", "--model", model, "--task", task, "--set", "hiddenRatio=\(ratio)")
    #expect(run.code != nil && run.code != 0 && run.errors.contains("hiddenRatio"), "\(run)")
  }

  @Test func countsThatFitNoIntegerAreTold() throws {
    let run = try Program.run(
      "summary", "--model", "RAMiT", "--task", "dn", "--size", "16384x16384", "--set", "dim=4096", "--set",
      "depths=[100,100,100,100]", "--set", "hiddenRatio=64")
    #expect(
      run.code == 1 && run.errorLines.count == 1 && run.errors.hasPrefix("ramit: --size: expected fewer"), "\(run)")
  }

  /// The layers of the reconstruction (Fig. B): each takes as much as the one before.
  @Test func aKeyVaries() throws {
    try Folder.temporary { folder in
      let path = folder.file("s.json")
      let run = try Program.run(
        "summary", "--model", "RAMiT", "--task", "dn", "--vary", "reconstructionLayers=0,1,2,3", "--json", path)
      #expect(run.code == 0 && run.output.contains("620.78 G") && run.output.contains("934,651"), "\(run)")
      #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
      let object = try #require(
        try JSONSerialization.jsonObject(with: folder.data("s.json")) as? [String: Any])
      let variations = try #require(object["variations"] as? [[String: Any]])
      let parameters = variations.compactMap { $0["parameters"] as? Int }
      #expect(variations.map { $0["value"] as? String } == ["0", "1", "2", "3"])
      #expect(zip(parameters, parameters.dropFirst()).allSatisfy { $1 - $0 == 7344 })
    }
    let lists = try Program.run(
      "summary", "--model", "RAMiT", "--task", "x2", "--vary", "depths=[6, 4, 4, 6],[2, 2, 2, 2]")
    #expect(lists.code == 0 && lists.output.contains("939,844"), "\(lists)")
  }

  @Test(arguments: [
    ["--model", "RAMiT", "--task", "x2", "--vary", "dim"], ["--model", "RAMiT", "--task", "x2", "--vary", "dim=64,"],
    ["--model", "RAMiT", "--task", "x2", "--vary", "dim=64,65"], ["--model", "RAMiT", "--task", "x2", "--vary", "=1"],
    ["--model", "RAMiTT", "--task", "x2"], ["--model", "RAMiT", "--task", "x5"],
    ["--model", "RAMiT", "--task", "x2", "--size", "0x10"], ["--model", "RAMiT", "--task", "x2", "--size", "1280"],
    ["--model", "RAMiT", "--task", "x2", "--size", "99999999999999999999x1"],
    ["--model", "RAMiT", "--task", "x2", "--size", "4000000000x4000000000"],
    ["--model", "RAMiT", "--task", "x2", "--channel-heads", "9"],
    ["--model", "RAMiT", "--task", "x2", "--channel-heads=-1"],
    ["--model", "RAMiT", "--task", "x2", "--chanel-heads", "1"], ["--model", "RAMiT", "--task", "x2", "1"],
    ["--model", "SwinIR-light", "--task", "x2", "--channel-heads", "1"],
  ])
  func wrongUsageHasCode64(_ arguments: [String]) throws {
    let run = try Program.run(["summary"] + arguments)
    #expect(run.code == 64, "\(run.errors)")
    #expect(run.errors.contains("Error: "))
  }

  @Test func aFolderThatIsMissingIsNamed() throws {
    let run = try Program.run("summary", "--model", "RAMiT", "--task", "x2", "--json", "/no/such/folder/s.json")
    #expect(run.code == 1)
    #expect(run.errorLines.count == 1 && run.errors.hasPrefix("ramit: /no/such/folder/s.json: expected "))
  }
}
