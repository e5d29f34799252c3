import Foundation
import Testing

/// `ramit report`, and the report that a training leaves.
@Suite(.enabled(if: Program.path != nil, "the program is not beside the tests"))
struct ReportTests {
  private func train(_ name: String, in folder: Folder, _ settings: String...) throws -> String {
    let yaml = """
      name: \(name)
      task: x2
      model: {variant: RAMiT-slimSR, dim: 16, depths: [1, 1, 1, 1], window: 2}
      data:
        train: {type: procedural, samplesPerEpoch: 8, patch: 8, batch: 2}
        validation: {type: procedural, images: 1}
      schedule: {epochs: 2, learningRate: 0.001, warmupEpochs: 0, milestones: []}
      logging: {everyIterations: 2}

      """
    let configuration = try folder.write(yaml.utf8, to: name + ".yaml")
    let run = try Program.run(
      ["train", configuration, "--output", folder.file(name)] + settings.flatMap { ["--set", $0] })
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.output.contains("report  \(folder.file(name))/report.html\n"), "\(run.output)")
    return folder.file(name)
  }

  @Test func runsAreComparedAndWhatIsNoneIsNamed() throws {
    try Folder.temporary { folder in
      let one = try train("one", in: folder), other = try train("other", in: folder, "schedule.learningRate=0.01")
      #expect(folder.exists("one/report.html") && folder.exists("one/environment.json"))
      let page = folder.file("page.html")

      let sound = try Program.run("report", one, other + "/", "--output", page)
      #expect(sound.code == 0 && sound.errors.isEmpty, "\(sound.errors)")
      let lines = sound.output.split(separator: "\n")
      #expect(lines.count == 4)
      #expect(lines[0].hasPrefix("run ") && lines[1].hasPrefix("one ") && lines[2].hasPrefix("other "))
      #expect(lines[1].contains("  x2 ") && lines[1].contains(" 8/8 "))
      #expect(lines[3] == "page    \(page)")
      #expect(try String(contentsOfFile: page, encoding: .utf8).contains("schedule.learningRate"))

      let broken = try folder.folder("broken").write("task: ?".utf8, to: "config.yaml")
      let mixed = try Program.run("report", folder.file("none"), one, folder.file("broken"), "--output", page)
      #expect(mixed.code == 1)
      #expect(mixed.errorLines.count == 2, "\(mixed.errors)")
      #expect(mixed.errorLines[0].hasPrefix("ramit: \(folder.file("none")): expected the folder of a run"))
      #expect(mixed.errorLines[1].hasPrefix("ramit: \(broken):1:7: expected "))
      #expect(mixed.output.contains("one ") && !mixed.output.contains("other "))
      #expect(try !String(contentsOfFile: page, encoding: .utf8).contains("schedule.learningRate</td>"))

      let nothing = try Program.run("report", folder.file("none"), "--output", folder.file("new.html"))
      #expect(nothing.code == 1 && nothing.output.isEmpty && !folder.exists("new.html"))
    }
  }

  @Test func aPageThatCannotBeWrittenIsNamed() throws {
    try Folder.temporary { folder in
      let one = try train("one", in: folder)
      let page = folder.file("nowhere/page.html")
      let run = try Program.run("report", one, "--output", page)
      #expect(run.code == 1 && run.errorLines.count == 1)
      #expect(run.errors.hasPrefix("ramit: \(page): expected a file that can be written"), "\(run.errors)")
      #expect(run.output.hasPrefix("run "))
      #expect(try Program.run("report").code == 64)
    }
  }
}
