import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTMetrics
import Testing

@testable import RAMiTRuns
@testable import RAMiTTraining

/// The scores of samples at validations, on the disk and in memory.
@Suite struct SampleScoresTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func entry(_ iteration: Int, isKept: Bool = false) -> SampleScores.Entry {
    let score = Score(psnr: 30 + Double(iteration) / 1000, ssim: 0.9)
    return SampleScores.Entry(
      image: "leaves", epoch: iteration, iteration: iteration, score: score, baseline: score, isKept: isKept)
  }

  @Test func thoseWithAnImageAndTheLastStayInMemory() {
    var scores = SampleScores()
    #expect(scores.entries(of: "leaves").isEmpty)
    for iteration in 1...10_000 { scores.add(entry(iteration, isKept: iteration % 1000 == 0)) }
    #expect(scores.entries(of: "leaves").map(\.iteration) == (1...10).map { $0 * 1000 })
    scores.add(entry(10_001))
    #expect(scores.entries(of: "leaves").map(\.iteration) == (1...10).map { $0 * 1000 } + [10_001])
    #expect(scores.entries(of: "bricks").isEmpty)
  }

  @Test func aLineThatCannotBeReadIsNamed() throws {
    let path = folder.path + "/scores.jsonl"
    let line = try JSON.encode(entry(1, isKept: true))
    try Data("\(line)\n{\"image\": 3}\n\(line)\n\(line.dropLast(9))".utf8).write(to: URL(fileURLWithPath: path))
    var errors: [InputError] = []
    let scores = try SampleScores(reading: path) { errors.append($0) }
    #expect(scores.entries(of: "leaves").map(\.iteration) == [1, 1])
    #expect(errors.map(\.location) == [path + ":2"])
    #expect(try SampleScores(reading: path + "l") { errors.append($0) } == SampleScores())
  }

  @Test func aRunThatWasStoppedHasTheFileOfOneThatWasNot() throws {
    let names = ["whole", "parts"].map { folder.path + "/" + $0 }
    _ = try runToy(toyConfiguration(names[0])) { _ in false }
    // Validated after iterations 10 and 20; what comes after a checkpoint is made again.
    for (index, stop) in [7, 12, 16, Int.max].enumerated() {
      _ = try runToy(toyConfiguration(names[1]), resume: index > 0) { $0 >= stop }
    }
    let texts = try names.map { try String(contentsOfFile: $0 + "/samples/scores.jsonl", encoding: .utf8) }
    #expect(texts[0].split(separator: "\n").count == 2 && texts[0] == texts[1])
  }
}
