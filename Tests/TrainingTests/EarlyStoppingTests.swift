import Foundation
import RAMiTSerialization
import Testing

@testable import RAMiTExperiments
@testable import RAMiTRuns
@testable import RAMiTTraining

@Suite struct EarlyStoppingTests {
  private func result(psnr: Double, ssim: Double, infinite: Int? = nil) -> ValidationResult {
    let json =
      #"{"psnr":\#(psnr),"ssim":\#(ssim),"baselinePSNR":1,"baselineSSIM":0.1"#
      + (infinite.map { ",\"infinite\":\($0)" } ?? "")
      + "}"
    return try! JSONDecoder().decode(ValidationResult.self, from: Data(json.utf8))
  }

  private func settings(patience: Int, minimumDelta: Double = 0) -> EarlyStoppingConfiguration {
    var settings = EarlyStoppingConfiguration()
    (settings.patience, settings.minimumDelta) = (patience, minimumDelta)
    return settings
  }

  /// The number of the validation after which the run ends; nil for none.
  private func end(
    _ scores: [Double], patience: Int, minimumDelta: Double = 0, metric: EarlyStoppingConfiguration.Metric = .psnr
  ) -> Int? {
    let settings = settings(patience: patience, minimumDelta: minimumDelta)
    var state = EarlyStopping(metric)
    for (index, score) in scores.enumerated() {
      let result = metric == .psnr ? result(psnr: score, ssim: 0.5) : result(psnr: 20, ssim: score)
      state.add(result, iteration: index + 1, minimumDelta: minimumDelta)
      if state.reason(settings) != nil { return index + 1 }
    }
    return nil
  }

  @Test func endsAfterThePatience() {
    #expect(end([30, 31, 32, 33], patience: 1) == nil)
    #expect(end([30, 29, 31, 30, 30.5, 31], patience: 3) == 6, "as good is no improvement")
    #expect(end([30, 30], patience: 1) == 2)
    #expect(end([30, 30.05, 30.15, 30.2], patience: 2, minimumDelta: 0.1) == nil, "small steps add up to one")
    #expect(end([30, 30.05, 30.09, 30.2], patience: 2, minimumDelta: 0.1) == 3)
    #expect(end([0.9, 0.8, 0.85], patience: 2, metric: .ssim) == 3)
  }

  /// An image that equals its target counts more than any mean of the others.
  @Test func exactImagesAreAnImprovement() {
    var state = EarlyStopping(.psnr)
    state.add(result(psnr: 40, ssim: 0.9), iteration: 1, minimumDelta: 0)
    state.add(result(psnr: 30, ssim: 0.9, infinite: 1), iteration: 2, minimumDelta: 0)
    #expect(state.withoutImprovement == 0 && state.bestIteration == 2)
    state.add(result(psnr: 50, ssim: 0.9), iteration: 3, minimumDelta: 0)
    #expect(state.withoutImprovement == 1)
    #expect(
      state.reason(settings(patience: 1))
        == "1 validation did not improve the PSNR 30.000 dB of iteration 2")
  }

  /// A rate of almost nothing: the scores stay as they are.
  private func configuration(_ path: String, patience: Int = 2, _ more: [String] = []) throws -> ToyRun {
    try toyConfiguration(
      path,
      settings: [
        "schedule={epochs: 8, learningRate: 1e-30, warmupEpochs: 0, milestones: []}", "validation.everyEpochs=1",
        "validation.earlyStopping={patience: \(patience)}",
      ] + more)
  }

  @Test func aRunEndsAndSaysWhy() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/run"
    /// A trainer holds its folder as long as it lives.
    func run(resume: Bool, patience: Int = 2) throws -> (outcome: TrainingOutcome, iteration: Int, summary: String) {
      let trainer = try toyTrainer(configuration(path, patience: patience), resume: resume)
      let outcome = try trainer.run()
      return (outcome, trainer.iteration, trainer.summary(of: outcome))
    }
    let first = try run(resume: false)
    guard case .finished(let best?) = first.outcome else {
      Issue.record("the run is not finished")
      return
    }
    // Epochs of five iterations: the first validation is the best, two more do not improve it.
    #expect(best.iteration == 5 && first.iteration == 15)
    let log = try String(contentsOfFile: path + "/train.log", encoding: .utf8)
    #expect(log.contains("stops early: 2 validations in a row did not improve the PSNR "))
    #expect(log.contains(" of iteration 5\n"))
    #expect(first.summary.contains("is complete: 15 iterations of 40\nstopped early: 2 validations in a row"))
    let page = try String(contentsOfFile: path + "/report.html", encoding: .utf8)
    #expect(
      page.contains("Complete after 15 of 40 iterations: 2 validations in a row") && !page.contains("in progress"))

    // Resumed, it has nothing to do.
    let again = try run(resume: true)
    #expect(again.outcome == .finished(best: best) && again.iteration == 15)
    #expect(try String(contentsOfFile: path + "/train.log", encoding: .utf8).count(of: "stops early") == 1)
    // More patience takes it further.
    let longer = try run(resume: true, patience: 4)
    #expect(longer.outcome == .finished(best: best) && longer.iteration == 25)
  }

  /// Stopped and resumed at every iteration, or in the middle of a validation, the run ends at the same place with the
  /// same bits.
  @Test func resumingKeepsThePatience() throws {
    let folder = try TemporaryFolder()
    let whole = folder.path + "/whole"
    _ = try toyTrainer(configuration(whole)).run()
    let path = folder.path + "/stopped"
    var moments = 0
    while true {
      var calls = 0
      let outcome = try runToy(configuration(path), resume: moments > 0) { _ in
        calls += 1
        return calls == 2
      }
      moments += 1
      if case .finished = outcome { break }
      #expect(moments < 100)
    }
    #expect(moments > 5)
    for file in ["metrics.jsonl", "weights/last.safetensors"] {
      let ours = try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(file)"))
      #expect(try ours == Data(contentsOf: URL(fileURLWithPath: "\(whole)/\(file)")), "\(file)")
    }
  }
}
