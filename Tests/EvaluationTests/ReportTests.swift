import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTMetrics
import RAMiTModelTestSupport
import RAMiTModels
import RAMiTTestSupport
import Testing

@testable import RAMiTEvaluation
@testable import RAMiTInference

struct ReportTests {
  /// JSON replaces JSON, and nothing else.
  @Test func jsonReplacesNoOtherFile() throws {
    try withTemporaryFolder { folder in
      for (name, text) in [("w.pth", "PK\u{3}\u{4}"), ("a.png", "\u{89}PNG"), (RestorationRecord.fileName, "{}")] {
        let path = folder + "/" + name
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        for write in [{ try JSON.prepare(path) }, { try JSON.write([1], to: path) }] {
          #expect(throws: InputError.self) { try write() }
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(text.utf8))
      }
      #expect(throws: InputError(folder, expected: "a file for JSON", found: "a folder")) {
        try JSON.prepare(folder)
      }
      for text in ["", "{}", "[1]"] {
        let path = folder + "/new/a.json"
        try JSON.prepare(path)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try JSON.prepare(path)
        try JSON.write([7], to: path)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("[\n  7\n]\n".utf8))
      }
    }
  }

  @Test func scoresLineByLine() throws {
    try withTemporaryFolder { folder in
      try write(picture(width: 16, height: 16, channels: 3), to: folder + "/Set/HQ/a.png")
      let table = ScoreTable(try TestSet(folder + "/Set", task: .dn), modelName: "RAMiT", sigma: 25)
      #expect(table.header == "Set, RAMiT dn, sigma 25  PSNR (dB)       SSIM")
      #expect(
        table.line(.init(name: "a", score: Score(psnr: 30.12344, ssim: 0.9), baseline: Score(psnr: 20, ssim: 0.5)))
          == "a                          30.1234    0.90000")
      #expect(
        table.line(.init(name: "a\n\u{1b}b", score: Score(psnr: 30, ssim: 0.9), baseline: Score(psnr: 20, ssim: 0.5)))
          == "a  b                       30.0000    0.90000")
      let row = ScoreReport.Row(
        name: "a", score: Score(psnr: .infinity, ssim: 1), baseline: Score(psnr: 20.17, ssim: 0.45))
      let report = ScoreReport(variant: "RAMiT", task: .dn, testset: "Set", sigma: 25, rows: [row])
      let lines = table.means(report).split(separator: "\n")
      #expect(lines[0] == "mean of 1                      inf    1.00000")
      #expect(lines[1] == "noisy                      20.1700    0.45000")
      #expect(lines.count == 2)
      // One of two without any error: the mean is that of the other one, and says so.
      let other = ScoreReport.Row(name: "b", score: Score(psnr: 30, ssim: 0.5), baseline: Score(psnr: 20, ssim: 0.5))
      let two = ScoreReport(variant: "RAMiT", task: .dn, testset: "Set", sigma: 25, rows: [row, other])
      let more = table.means(two).split(separator: "\n")
      #expect(more[0] == "mean of 2                  30.0000    0.75000")
      #expect(more[2] == "restored: 1 of 2 images equals its target, and the mean PSNR is that of the others")
    }
  }

  @Test func numbersForPeople() {
    #expect(939_844.grouped == "939,844" && 12.grouped == "12" && 1000.grouped == "1,000")
    #expect(38.18594.fixed(2) == "38.19" && Double.infinity.fixed(2) == "inf" && Double.nan.fixed(2) == "-")
  }

  /// Other programs read these keys.
  @Test func complexityAsJSON() throws {
    let configuration = RAMiTVariant.slimLLE.configuration(for: .lle)
    let complexity = Complexity(of: configuration, outputWidth: 64, height: 32)
    let report = ComplexityReport(
      complexity, model: "RAMiT-slimLLE", task: .lle, outputWidth: 64, outputHeight: 32)
    let object = try JSONSerialization.jsonObject(with: Data(JSON.encode(report).utf8)) as? [String: Any]
    #expect(object?["parameters"] as? Int == 358_243)
    #expect(object?["multAdds"] as? Int == complexity.multAdds)
    let components = try #require(object?["components"] as? [[String: Any]])
    #expect(components.compactMap { $0["parameters"] as? Int }.reduce(0, +) == 358_243)
    #expect(components.compactMap { $0["name"] as? String }.contains("attn_mix"))
  }
}
