import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging
import RAMiTMetrics
import Testing

@testable import RAMiTRuns
@testable import RAMiTTraining

/// Images that equal their targets: their PSNR is infinite, and no mean is.
@Suite struct InfiniteScoreTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A set of pairs of which the first few are twice the same image.
  private func pairs(same: Int) throws -> String {
    for number in 0..<3 {
      for (name, image) in [("HQ", number), ("LQ", number < same ? number : number + 3)] {
        try FileManager.default.createDirectory(atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
        try ImageFile.write(
          DeadLeaves(seed: 2).image(image, width: 32, height: 24), to: "\(folder.path)/\(name)/\(number).png")
      }
    }
    return folder.path
  }

  private func run(same: Int) throws -> (outcome: String, log: String, metrics: String, page: String) {
    let path = folder.path + "/run"
    let configuration = try toyConfiguration(
      path,
      settings: [
        "task=lle", "data.validation={type: folder, path: \(pairs(same: same)), images: null}",
        "schedule.epochs=2", "validation.everyEpochs=1",
      ])
    let trainer = try toyTrainer(configuration)
    let outcome = try trainer.run()
    func text(_ name: String) throws -> String { try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8) }
    return (trainer.summary(of: outcome), try text("train.log"), try text("metrics.jsonl"), try text("report.html"))
  }

  @Test func oneOfThree() throws {
    let (outcome, log, metrics, page) = try run(same: 1)
    for text in [outcome, log] {
      #expect(text.contains("dB (without 1 image that equals its target)"), "\(text)")
      #expect(!text.contains("inf"))
    }
    let lines = try metrics.split(separator: "\n").map { try JSON.decode(MetricsLine.self, from: String($0)) }
    let scores = lines.filter { $0.kind == .validation }
    #expect(scores.count == 2 && scores.allSatisfy { $0.baselineInfinite == 1 && $0.baselinePSNR!.isFinite })
    #expect(scores.allSatisfy { $0.infinite == nil && $0.psnr!.isFinite })
    #expect(page.contains(" + 1 inf"))
  }

  @Test func allOfThem() throws {
    let (outcome, log, metrics, _) = try run(same: 3)
    for text in [outcome, log] { #expect(text.contains("input infinite (every image equals its target)"), "\(text)") }
    #expect(!outcome.contains("less"))
    #expect(metrics.contains(#""baselineInfinite":3,"baselinePSNR":"Infinity""#))
  }

  /// The text of JSON, back again.
  @Test func bestIsTheMostExactAndThenTheHighest() throws {
    func result(_ psnr: [Double]) -> ValidationResult {
      ValidationResult(
        MeanScore(psnr.map { Score(psnr: $0, ssim: 1) }), baseline: MeanScore([Score(psnr: 20, ssim: 0.5)]))
    }
    let (low, high, exact) = (result([30, 30]), result([31, 31]), result([.infinity, 25]))
    #expect(
      low.isBetter(than: nil) && high.isBetter(than: low) && !low.isBetter(than: high) && !low.isBetter(than: low))
    #expect(exact.isBetter(than: high) && result([.infinity, .infinity]).isBetter(than: exact))
    for value in [low, exact, result([.infinity])] {
      #expect(try JSON.decode(ValidationResult.self, from: JSON.encode(value)) == value)
    }
    // Of earlier versions, without the counts.
    let old = #"{"psnr":"Infinity","ssim":1,"baselinePSNR":20,"baselineSSIM":0.5}"#
    #expect(try JSON.decode(ValidationResult.self, from: old).psnr == .infinity)
  }

  /// Two images never share a sheet.
  @Test func sheetsOfImagesInFolders() throws {
    let names = [
      "a/b", "a-b", "a%2Fb", "a/b/c", "a_b", "x.png", "%", String(repeating: "long/", count: 60),
      String(repeating: "long/", count: 61),
    ]
    let files = names.map { SampleSheet.fileName($0) }
    #expect(Set(files).count == names.count && files.allSatisfy { !$0.contains("/") && $0.utf8.count < 256 })
    for (name, file) in zip(names, files).prefix(7) { #expect(SampleSheet.name(ofFile: file) == name) }
    #expect(SampleSheet.fileName("leaves-0") == "leaves-0.png")
  }
}
