import Foundation
import RAMiTModels
import RAMiTTestSupport
import Testing

@testable import RAMiTBenchmarking

struct SpeedTableTests {
  private func row(_ name: String, seconds: Double, threads: Int = 2) -> SpeedTable.Row {
    SpeedTable.Row(
      name: name, width: 1920, height: 1080,
      result: BenchmarkResult(
        name: "infer:1080x1920", model: "RAMiT", task: .x2, parameters: 939_844, checkpointing: nil, version: "1",
        threads: threads, seconds: .init([seconds]), speedup: nil, peakGigabytes: 0.4123, estimatedGigabytes: 0.4))
  }

  @Test func tablesHaveARowForEach() throws {
    var table = SpeedTable()
    table.rows = [row("RAMiT", seconds: 0.25), row("a|very-long-name-of-a-file-of-weights.safetensors", seconds: 12.5)]
    let lines = table.text.split(separator: "\n")
    #expect(lines.count == 3 && lines.allSatisfy { $0.count <= 80 })
    #expect(lines[1].split(separator: " ") == ["RAMiT", "1920x1080", "2", "940", "K", "0.250", "4.00", "412"])
    #expect(lines[2].hasPrefix("a|very-lo...") && lines[2].hasSuffix("0.08      412"))
    #expect(table.markdown.contains("| a\\|very-long-name-of-a-file-of-weights.safetensors | 1920x1080 | 2 | "))
    let object = try #require(
      try JSONSerialization.jsonObject(with: JSONEncoder().encode(table)) as? [String: [[String: Any]]])
    #expect(object["rows"]?[0]["frames_per_second"] as? Double == 4)
    #expect(try JSONDecoder().decode(SpeedTable.self, from: JSONEncoder().encode(table)) == table)
  }

  private let settings = SpeedTable.Settings(task: .x2, sizes: [(64, 32)], threads: [1, 2], runs: 3)

  /// Each model and size has a process, which gets the arguments and gives a line for each number of threads.
  @Test func eachModelHasAProcess() throws {
    try withTemporaryFolder { folder in
      let lines = try [row("", seconds: 1, threads: 1), row("", seconds: 0.5)].map { try $0.result.json() }
      let program = try script(
        "echo \"$@\" >> '\(folder)/log'\n" + lines.map { "echo '\($0)'\n" }.joined(), in: folder)
      var failures: [String] = []
      let table = SpeedTable(
        of: [.model("RAMiT"), .weights("/a b/c.pth")], settings, program: program, failed: { failures.append($0) })
      #expect(failures.isEmpty && table.rows.map(\.name) == ["RAMiT", "RAMiT", "c.pth", "c.pth"])
      #expect(table.rows.map(\.result.threads) == [1, 2, 1, 2] && table.rows[0].width == 64)
      let log = try String(contentsOfFile: folder + "/log", encoding: .utf8)
      let common = "benchmark infer:32x64 --quiet --runs 3 --threads 1,2"
      #expect(log == "\(common) --model RAMiT --task x2\n\(common) --weights /a b/c.pth --task x2\n")
    }
  }

  @Test(arguments: [
    ("echo 'program: benchmark: expected less' >&2; exit 1", "benchmark: expected less"), ("exit 3", "exit code 3"),
    ("kill -9 $$", "its process was ended by signal 9 (out of memory?)"),
  ])
  func whatCannotBeMeasuredIsNamed(_ text: String, message: String) throws {
    try withTemporaryFolder { folder in
      var failures: [String] = []
      let table = SpeedTable(
        of: [.model("RAMiT")], settings, program: try script(text, in: folder), failed: { failures.append($0) })
      #expect(table.rows.isEmpty && failures == ["RAMiT, 64x32: \(message)"])
    }
  }
}
