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
      #expect(more[1] == "standard deviation               -    0.35355")
      #expect(more[2] == "noisy                      20.0850    0.47500")
      #expect(more[3] == "restored: 1 of 2 images equals its target, and the mean PSNR is that of the others")
    }
  }

  /// Long names are cut in their middle, and every column has its place.
  @Test func linesOfAtMost80Columns() {
    let name = "folder/" + String(repeating: "long", count: 30) + "-1"
    let score = Score(psnr: 30, ssim: 0.9, others: [.msssim: 0.95, .gtMeanPSNR: 31, .gtMeanSSIM: 0.92])
    let row = ScoreReport.Row(name: name, score: score, baseline: score)
    for count in 1...5 {
      let metrics = Array(Metric.allCases.prefix(count))
      let table = ScoreTable(names: [name, "b"], title: "Set, RAMiT lle", metrics: metrics)
      let line = table.line(row)
      #expect(line.count == 80 && line.hasPrefix("folder") && line.contains("..."), "\(line)")
      #expect(table.header.count == 80 && table.header.hasSuffix(metrics.last!.title))
    }
    #expect("abcdefgh".shortened(to: 8) == "abcdefgh" && "abcdefghi".shortened(to: 8) == "abc...hi")
  }

  private func reports() -> [ScoreReport] {
    func row(_ name: String, _ psnr: Double, _ ssim: Double) -> ScoreReport.Row {
      .init(name: name, score: Score(psnr: psnr, ssim: ssim), baseline: Score(psnr: 20, ssim: 0.25))
    }
    return [
      ScoreReport(
        variant: "m", task: .x2, testset: "One", sigma: nil, rows: [row("a,\"b\"", 30, 0.5), row("c|d", 32, 0.75)]),
      ScoreReport(variant: "m", task: .x2, testset: "Two", sigma: nil, rows: [row("e", 37, 1)]),
    ]
  }

  /// A small set weighs as much as a large one in one mean, and as its images in the other.
  @Test func meansOverSets() throws {
    let summaries = ScoreSummary.all(
      of: reports() + [
        ScoreReport(variant: "m", task: .dn, testset: "One", sigma: 15, rows: reports()[0].rows)
      ])
    #expect(summaries.count == 1)
    #expect(
      summaries[0].text == """
        2 sets, m x2            PSNR (dB)       SSIM
        One (2 images)            31.0000    0.62500
        Two (1 image)             37.0000    1.00000
        mean over 2 sets          34.0000    0.81250
        mean over all 3 images    33.0000    0.75000
        """, "\(summaries[0].text)")
    #expect(ScoreSummary.all(of: Array(reports().prefix(1))).isEmpty)
  }

  @Test func scoresAsCSV() throws {
    let lines = reports().csv.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0] == "row,model,task,testset,sigma,protocol,image,psnr,ssim,baseline_psnr,baseline_ssim")
    let rules = "\"paper protocol: Y in float, border 2\""
    #expect(lines[1] == "image,m,x2,One,,\(rules),\"a,\"\"b\"\"\",30.0,0.5,20.0,0.25")
    #expect(lines[3] == "mean,m,x2,One,,\(rules),,31.0,0.625,20.0,0.25")
    #expect(lines[4].hasPrefix("deviation,m,x2,One,,\(rules),,1.414213562373095"))
    // One image has no deviation.
    #expect(lines[7] == "deviation,m,x2,Two,,\(rules),,,,,")
    #expect(lines[8] == "mean over sets,m,x2,,,\(rules),,34.0,0.8125,,")
    #expect(lines[9] == "mean over images,m,x2,,,\(rules),,33.0,0.75,," && lines.count == 11)
  }

  @Test func scoresAsMarkdown() throws {
    let text = reports().markdown
    #expect(
      text.hasPrefix(
        """
        ## One, m x2

        paper protocol: Y in float, border 2

        | image | PSNR (dB) | SSIM |
        | --- | ---: | ---: |
        | a,"b" | 30.0000 | 0.50000 |
        | c\\|d | 32.0000 | 0.75000 |
        | mean of 2 | 31.0000 | 0.62500 |
        | standard deviation | 1.4142 | 0.17678 |
        | bicubic | 20.0000 | 0.25000 |

        ## Two, m x2

        """), "\(text)")
    #expect(
      text.hasSuffix(
        "| mean over 2 sets | 34.0000 | 0.81250 |\n"
          + "| mean over all 3 images | 33.0000 | 0.75000 |\n"))
  }

  /// Text files have their endings, so that no option replaces weights.
  @Test func textFilesAreWrittenWhole() throws {
    try withTemporaryFolder { folder in
      for (kind, path) in [(TextFile.csv, "w.pth"), (.markdown, "a.csv"), (.csv, "a"), (.html, "photo.png")] {
        #expect(throws: InputError.self) { try kind.prepare(folder + "/" + path) }
      }
      try TextFile.csv.prepare(folder + "/new/s.csv")
      try TextFile.csv.write(reports().csv, to: folder + "/new/s.csv")
      let written = try String(contentsOfFile: folder + "/new/s.csv", encoding: .utf8)
      #expect(written == reports().csv)
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
