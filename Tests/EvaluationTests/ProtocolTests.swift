import Foundation
import RAMiTFiles
import RAMiTImaging
import RAMiTMetrics
import RAMiTModelTestSupport
import RAMiTModels
import RAMiTTestSupport
import Testing

@testable import RAMiTEvaluation
@testable import RAMiTInference

struct ProtocolTests {
  @Test func namesAndWords() {
    let paper = EvaluationProtocol.paper
    #expect(paper.description(for: .x3, addsNoise: false) == "paper protocol: Y in float, border 3")
    #expect(paper.description(for: .dn, addsNoise: true) == "paper protocol: RGB, border 0, PyTorch's noise")
    #expect(paper.description(for: .graydn, addsNoise: true) == "paper protocol: gray, border 0, PyTorch's noise")
    #expect(
      EvaluationProtocol(.basicSR).description(for: .dn, addsNoise: true)
        == "basicsr protocol: RGB, border 0, NumPy's noise")
    #expect(
      EvaluationProtocol(.matlab).description(for: .dr, addsNoise: false) == "matlab protocol: Y rounded, border 0")
    var changed = EvaluationProtocol(.matlab)
    changed.border = 4
    #expect(
      changed.description(for: .x2, addsNoise: false) == "matlab protocol, changed: Y rounded, border 4")
    changed = .paper
    changed.metrics = [.ssim, .msssim]
    #expect(changed.isUnchanged)
    #expect(EvaluationProtocol(.gtMean).metrics == [.psnr, .ssim, .gtMeanPSNR, .gtMeanSSIM])
    #expect(paper.description(for: nil, addsNoise: false) == "paper protocol: RGB, border 0")
  }

  /// The paper's protocol is the task's own scoring, to the bit; the others compare what they say.
  @Test func scoresByProtocol() throws {
    try withTemporaryFolder { folder in
      try write(picture(width: 64, height: 60, channels: 3), to: folder + "/HR/a.png")
      try write(picture(width: 32, height: 30, channels: 3, seed: 2), to: folder + "/LR/a.png")
      var set = try TestSet(folder, task: .x2)
      let evaluator = Evaluator(Restorer(smallModel(.x2)), modelName: "small")
      let paper = evaluator.evaluate(set, saveTo: folder + "/out")
      let (restored, target) = (try ImageFile.read(folder + "/out/a.png"), try ImageFile.read(folder + "/HR/a.png"))
      #expect(paper.rows[0].score == RestorationTask.x2.score(restored, against: target))
      set.scoring.border = 5
      set.scoring.channels = .rgb
      set.scoring.metrics = [.psnr, .gtMeanPSNR]
      let own = evaluator.evaluate(set)
      let rules = ScoringRules(channels: .rgb, border: 5)
      #expect(own.rows[0].score == score(restored, against: target, rules, metrics: [.gtMeanPSNR]))
      #expect(own.protocolText == "paper protocol, changed: RGB, border 5")
      set.scoring = EvaluationProtocol(.matlab)
      #expect(evaluator.evaluate(set).rows[0].score.psnr != paper.rows[0].score.psnr)
      // A border that leaves no room for SSIM's window is an error of the image.
      set.scoring.border = 25
      var failures: [String] = []
      let none = evaluator.evaluate(set) { if case .failed(let error) = $0 { failures.append("\(error)") } }
      #expect(none.rows.isEmpty && failures.count == 1)
      #expect(failures[0].hasPrefix("\(folder)/HR/a.png: expected at least 62 pixels a side"), "\(failures)")
    }
  }

  @Test func noiseByProtocol() throws {
    try withTemporaryFolder { folder in
      let photo = picture(width: 24, height: 20, channels: 3)
      try write(photo, to: folder + "/a.png")
      var set = try TestSet(folder, task: .dn)
      #expect(try set.image(0, sigma: 25).input.array == photo.tensor().addingPublishedNoise(sigma: 25).array)
      set.scoring = EvaluationProtocol(.basicSR)
      let noisy = photo.tensor().addingNumPyNoise(sigma: 25, isBGR: false).array
      #expect(try set.image(0, sigma: 25).input.array == noisy)
    }
  }

  /// What was written is what is read; reports of earlier versions have no protocol.
  @Test func reportsAreReadAgain() throws {
    try withTemporaryFolder { folder in
      var scoring = EvaluationProtocol(.basicSR)
      scoring.border = 7
      scoring.metrics = [.psnr, .ssim, .msssim]
      let score = Score(psnr: .infinity, ssim: 1, others: [.msssim: .nan])
      let row = ScoreReport.Row(name: "a", score: score, baseline: Score(psnr: 20, ssim: 0.5))
      let written = [
        ScoreReport(
          variant: "m", task: .dn, testset: "s", sigma: 25, scoring: scoring, isSelfEnsemble: true, rows: [row]),
        ScoreReport(
          variant: "r", task: nil, testset: "s", sigma: nil,
          rows: [.init(name: "b", score: Score(psnr: 30, ssim: 0.5), baseline: nil)]),
      ]
      try ScoreReport.write(written, to: folder + "/s.json")
      let read = try ScoreReport.read(folder + "/s.json")
      #expect(try JSON.encode(read) == JSON.encode(written))
      #expect(read[0].protocolText == written[0].protocolText && read[1].rows == written[1].rows)
      #expect(read[0].protocolText.hasSuffix("NumPy's noise, self-ensemble x8"))
      let former =
        #"[{"variant":"m","task":"x2","testset":"s","sigma":null,"rows":[{"name":"a","psnr":30,"ssim":0.5}]}]"#
      try Data(former.utf8).write(to: URL(fileURLWithPath: folder + "/f.json"))
      let old = try ScoreReport.read(folder + "/f.json")
      #expect(old[0].scoring == .paper && old[0].rows[0].score == Score(psnr: 30, ssim: 0.5))
      try Data("{}".utf8).write(to: URL(fileURLWithPath: folder + "/n.json"))
      #expect(throws: (any Error).self) { try ScoreReport.read(folder + "/n.json") }
    }
  }
}
