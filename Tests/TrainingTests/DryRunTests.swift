import Foundation
import RAMiTDiagnostics
import RAMiTModels
import RAMiTSerialization
import RAMiTTensorCore
import Testing

@testable import RAMiTTraining

@Suite struct DryRunTests {
  private func dryRun(_ yaml: String, settings: [String] = []) throws -> DryRun {
    let configuration = try ToyRun(yaml: yaml, file: "c.yaml", settings: settings)
    return try DryRun(configuration) { Issue.record($0) }
  }

  @Test func printsThePlanAndWritesNothing() throws {
    let folder = try TemporaryFolder()
    let output = folder.path + "/run"
    let run = try dryRun(
      ConfigurationTests.small + """
        output: \(output)
        schedule:
          epochs: 6
          warmupEpochs: 1
          milestones: [3]
          stages: [{epoch: 4, patch: 96, batch: 32}]

        """)
    #expect(run.dataError == nil)
    let lines = run.lines
    #expect(lines[0] == "ramit  x2, Toy, 6 parameters")
    #expect(lines[1] == "data    procedural, 640 samples per epoch")
    #expect(
      Array(lines[3...7]) == [
        "epochs  trains  patch  batch  iterations  learning rate",
        "1-1     all     64     64     10          0.00e+00 to 4.00e-04",
        "2-3     all     64     64     10          4.00e-04",
        "4-4     all     64     64     10          2.00e-04",
        "5-6     all     96     32     20          1.00e-04",
      ])
    #expect(lines[9] == "total   6 epochs, 80 iterations, 3,840 samples")
    #expect(lines[10].wholeMatch(of: /memory  about \d+\.\d GB, recompute: none/) != nil)
    let time = /time    about \d+:\d\d without validation: \d+\.\d\d s for 4 patches of 64 on this machine/
    #expect(lines[11].wholeMatch(of: time) != nil)
    #expect(!FileManager.default.fileExists(atPath: output))
  }

  @Test func frozenParametersAreCountedAndIterationsAreTheirOwn() throws {
    let run = try dryRun(
      ConfigurationTests.small,
      settings: ["parameters.frozen=[weight]", "schedule={iterations: 15, warmupIterations: 5, decay: constant}"])
    #expect(run.lines[0] == "ramit  x2, Toy, 6 parameters (3 frozen)")
    #expect(
      Array(run.lines[3...5]) == [
        "iterations  trains  patch  batch  an epoch  learning rate",
        "1-5         all     64     64     10        0.00e+00 to 4.00e-04",
        "6-15        all     64     64     10        4.00e-04",
      ])
    #expect(run.lines[7] == "total   2 epochs, 15 iterations, 960 samples")
    let error = #expect(throws: InputError.self) {
      try dryRun(ConfigurationTests.small, settings: ["parameters.frozen=[wieght]"])
    }
    #expect(
      error?.description
        == "parameters.frozen: expected a pattern that matches parameters, such as weight, shift.bias, "
        + "found 'wieght', which matches none")
  }

  @Test func absentDataAreCountedAsPublished() throws {
    let yaml = "task: x4\ndata: {train: {type: dataset, name: DF2K, root: nowhere, repeat: 18.551}}\n"
    let run = try dryRun(yaml, settings: ["warmStart.weights=absent.pth"])
    #expect(run.plan.samplesPerEpoch == 64_000)
    #expect(run.dataError?.expected.contains("DIV2K, 800 images") == true)
    #expect(run.lines[1] == "data    DF2K, 64,000 samples per epoch (published count: the data cannot be read)")
    #expect(run.lines[2] == "weights absent.pth (does not exist yet)")
    // Of a folder nothing is published.
    let error = #expect(throws: InputError.self) {
      try dryRun("task: x2\ndata: {train: {path: nowhere}}\n")
    }
    #expect(error?.location == "nowhere")
    // Nor is there a plan for less than a batch.
    let few = #expect(throws: InputError.self) {
      try dryRun("task: x2\ndata: {train: {type: dataset, name: DIV2K, root: nowhere, repeat: 0.01, batch: 16}}\n")
    }
    #expect(few?.location == "nowhere")
  }

  @Test func unionsCountTheirMembers() throws {
    func samples(_ train: String) throws -> Int? {
      let yaml = "task: x2\ndata: {train: {type: dataset, \(train)}}\n"
      return try ToyRun(yaml: yaml, file: "c.yaml").training.publishedSamplesPerEpoch
    }
    #expect(try samples("name: DIV2K") == 800)
    #expect(try samples("name: DF2K, memberRepeat: [3, 0.5]") == 2400 + 1325)
    #expect(try samples("name: DF2K, samplesPerEpoch: 77") == 77)
    #expect(throws: InputError.self) { try samples("name: DIV3K") }
  }

  @Test func timeFollowsThePixels() throws {
    let configuration = try ToyRun(
      yaml: ConfigurationTests.small, file: "c.yaml",
      settings: ["schedule.epochs=4", "schedule.stages=[{epoch: 2, patch: 128, batch: 32}]"])
    let plan = TrainingPlan(configuration.training, samplesPerEpoch: 640)
    let cost = CostMeasurement(patch: 64, batch: 4, seconds: 2)
    // 20 iterations of 64 patches, and 40 of 32 patches with four times the pixels.
    #expect(cost.seconds(plan) == 20 * 32 + 40 * 64)
  }
}
