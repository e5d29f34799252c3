import Foundation
import Testing

@Suite(.enabled(if: Program.path != nil, "the program is not beside the tests"))
struct TrainOptionsTests {
  private func configuration(_ folder: Folder) throws -> String {
    try folder.write(
      """
      name: tiny
      task: x2
      model: {variant: RAMiT-slimSR, dim: 16, heads: 2, depths: [1, 1, 1, 1]}
      data:
        train: {type: folder, path: photos, samplesPerEpoch: 4, patch: 8, batch: 2}
      schedule: {epochs: 2, learningRate: 0.001, warmupEpochs: 0, milestones: []}
      """.utf8, to: "tiny.yaml")
  }

  /// What a comment would be in YAML belongs to the folder's name, and a tilde is the home folder.
  @Test func pathsAreTakenAsTheyAreWritten() throws {
    try Folder.temporary { folder in
      for number in 0..<3 { try folder.folder("set #2").picture("\(number).png", width: 40, height: 40) }
      try folder.folder("set").picture("a.png", width: 40, height: 40)
      let configuration = try configuration(folder)
      for path in ["\(folder.path)/set #2", "~/set #2"] {
        let run = try Program.run(
          ["train", configuration, "--dry-run", "--set", "data.train.path=\(path)"], home: folder.path)
        #expect(run.code == 0 && run.output.contains("\(folder.path)/set #2, 3 images"), "\(run.errors)")
      }
    }
  }

  /// Also with a line break in a name, which YAML folds between other quotes.
  @Test func aPrintedConfigurationReadsBack() throws {
    try Folder.temporary { folder in
      let name = "my\n \"photos\"\\\t'"
      for number in 0..<3 { try folder.folder(name).picture("\(number).png", width: 40, height: 40) }
      let printed = try Program.run("config", configuration(folder), "--set", "data.train.path=\(folder.file(name))")
      #expect(printed.code == 0, "\(printed.errors)")
      let copy = try folder.write(printed.output.utf8, to: "copy.yaml")
      let run = try Program.run("train", copy, "--dry-run")
      #expect(run.code == 0 && run.output.contains("3 images"), "\(run)")
    }
  }

  /// Weights that were put where a run writes its own, and what another program has not finished.
  @Test func whatLiesInTheFolderStays() throws {
    try Folder.temporary { folder in
      for number in 0..<3 { try folder.folder("photos").picture("\(number).png", width: 40, height: 40) }
      let run = try folder.folder("run")
      try run.folder("weights").write("mine".utf8, to: "best.safetensors")
      try run.folder("samples").folder(".mine.tmp").write("mine".utf8, to: "a")
      let start = [
        "train", try configuration(folder), "--output", run.path, "--quiet", "--set",
        "data.train.path=\(folder.path)/photos",
      ]
      let refused = try Program.run(start)
      #expect(refused.code == 1 && refused.errorLines.count == 1, "\(refused)")
      #expect(refused.errors.contains("expected a folder without a run"))
      #expect(try run.data("weights/best.safetensors") == Data("mine".utf8))
      #expect(try run.data("samples/.mine.tmp/a") == Data("mine".utf8))
    }
  }

  /// Files of a person in the place of a run's, in the folder where a run is to be resumed and none has begun.
  @Test(arguments: ["config.yaml", "train.log"]) func filesOfNoRunStay(_ name: String) throws {
    try Folder.temporary { folder in
      for number in 0..<3 { try folder.folder("photos").picture("\(number).png", width: 40, height: 40) }
      let configuration = try configuration(folder)
      let mine = try Data(contentsOf: URL(fileURLWithPath: configuration))
      let run = try folder.folder("run")
      try run.write(mine, to: name)
      let start = [
        "train", name == "config.yaml" ? run.file(name) : configuration, "--output", run.path, "--resume", "--quiet",
        "--set", "data.train.path=\(folder.path)/photos",
      ]
      let refused = try Program.run(start)
      #expect(refused.code == 1 && refused.errorLines.count == 1, "\(refused)")
      #expect(refused.errors.contains("/run/\(name): expected a folder without such a file"), "\(refused)")
      #expect(try run.data(name) == mine)
      #expect(try FileManager.default.contentsOfDirectory(atPath: run.path).sorted() == [name, "lock"].sorted())
    }
  }

