import RAMiTExperiments
import RAMiTModels
import RAMiTReproduction
import RAMiTTestSupport
import Testing

let paperConfigurations = try! ConfigurationFolder(projectFile("configs"))

/// Sizes and settings of the configurations are those that the paper prints, but for a few known ones.
@Suite struct SizeTests {
  private func reproduction(in folder: String) throws -> Reproduction {
    let sets = TestSets.folder(folder)
    return Reproduction(
      configurations: paperConfigurations, scale: .full, output: folder,
      library: try WeightLibrary(folder: nil, runs: []), sets: sets, keeper: ScoreKeeper(sets))
  }

  @Test(arguments: paperParts.indices) func sizesAreThePapers(index: Int) throws {
    try withTemporaryFolder { folder in
      let part = paperParts[index]
      let filled = try reproduction(in: folder).reproduced(part)
      // Statistics over seeds are rows that the paper does not have.
      let rows = filled.rows.filter { !$0.method.hasSuffix("seeds") }
      #expect(rows.count == part.rows.count)
      for (row, paper) in zip(rows, part.rows) {
        #expect((row.parameters != nil) == (paper.configuration != nil))
        for cell in row.cells where [.parameters, .multAdds].contains(cell.column) && paper.deviation == nil {
          #expect(cell.agrees != false, "\(row.method) \(row.task): \(cell.oursShown), \(cell.paperShown)")
        }
        if case .setting = part.columns.first, paper.deviation == nil {
          for cell in row.cells { #expect(cell.agrees != false, "\(cell.column.title): \(cell.oursShown)") }
        }
        // A reason is given for one deviation, where it is needed and nowhere else.
        #expect(row.deviations.count == (paper.deviation == nil ? 0 : 1), "\(row.deviations)")
        // Nothing was given, so nothing is scored, and every cell says why.
        for cell in row.cells where cell.ours == nil { #expect(cell.missing != nil) }
      }
    }
  }

  /// Every row of RAMiT, and of every model that the engine has, names its configuration.
  @Test func everyModelOfTheEngineHasAConfiguration() throws {
    let known = ["RAMiT", "SwinIR-light", "ELAN-light", "CHSA", "SPSA", "DaViT", "ReLU", "GELU", "Swish"]
    for part in paperParts {
      for row in part.rows {
        let isKnown = known.contains { row.method.contains($0) } || row.method == "NGswin" && row.task.isSuperResolution
        #expect(isKnown == (row.configuration != nil), "\(part.name) \(row.method)")
        guard let file = row.configuration else { continue }
        let experiment = try paperConfigurations.experiment(file)
        #expect(experiment.run.task == row.task, "\(file)")
      }
    }
  }

  @Test func oneRunHasOneName() throws {
    var names: [String: String] = [:]
    for row in paperParts.flatMap(\.rows) {
      guard let file = row.configuration else { continue }
      let name = try paperConfigurations.experiment(file, seed: row.seed).name
      let key = "\(file) \(row.seed ?? 0)"
      #expect(names[name] == nil || names[name] == key, "\(name)")
      names[name] = key
    }
  }

  @Test func aMissingFolderIsNamed() {
    let error = #expect(throws: (any Error).self) { try ConfigurationFolder("/nowhere") }
    #expect("\(error!)".hasPrefix("/nowhere: expected the folder of the paper's configurations"))
  }
}
