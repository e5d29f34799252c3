import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging
import RAMiTMetrics
import RAMiTModelTestSupport
import RAMiTModels
import RAMiTTestSupport
import Testing

@testable import RAMiTEvaluation

struct ComparisonTests {
  private func report(_ set: String, _ psnrs: [(String, Double)], _ task: RestorationTask = .x2) -> ScoreReport {
    ScoreReport(
      variant: "m", task: task, testset: set, sigma: nil,
      rows: psnrs.map { name, psnr in
        .init(name: name, score: Score(psnr: psnr, ssim: psnr / 64), baseline: Score(psnr: 20, ssim: 0.5))
      })
  }

  @Test func differencesImageByImage() throws {
    let a = [
      report("s", [("1", 30), ("2", 31), ("3", 32), ("only a", 1)]), report("t", [("1", 40)]), report("u", [("1", 1)]),
    ]
    let b = [report("t", [("1", 39.5)]), report("s", [("3", 32), ("1", 30.5), ("2", 32), ("only b", 2)])]
    let found = try PairedComparison(a, b, names: ("a.json", "b.json"))
    #expect(found.parts.map(\.name) == ["s", "t"])
    #expect(found.unmatched == ["s, only a: only in a.json", "s, only b: only in b.json", "u: only in a.json"])
    let psnr = found.parts[0].results[0]
    #expect(psnr.metric == .psnr && psnr.meanDifference == 0.5 && psnr.count == 3)
    #expect(psnr.bBetter == 2 && psnr.aBetter == 0 && psnr.equal == 1)
    // All that three values 0, 0.5 and 1 can give lies in between.
    let interval = try #require(psnr.interval)
    #expect(interval.lowerBound >= 0 && interval.upperBound <= 1 && interval.contains(0.5))
    #expect(found.parts[1].results[0].interval == nil)
    let total = try #require(found.total)
    #expect(total[0].count == 4 && total[0].meanDifference == 0.25 && total[0].aBetter == 1)
    #expect(abs(total[1].meanDifference - 0.25 / 64) < 1e-15 && total[1].metric == .ssim)
  }

  /// The interval of a mean of many values is that of the normal distribution, nearly; and the same each time.
  @Test func bootstrapInterval() throws {
    let values = (0..<400).map { Double($0 * 7919 % 400) / 400 }
    let found = try #require(Bootstrap(meanOf: values, resamples: 10_000, seed: 0))
    let mean = values.reduce(0, +) / 400
    let error = MeanScore(values.map { Score(psnr: $0, ssim: 0) }).deviation(.psnr) / 20
    #expect(abs(found.low - (mean - 1.96 * error)) < 0.05 * error)
    #expect(abs(found.high - (mean + 1.96 * error)) < 0.05 * error)
    let again = try #require(Bootstrap(meanOf: values, resamples: 10_000, seed: 0))
    #expect(again.low == found.low && again.high == found.high)
    let other = try #require(Bootstrap(meanOf: values, resamples: 10_000, seed: 1))
    #expect(other.low != found.low)
    #expect(Bootstrap(meanOf: [1], resamples: 10_000, seed: 0) == nil)
  }

  /// Images without any error differ by nothing, or by no number.
  @Test func infiniteScores() throws {
    let a = [report("s", [("1", .infinity), ("2", 30), ("3", .infinity)])]
    let b = [report("s", [("1", .infinity), ("2", .infinity), ("3", 31)])]
    let result = try PairedComparison(a, b, names: ("a", "b")).parts[0].results[0]
    #expect(result.meanDifference == 0 && result.count == 1)
    #expect(result.equal == 1 && result.bBetter == 1 && result.aBetter == 1)
  }