  /// A run that was stopped right after its first file.
  @Test func aRunWithoutACheckpointStartsOver() throws {
    try Folder.temporary { folder in
      for number in 0..<3 { try folder.folder("photos").picture("\(number).png", width: 40, height: 40) }
      let start = [
        "train", try configuration(folder), "--output", folder.file("run"), "--resume", "--set",
        "data.train.path=\(folder.path)/photos",
      ]
      #expect(try Program.run(start).code == 0)
      let resolved = try folder.data("run/config.yaml")
      try FileManager.default.removeItem(atPath: folder.file("run"))
      try folder.folder("run").write(resolved, to: "config.yaml")
      let run = try Program.run(start)
      #expect(run.code == 0 && run.output.contains("the run starts over"), "\(run)")
    }
  }

  @Test(arguments: ["0", "1000001", "9223372036854775807"]) func machinesHaveANumber(_ nodes: String) throws {
    let run = try Program.run("train", "none.yaml", "--dry-run", "--nodes", nodes)
    #expect(run.code == 64 && run.errors.contains("--nodes must be 1 to 1000000, not \(nodes)"), "\(run)")
  }

  @Test func anotherRateIsForThoseWhoAllowIt() throws {
    try Folder.temporary { folder in
      for number in 0..<3 { try folder.folder("photos").picture("\(number).png", width: 40, height: 40) }
      let start = [
        "train", try configuration(folder), "--output", folder.file("run"), "--set",
        "data.train.path=\(folder.path)/photos",
        "--quiet",
      ]
      #expect(try Program.run(start).code == 0)
      let lower = start + ["--set", "schedule.learningRate=0.0005", "--set", "schedule.epochs=3", "--resume"]
      let refused = try Program.run(lower)
      #expect(refused.code == 1 && refused.errorLines.count == 1)
      #expect(
        refused.errors.contains("--allow-changes")
          && refused.errors.contains("schedule.learningRate 0.0005 (was 0.001)"))
      #expect(try Program.run(lower + ["--allow-changes"]).code == 0)
      #expect(try Program.run(start + ["--allow-changes"]).code == 64)
      // Other photos under the same names.
      try folder.folder("photos").picture("1.png", width: 44, height: 40)
      let others = try Program.run(lower + ["--allow-changes"])
      #expect(others.code == 1 && others.errors.contains("found changed files: 1.png"), "\(others.errors)")
    }
  }

  /// A run's own configuration names the folder where the run was; the run goes on where the file is.
  @Test func aMovedRunGoesOn() throws {
    try Folder.temporary { folder in
      for number in 0..<3 { try folder.folder("photos").picture("\(number).png", width: 40, height: 40) }
      let start = [
        "train", try configuration(folder), "--output", folder.file("run"), "--set",
        "data.train.path=\(folder.path)/photos",
      ]
      #expect(try Program.run(start).code == 0)
      try FileManager.default.moveItem(atPath: folder.file("run"), toPath: folder.file("moved"))
      let run = try Program.run("train", folder.file("moved/config.yaml"), "--resume", "--set", "schedule.epochs=3")
      #expect(run.code == 0 && run.output.contains("resumed after iteration 4"), "\(run.output)\(run.errors)")
      #expect(!folder.exists("run"))
      let elsewhere = try Program.run(
        "train", folder.file("moved/config.yaml"), "--resume", "--output", folder.file("other"))
      #expect(elsewhere.code == 0 && folder.exists("other/weights/last.safetensors"), "\(elsewhere.errors)")
    }
  }
}
