import Foundation
import RAMiTReproduction
import RAMiTTestSupport
import Testing

/// The whole path of a table, from its configurations to its scores, with tiny models on drawn images.
@Suite struct TinyTests {
  private func queue(_ table: PaperTable, _ folder: String, scale: ReproductionScale = .tiny) throws -> TrainingQueue {
    try TrainingQueue(
      table.parts, configurations: paperConfigurations, scale: scale, output: folder, data: nil)
  }

  @Test func aRunComesAfterTheOneItBeginsWith() throws {
    let names = try queue(.table4a, "out").experiments.map(\.name)
    #expect(names.count == 25 && Set(names).count == 25)
    for table in PaperTable.allCases {
      for scale in ReproductionScale.allCases {
        let experiments = try queue(table, "out", scale: scale).experiments
        for (index, experiment) in experiments.enumerated() {
          guard let weights = experiment.run.warmStart.weights else { continue }
          let runs = RunsFolder(output: "out", scale: scale)
          let isThere = experiments[..<index].contains { runs.weights(of: $0.name) == weights }
          #expect(isThere, "\(experiment.name) in Table \(table.rawValue)")
        }
      }
    }
    // x4 alone brings x2's run, of its own seed.
    let seeds = try queue(.tableD, "out").experiments.map(\.name)
    #expect(seeds.count == 12)
    #expect(seeds.firstIndex(of: "RAMiT-x2-seed1")! < seeds.firstIndex(of: "RAMiT-x4-seed1")!)
    // Sizes and settings need no training.
    #expect(try queue(.table1, "out").experiments.isEmpty && queue(.tableH, "out").experiments.isEmpty)
  }

  @Test func aTableIsTrainedAndScored() throws {
    try withTemporaryFolder { folder in
      let queue = try queue(.tableG, folder)
      #expect(queue.experiments.map(\.name) == ["RAMiT-slimLLE-lle", "RAMiT-dr"])
      // It stops in the second run, and resumes there.
      var began: [Int] = [], steps = 0
      let stopped = try queue.run(
        isStopRequested: {
          if began == [1, 2] { steps += 1 }
          return steps > 10
        }, began: { number, _ in began.append(number) })
      #expect(stopped == .stopped && began == [1, 2])
      var finished: [Int] = []
      #expect(try queue.run(finished: { number, _, _ in finished.append(number) }) == .finished)
      #expect(finished == [1, 2])

      let sets = TestSets.drawn
      let reproduction = Reproduction(
        configurations: paperConfigurations, scale: .tiny, output: folder,
        library: try WeightLibrary(folder: nil, runs: [RunsFolder(output: folder, scale: .tiny).path]), sets: sets,
        keeper: ScoreKeeper(sets))
      for part in PaperTable.tableG.parts {
        let table = try reproduction.reproduced(part)
        let row = try #require(table.rows.last)
        #expect(row.weights?.isOwn == true)
        // The paper's model is counted, a tiny one is scored.
        #expect(row.cells[0].column == .parameters && row.cells[0].agrees == true)
        for cell in row.cells.dropFirst() {
          guard case .number(let score) = cell.ours else {
            Issue.record("\(row.method) has no \(cell.column.title)")
            continue
          }
          #expect((0.1...60).contains(score), "\(score)")
        }
        let text = table.text(TableNotes.Context(scale: .tiny, sets: sets))
        #expect(text.contains("tiny models on drawn images") && !text.contains("weights of"))
      }
    }
  }
}