  @Test func scoresThatCannotBeCompared() throws {
    func message(_ a: ScoreReport, _ b: ScoreReport) -> String {
      do {
        _ = try PairedComparison([a], [b], names: ("a", "b"))
        return "none"
      } catch { return "\(error)" }
    }
    let a = report("s", [("1", 30)])
    #expect(message(a, report("s", [("1", 30)], .x3)) == "b: expected scores for x2, as a, found x3")
    let matlab = ScoreReport(
      variant: "m", task: .x2, testset: "s", sigma: nil, scoring: EvaluationProtocol(.matlab), rows: a.rows)
    #expect(
      message(a, matlab)
        == "b: expected paper protocol: Y in float, border 2, as a, found matlab protocol: Y rounded, border 2")
    #expect(message(a, report("s", [("2", 30)])) == "b: expected scores of images that a has, too, found no such image")
    // Single sets may have other names; with several the name decides.
    #expect(message(a, report("t", [("1", 30)])) == "none")
    let several = try PairedComparison([a, report("t", [("1", 3)])], [report("t", [("1", 4)])], names: ("a", "b"))
    #expect(several.parts.map(\.name) == ["t"] && several.unmatched == ["s: only in a"])
  }

  @Test func tablesFitATerminal() throws {
    let name = String(repeating: "a long name of an image ", count: 4)
    let a = [report("s", [(name, 30), ("2", 31)]), report("t", [("1", 30)])]
    let b = [report("s", [(name, 31), ("2", 30)]), report("t", [("1", 30)])]
    let found = try PairedComparison(a, b, names: ("a.json", "b.json"))
    for line in found.text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    #expect(found.text.contains("all 3 images") && found.text.contains("+1.0000") && found.text.contains("-1.0000"))
    let object = try JSONSerialization.jsonObject(with: Data(JSON.encode(found).utf8)) as? [String: Any]
    let parts = try #require(object?["parts"] as? [[String: Any]])
    let results = try #require(parts[0]["results"] as? [[String: Any]])
    #expect(results[0]["meanDifference"] as? Double == 0 && results[0]["bBetter"] as? Int == 1)
    #expect((results[0]["interval"] as? [Double])?.count == 2)
    #expect((parts[1]["results"] as? [[String: Any]])?[0]["interval"] is NSNull)
    #expect((object?["total"] as? [[String: Any]])?[0]["images"] as? Int == 3)
  }
}

struct RestoredFolderTests {
  /// Names of other programs' results, of the inputs that were restored, and the targets' own.
  @Test(arguments: [
    ("a", "b", RestorationTask?.none), ("a_SwinIR", "b_SwinIR", nil), ("ax2_out", "bx2_out", .x2), ("ax2", "bx2", .x2),
  ])
  func pairsByName(first: String, second: String, task: RestorationTask?) throws {
    try withTemporaryFolder { folder in
      for (number, name) in ["a", "b"].enumerated() {
        try write(picture(width: 40, height: 36, channels: 3, seed: number), to: folder + "/HR/\(name).png")
      }
      let restored = picture(width: 40, height: 36, channels: 3, seed: 5)
      try write(restored, to: folder + "/out/\(first).png")
      try write(picture(width: 40, height: 36, channels: 3, seed: 1), to: folder + "/out/\(second).png")
      let set = try RestoredFolder(folder + "/out", target: folder + "/HR", task: task)
      #expect(set.errors.isEmpty && set.imageNames == ["a", "b"])
      let report = set.evaluate()
      let target = picture(width: 40, height: 36, channels: 3)
      let expected = score(
        restored, against: target, channels: task == nil ? .rgb : .luma, border: task == nil ? 0 : 2)
      #expect(report.rows[0].score == expected && report.rows[1].score.psnr == .infinity)
      let name = URL(fileURLWithPath: folder).lastPathComponent
      #expect(report.variant == "out" && report.testset == name && !report.hasBaseline)
      #expect(report.title == "\(name), out" + (task == nil ? "" : " x2"))
    }
  }

  /// Restorations of rounded inputs differ a little in size; others are named, and the rest is scored.
  @Test func sizesAndChannels() throws {
    try withTemporaryFolder { folder in
      let target = picture(width: 41, height: 37, channels: 3), gray = picture(width: 40, height: 40, channels: 1)
      for name in ["a", "b", "d"] { try write(target, to: folder + "/HR/\(name).png") }
      try write(gray, to: folder + "/HR/c.png")
      try write(target.cropped(x: 0, y: 0, width: 40, height: 36), to: folder + "/out/a.png")
      try write(target.cropped(x: 0, y: 0, width: 30, height: 36), to: folder + "/out/b.png")
      try write(gray.rgb(), to: folder + "/out/c.png")
      try write(target, to: folder + "/out/e.png")
      let set = try RestoredFolder(folder + "/out", target: folder + "/HR", task: .x2)
      #expect(set.errors.map(\.location) == [folder + "/HR/d.png", folder + "/out/e.png"])
      var failures: [String] = []
      let report = set.evaluate { if case .failed(let error) = $0 { failures.append("\(error)") } }
      #expect(report.rows.map(\.name) == ["a", "c"] && report.rows.allSatisfy { $0.score.psnr == .infinity })
      #expect(
        failures == ["\(folder)/out/b.png: expected 41 x 37 pixels, as \(folder)/HR/b.png, found 30 x 36"],
        "\(failures)")
      // Without a task, sizes are equal or wrong.
      #expect(try RestoredFolder(folder + "/out", target: folder + "/HR", task: nil).evaluate().rows.count == 1)
    }
  }
}
