import Foundation
import Testing

/// `ramit benchmark` with several models.
@Suite(.serialized, .enabled(if: Program.path != nil, "the program is not beside the tests"))
struct BenchmarkTableTests {
  @Test func modelsAndWeightsAreMeasured() throws {
    try Folder.temporary { folder in
      let weights = try folder.weights("small.safetensors", .x2)
      let run = try Program.run(
        "benchmark", "--models", "RAMiT-slimSR", "EDSR-baseline", "--weights", weights, "--size", "48x32", "--runs",
        "1",
        "--threads", "1,2", "--json", folder.file("t.json"), "--markdown", folder.file("t.md"))
      #expect(run.code == 0, "\(run)")
      let lines = run.output.split(separator: "\n")
      #expect(lines.count == 7 && lines.allSatisfy { $0.count <= 80 }, "\(run.output)")
      let object = try #require(try JSONSerialization.jsonObject(with: folder.data("t.json")) as? [String: Any])
      let rows = try #require(object["rows"] as? [[String: Any]])
      #expect(
        rows.map { $0["name"] as? String } == [
          "RAMiT-slimSR", "RAMiT-slimSR", "EDSR-baseline", "EDSR-baseline", "small.safetensors", "small.safetensors",
        ])
      #expect(rows.allSatisfy { ($0["frames_per_second"] as? Double ?? 0) > 0 && $0["width"] as? Int == 48 })
      let results = rows.compactMap { $0["result"] as? [String: Any] }
      #expect(results.map { $0["threads"] as? Int } == [1, 2, 1, 2, 1, 2])
      #expect(results[0]["parameters"] as? Int == 581_008 && results[0]["model"] as? String == "RAMiT-slimSR")
      // The small model's process takes less than those of the models before it.
      let peaks = results.compactMap { $0["peak_gb"] as? Double }
      #expect(peaks.count == 6 && peaks[4] < peaks[2] && peaks[4] < peaks[0], "\(peaks)")
      #expect(try String(decoding: folder.data("t.md"), as: UTF8.self).hasPrefix("| model | input |"))
    }
  }

  /// What contradicts itself, or cannot be written, is said before anything is measured.
  @Test func oneModelIsAskedFor() throws {
    try Folder.temporary { folder in
      let weights = try folder.weights("small.safetensors", .x2)
      let other = try Program.run("benchmark", "infer:32x32", "--weights", weights, "--model", "EDSR-baseline")
      #expect(other.code == 1 && other.errorLines.count == 1 && other.output.isEmpty, "\(other)")
      #expect(other.errors.contains("expected weights of EDSR-baseline"), "\(other)")
      let kept = try Program.run("benchmark", "infer:32x32", "--weights", weights, "--json", weights)
      #expect(kept.code == 1 && kept.errorLines.count == 1 && kept.output.isEmpty, "\(kept)")
    }
  }

  /// What cannot be measured is named, the rest is measured.
  @Test func aModelThatDoesNotFitIsNamed() throws {
    let run = try Program.run(
      "benchmark", "--models", "NAFNet", "RAMiT-slimSR", "--task", "x2", "--size", "32x32", "--runs", "1", "--quiet")
    #expect(run.code == 1 && run.errors.hasPrefix("ramit: NAFNet, 32x32: "), "\(run)")
    #expect(run.output.split(separator: "\n").count == 2)
  }

  @Test(arguments: [
    ["--models", "RAMiTT"], ["--models", "RAMiT", "infer:32x32"], ["--size", "0x4"], ["--size", "4"],
    ["--models", "RAMiT", "--profile"], ["--markdown", "t.md"], ["--weights", "a.pth", "b.pth"],
    ["--weights", "a.pth", "--model", "RAMiT", "--size", "32x32"],
  ])
  func wrongUsageHasCode64(_ options: [String]) throws {
    let run = try Program.run(["benchmark"] + options)
    #expect(run.code == 64 && run.errors.contains("Error: "), "\(run)")
  }
}
