import Foundation
import Testing

@Suite(.enabled(if: Program.path != nil, "the program is not beside the tests"))
struct SweepTests {
  private static let configuration = """
    task: x2
    model: {variant: RAMiT-slimSR, dim: 16, depths: [1, 1, 1, 1], window: 2}
    data:
      train: {type: procedural, samplesPerEpoch: 20, patch: 8, batch: 2}
      validation: {type: procedural, images: 1}
    schedule: {epochs: 2, learningRate: 0.001, warmupEpochs: 0, milestones: []}
    validation: {samples: 0}
    checkpoints: {everyIterations: 5, keep: 2}
    logging: {everyIterations: 1}

    """

  /// A signal stops the sweep in one of its runs; the same command ends it.
  @Test func aSignalStopsItAndTheSameCommandResumes() throws {
    try Folder.temporary { folder in
      let configuration = try folder.write(Self.configuration.utf8, to: "c.yaml")
      let sweep = ["sweep", configuration, "--output", folder.file("sweep"), "--seeds", "0", "1", "--threads", "1"]
      let running = try RunningProgram(sweep, in: folder, isHeld: true)
      running.wait(forLines: 3, in: folder.file("sweep/seed-0/metrics.jsonl"))
      running.send(SIGINT)
      let stopped = try running.outcome()
      #expect(stopped.code == 130 && !folder.exists("sweep/seed-1") && !folder.exists("sweep/sweep.json"), "\(stopped)")
      let run = try Program.run(sweep)
      #expect(run.code == 0 && run.output.contains("mean of 2") && run.output.contains("resumed after"), "\(run)")
      let object = try #require(
        try JSONSerialization.jsonObject(with: folder.data("sweep/sweep.json")) as? [String: Any])
      #expect((object["runs"] as? [Any])?.count == 2)
      #expect((object["psnr"] as? [String: Any])?["deviation"] is Double)
      // Nothing is left to do.
      let again = try Program.run(sweep + ["--quiet"])
      #expect(again.code == 0 && again.output.isEmpty, "\(again)")
    }
  }

  @Test(arguments: [["--seeds"], ["--seeds", "1", "1"], ["--seeds", "-1"], ["--seeds", "a"], []])
  func wrongUsageHasCode64(_ options: [String]) throws {
    let run = try Program.run(["sweep", "c.yaml"] + options)
    #expect(run.code == 64 && run.errors.contains("Error: "), "\(run)")
  }
}
