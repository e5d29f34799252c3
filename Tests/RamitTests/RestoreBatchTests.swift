import Foundation
import RAMiTImaging
import Testing

/// `ramit restore` with folders as people have them: good photos, broken ones of many kinds, and what is no photo.
@Suite(.enabled(if: Program.path != nil, "the program is not beside the tests"))
struct RestoreBatchTests {
  private struct Report: Decodable {
    struct Row: Decodable {
      let input, status: String
      let output, reason: String?
      let width, outputWidth: Int?
      let seconds: Double?
    }
    let inputs: [Row]
    let summary: [String: Int]
  }

  private func report(_ folder: Folder) throws -> Report {
    try JSONDecoder().decode(Report.self, from: folder.data("report.json"))
  }

  /// A folder of 30 photos, ten bad files of ten kinds, and three that are no pictures.
  private func makeBatch(_ images: Folder) throws -> (good: [String], bad: [String]) {
    var good: [String] = []
    for number in 0..<30 {
      let name = "good\(number)" + (number % 3 == 0 ? ".jpg" : ".png")
      try images.picture(name, width: 8 + number, height: 9, channels: number % 3 == 0 ? 3 : 1 + number % 4)
      good.append(name)
    }
    var bad = try images.brokenImages(like: images.file("good1.png"))
    try images.write("GIF89a".utf8, to: "animated.gif")
    try images.write([0xff, 0xd8, 0xff, 0xe0, 0, 16], to: "cut.jpg")
    try images.write([0x49, 0x49, 42, 0, 0xff, 0xff, 0xff, 0xff], to: "cut.tif")
    try FileManager.default.createSymbolicLink(atPath: images.file("gone.png"), withDestinationPath: "nowhere")
    #expect(mkfifo(images.file("pipe.png"), 0o600) == 0)
    bad += ["animated.gif", "cut.jpg", "cut.tif", "gone.png", "pipe.png"]
    for name in ["desktop.ini", "info.json", "Thumbs.db"] { try images.write("text".utf8, to: name) }
    return (good, bad)
  }

  @Test func everyInputHasARow() throws {
    try Folder.temporary { folder in
      let (good, bad) = try makeBatch(folder.folder("in"))
      let arguments = [
        "restore", folder.file("in"), "--weights", try folder.weights(), "--output", folder.file("out"), "--json",
        folder.file("report.json"), "--keep-suffix", "--threads", "1",
      ]
      let first = try Program.run(arguments)
      #expect(first.code == 1)
      #expect(first.errorLines.count == bad.count, "\(first.errors)")
      for name in bad { #expect(first.errors.contains("in/\(name): expected "), "\(name)") }
      #expect(
        first.output.hasSuffix(
          "left out: 3 not images (\(folder.path)/in/Thumbs.db, \(folder.path)/in/desktop.ini, "
            + "\(folder.path)/in/info.json)\n"
            + "30 restored, 10 failed\n"))
      let rows = try report(folder)
      #expect(rows.summary == ["restored": 30, "skipped": 0, "failed": 10, "left out": 3, "not reached": 0])
      func names(_ status: String) -> Set<String> {
        Set(rows.inputs.filter { $0.status == status }.map { String($0.input.split(separator: "/").last!) })
      }
      #expect(rows.inputs.count == 43)
      #expect(names("restored") == Set(good) && names("failed") == Set(bad))
      for row in rows.inputs where row.status == "restored" {
        #expect(row.outputWidth == row.width.map { $0 * 2 } && row.seconds != nil)
        #expect(try ImageFile.size(row.output!).width == row.outputWidth)
      }
      #expect(rows.inputs.filter { $0.status == "failed" }.allSatisfy { $0.reason?.hasPrefix("expected ") == true })

      let times = try outputTimes(folder)
      let second = try Program.run(arguments)
      #expect(second.code == 1 && second.errors == first.errors)
      #expect(try report(folder).summary["skipped"] == 30)
      #expect(try outputTimes(folder) == times)
    }
  }

  private func outputTimes(_ folder: Folder) throws -> [String: Date?] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("out")).filter { !$0.hasPrefix(".") }
    return try Dictionary(
      uniqueKeysWithValues: names.map { name in
        (name, try FileManager.default.attributesOfItem(atPath: folder.file("out/" + name))[.modificationDate] as? Date)
      })
  }

  /// Control-C: the photo under way is finished, and the JSON says of every input what became of it.
  @Test func aBatchThatIsStopped() throws {
    try Folder.temporary { folder in
      let images = try folder.folder("in")
      for number in 0..<40 { try images.picture("\(number).png", width: 120, height: 120) }
      let program = try RunningProgram(
        [
          "restore", images.path, "--weights", try folder.weights(), "--output", folder.file("out"), "--json",
          folder.file("report.json"), "--threads", "1",
        ], in: folder, isHeld: true)
      program.wait(forLines: 2, in: folder.file("out/.ramit-restored.jsonl"))
      program.send(SIGINT)
      let outcome = try program.outcome()
      #expect(outcome.code == 130, "\(outcome)")
      let summary = try report(folder).summary
      #expect(summary["restored"]! > 0 && summary["not reached"]! > 0)
      #expect(summary["restored"]! + summary["not reached"]! == 40)
    }
  }

  @Test(.enabled(if: PseudoTerminal.isThere, "no pseudo-terminal can be opened here"))
  func theBarOnATerminal() throws {
    try Folder.temporary { folder in
      let images = try folder.folder("in")
      for name in ["a.png", "b.png", "c.png"] { try images.picture(name) }
      let terminal = try PseudoTerminal()
      let program = try RunningProgram(
        ["restore", images.path, "--weights", try folder.weights(), "--output", folder.file("out")], in: folder,
        shell: #""$@" 2>&1"#, output: terminal.end)
      let shown = try terminal.read { program.isRunning }
      let outcome = try program.outcome()
      #expect(outcome.code == 0)
      #expect(shown.contains("photo 1 of 3 [                        ]"), "\(shown)")
      #expect(shown.contains(/photo 3 of 3 \[={16} {8}\]  \d+:\d\d left/), "\(shown)")
      // The last bar is gone.
      #expect(shown.suffix(20).contains("3 restored"), "\(shown)")
    }
  }

  @Test func theHomeFolder() throws {
    try Folder.temporary { folder in
      try folder.picture("a.png")
      let script = #"HOME="$3" "$1" restore '~/a.png' --weights '~/'"$2" --output '~/out' --json '~/report.json'"#
      try folder.weights("w.safetensors")
      let outcome = try RunningProgram(["w.safetensors", folder.path], in: folder, shell: script).outcome()
      #expect(outcome.code == 0, "\(outcome)")
      #expect(folder.exists("out/a.png") && folder.exists("report.json"))
    }
  }
}
