import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import Testing

@testable import RAMiTExperiments
@testable import RAMiTTraining

/// One configuration, trained with several seeds.
@Suite struct SeedSweepTests {
  private func sweep(_ path: String, seeds: [UInt64], _ settings: [String] = []) throws -> SeedSweep<ToyArchitecture> {
    try SeedSweep(toyConfiguration(path, settings: settings), seeds: seeds)
  }

  private func weights(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

  /// Each run is the one that `train` makes with its seed.
  @Test func runsAreThoseOfTheirSeeds() throws {
    let folder = try TemporaryFolder()
    let sweep = try sweep(folder.path + "/sweep", seeds: [7, 3])
    let (outcome, report) = try sweep.train()
    #expect(outcome == .finished && report.runs.map(\.seed) == [7, 3])
    for run in report.runs {
      let path = folder.path + "/alone-\(run.seed)"
      let alone = try Trainer(toyConfiguration(path, settings: ["seed=\(run.seed)"]), resume: false).run()
      #expect(alone == .finished(best: run.best))
      #expect(
        try weights(run.folder + "/weights/last.safetensors") == weights(path + "/weights/last.safetensors"))
    }
    let scores = report.runs.map(\.best.result.psnr)
    #expect(scores[0] != scores[1])
    let psnr = try #require(report.psnr)
    #expect(abs(psnr.mean - (scores[0] + scores[1]) / 2) < 1e-12)
    #expect(abs(try #require(psnr.deviation) - abs(scores[0] - scores[1]) / 2.squareRoot()) < 1e-12)
    let written = try String(contentsOfFile: folder.path + "/sweep/sweep.json", encoding: .utf8)
    #expect(try JSON.decode(SeedSweepReport.self, from: written) == report)
    let table = try String(contentsOfFile: folder.path + "/sweep/sweep.md", encoding: .utf8)
    #expect(table == report.markdown && table.contains("| seed 7 | ") && table.contains("| deviation | "))
  }

  /// Stopped at every step and started again, it ends with the same scores, and a seed can be added.
  @Test func aStoppedSweepGoesOn() throws {
    let folder = try TemporaryFolder()
    let whole = try sweep(folder.path + "/whole", seeds: [0, 1]).train().report
    let stopped = try sweep(folder.path + "/stopped", seeds: [0, 1])
    var starts = 0, seeds: [UInt64] = []
    while true {
      var calls = 0
      let (outcome, report) = try stopped.train(isStopRequested: {
        calls += 1
        // Asked before each run, after each step and before each validated image.
        return calls > 7
      })
      starts += 1
      #expect(starts < 50)
      guard case .stopped(let seed) = outcome else {
        #expect(report.psnr == whole.psnr && report.ssim == whole.ssim)
        break
      }
      seeds.append(seed)
    }
    #expect(starts > 4 && Set(seeds) == [0, 1] && seeds == seeds.sorted())
    let more = try sweep(folder.path + "/stopped", seeds: [0, 1, 2]).train().report
    #expect(Array(more.runs.map(\.best).prefix(2)) == whole.runs.map(\.best) && more.runs.count == 3)
  }

  @Test func deviationsNeedTwoRuns() throws {
    let folder = try TemporaryFolder()
    let report = try sweep(folder.path, seeds: [5]).train().report
    #expect(report.psnr?.mean == report.runs[0].best.result.psnr && report.psnr?.deviation == nil)
    #expect(report.text.contains("mean of 1") && report.text.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test func pathsOfWeightsHaveTheSeed() throws {
    let sweep = try sweep("runs/a", seeds: [4], ["warmStart.weights=runs/{seed}/{seed}.pth", "warmStart.epochs=1"])
    let run = sweep.run(ofSeed: 4)
    #expect(run.warmStart.weights == "runs/4/4.pth" && run.seed == 4 && run.name == "toy-seed-4")
    #expect(run.folder == "runs/a/seed-4")
  }

  @Test func whatCannotBeComparedIsRefused() throws {
    for seeds in [[], [1, 2, 1]] as [[UInt64]] { #expect(throws: InputError.self) { try sweep("a", seeds: seeds) } }
    let error = #expect(throws: InputError.self) { try sweep("a", seeds: [1], ["data.validation={type: none}"]) }
    #expect(error?.location == "data.validation.type")
  }
}
