import Foundation
import RAMiTAutograd
import RAMiTDiagnostics
import RAMiTEvaluation
import RAMiTImaging
import RAMiTModels
import RAMiTNN
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

@testable import RAMiTExperiments
@testable import RAMiTTraining

/// `memory:` of a configuration, and what a run does about it.
@Suite struct MemoryPlanTests {
  private func configuration(_ settings: [String] = []) throws -> RAMiTRun {
    let yaml = """
      task: x2
      model: {dim: 16, depths: [2, 1, 1, 2], heads: 2, window: 4, wide: {groups: 1}, projectionDropout: 0.1}
      data: {train: {type: procedural, samplesPerEpoch: 96, patch: 16, batch: 8}}
      schedule:
        {epochs: 4, learningRate: 0.001, warmupEpochs: 0, milestones: [], stages: [{epoch: 2, patch: 64, batch: 48}]}
      """
    return try RAMiTRun(yaml: yaml, file: "c.yaml", settings: settings)
  }

  private func plan(_ configuration: RAMiTRun, free: Int = 1 << 40, total: Int = 1 << 40) -> MemoryPlan {
    MemoryPlan(
      RAMiT(configuration.model.architecture), TrainingPlan(configuration.training, samplesPerEpoch: 96),
      configuration.training,
      free: free, total: total)
  }

  @Test func sizes() throws {
    for (text, bytes) in [
      ("8 GB", 8_000_000_000), ("1.5GiB", 3 << 29), ("512 MiB", 512 << 20), ("2 TB", 2_000_000_000_000),
    ] {
      #expect(try configuration(["memory.limit=\(text)"]).memory.limit?.bytes == bytes)
    }
    for text in ["8", "GB", "8 kB", "-1 GB", "nan GB", "inf GB", "1e99 GB", "1 KB", "0 GB", "true"] {
      let error = #expect(throws: InputError.self) { try configuration(["memory.limit=\(text)"]) }
      #expect(error?.expected == "a size such as 8 GB, from 1 MB to 1000 TB for memory.limit", "\(text): \(error!)")
    }
    let error = #expect(throws: InputError.self) { try configuration(["memory.recompute=all"]) }
    #expect(error?.expected == "one of auto, none, blocks, stages for memory.recompute")
  }

  @Test func theConfigurationIsKept() throws {
    let given = try configuration(["memory.limit=1.5 GiB", "memory.recompute=stages"])
    let again = try RAMiTRun(yaml: given.yaml(), file: "again.yaml")
    #expect(again == given)
    #expect(again.memory.limit?.bytes == 3 << 29 && again.memory.recompute == .stages)
    // It does not change what is learned, so a run may resume with another.
    #expect(try given.changes(since: configuration(), comparesLocations: true) == ConfigurationChanges())
  }

  /// Each stage of the schedule saves as much as fits. Memory is counted for the whole process: this is one of its own.
  @Test func stagesOfTheScheduleChooseForThemselves() async {
    await #expect(processExitsWith: .success) {
      let tests = MemoryPlanTests()
      let all = try tests.plan(tests.configuration())
      #expect(all.choices.map(\.checkpointing) == [.none, .none] && all.error == nil)
      let large = all.choices.map(\.bytes)
      #expect(large[0] < large[1] / 2)
      let forced = try ["none", "blocks", "stages"].map {
        try tests.plan(tests.configuration(["memory.recompute=\($0)"])).choices[1].bytes
      }
      #expect(
        abs(forced[0] - large[1]) < 0.01 * large[1] && forced[1] < forced[0] && forced[2] < forced[1], "\(forced)")
      // Limits between what the three take; of free memory nine tenths are used.
      for (index, expected) in [(0, ActivationCheckpointing.none), (1, .blocks), (2, .stages)] {
        let limit = forced[index] + 5e6
        let limited = try tests.plan(tests.configuration(["memory.limit=\(limit / 1e6) MB"]))
        #expect(limited.choices.map(\.checkpointing) == [.none, expected] && limited.error == nil)
        let free = try tests.plan(tests.configuration(), free: Int(limit / 0.9))
        #expect(free.choices.map(\.checkpointing) == [.none, expected])
      }
      let between = try tests.plan(tests.configuration(["memory.limit=\((forced[1] + 5e6) / 1e6) MB"]))
      let plan = try TrainingPlan(tests.configuration().training, samplesPerEpoch: 96)
      #expect(
        between.summary(plan) == "about \((between.bytes / 1e9).fixed(1)) GB, recompute: none, blocks from epoch 3")
    }
  }

  @Test func whatCannotFitIsRefused() async {
    await #expect(processExitsWith: .success) {
      let tests = MemoryPlanTests()
      let limited = try tests.plan(tests.configuration(["memory.limit=70 MB"]))
      #expect(limited.choices.map(\.checkpointing).last == .stages)
      #expect(limited.error?.location == "memory")
      #expect(limited.error?.expected.hasPrefix("steps that fit into 0.1 GB, which memory.limit allows") == true)
      // What is not free now may be later; what the machine has not will never be.
      #expect(try tests.plan(tests.configuration(), free: 0).error == nil)
      #expect(try tests.plan(tests.configuration(), free: 0, total: 70_000_000).error != nil)
      // Smaller parts take less.
      let whole = try tests.plan(tests.configuration(["memory.recompute=none"])).bytes
      let parted = try tests.plan(tests.configuration(["memory.recompute=none", "gradients.accumulate=8"])).bytes
      #expect(parted < whole / 2)
    }
  }

  /// The line through two small passes meets a step with many more pixels.
  @Test func theForecastIsRight() async {
    await #expect(processExitsWith: .success) {
      let tests = MemoryPlanTests()
      let configuration = try tests.configuration(["data.train.patch=32"])
      let model = RAMiT(configuration.model.architecture)
      for checkpointing in ActivationCheckpointing.allCases {
        let forecast = PassMemory.ofStep(model, configuration.training, checkpointing).bytes(pixels: 20 * 48 * 48)
        let measured = StoragePool.shared.peakGrowth {
          let images = Tensor(zeros: [20, 48, 48, 3]), targets = Tensor(zeros: [20, 96, 96, 3])
          _ = tests.step(model, configuration, images, targets, checkpointing)
        }
        #expect(abs(forecast - Double(measured)) < 0.08 * Double(measured), "\(forecast) for \(measured)")
      }
    }
  }

  /// Images to be scored on are counted: with a small batch they take more than a step.
  @Test func validationImagesAreCounted() async {
    await #expect(processExitsWith: .success) {
      let tests = MemoryPlanTests()
      let folder = try TemporaryFolder()
      for (name, width, height) in [("small", 64, 64), ("large", 620, 400), ("tall", 90, 500)] {
        let samples = (0..<width * height * 3).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try ImageFile.write(
          Image(width: width, height: height, channels: 3, samples: .uint8(samples)), to: "\(folder.path)/\(name).png")
      }
      let scored = ["data.validation.type=folder", "data.validation.path=\(folder.path)", "schedule.stages=[]"]
      let configuration = try tests.configuration(scored)
      let set = try #require(try TrainingData(configuration.training).validation)
      let model = RAMiT(configuration.model.architecture)
      let memory = try #require(ValidationMemory.measure(model, set))
      #expect(memory.name == "large" && memory.width == 310 && memory.height == 200)
      let validator = Validator(model, set, sigma: nil)
      let measured = Double(
        try StoragePool.shared.peakGrowth {
          _ = try validator.run(isStopRequested: { false }, progress: { _, _ in }, visit: { _, _ in })
        })
      #expect(abs(memory.tensors - measured) < 0.2 * measured, "\(memory.tensors), \(measured)")

      func plan(_ settings: [String], _ set: TestSet?) throws -> MemoryPlan {
        let configuration = try tests.configuration(settings)
        return MemoryPlan(
          model, TrainingPlan(configuration.training, samplesPerEpoch: 96), configuration.training, validation: set,
          free: 1 << 40,
          total: 1 << 40)
      }
      let alone = try plan(scored, nil), whole = try plan(scored, set)
      #expect(alone.validationBytes == 0 && whole.choices == alone.choices)
      #expect(whole.bytes == whole.validationBytes && whole.bytes > alone.bytes + 0.8 * memory.tensors - 20e6)
      // Steps would fit below this limit.
      let limit = (alone.bytes + whole.bytes) / 2
      let limited = try plan(scored + ["memory.limit=\(limit / 1e6) MB"], set)
      #expect(limited.error?.location == "memory")
      let expected = "validation images that fit into 0.1 GB, which memory.limit allows"
      #expect(limited.error?.expected.hasPrefix(expected) == true)
      #expect(limited.error?.found.hasPrefix("large, whose input of 310 x 200 pixels takes about 0.1 GB") == true)
      #expect(try plan(scored + ["memory.limit=\(limit / 1e6) MB"], nil).error == nil)
    }
  }

  private func step(
    _ model: RAMiT, _ configuration: RAMiTRun, _ images: Tensor, _ targets: Tensor,
    _ checkpointing: ActivationCheckpointing
  ) -> Float {
    let tape = Tape()
    let loss = tape.record {
      configuration.loss.value(
        model(
          Variable(constant: images),
          context: TrainingContext(seed: 0, iteration: 0, checkpointing: checkpointing)), targets)
    }
    tape.backward(from: loss)
    return loss.value.scalar
  }

  /// Runs that recompute learn the same, and may be resumed with another choice.
  @Test func runsLearnTheSame() throws {
    func weights(_ choices: [String], in folder: String) throws -> [Float] {
      for (part, choice) in choices.enumerated() {
        let settings = [
          "output=\(folder)", "memory.recompute=\(choice)", "model.stochasticDepth=0.2", "model.dim=16",
          "data.train.samplesPerEpoch=8", "data.train.batch=2", "schedule.stages=[]", "schedule.epochs=2",
          "data.train.patch=8",
        ]
        let trainer = try Trainer(
          configuration(settings), resume: part > 0)
        let last = part == choices.count - 1
        let outcome = try trainer.run { !last && trainer.iteration == 3 }
        #expect(outcome == (last ? .finished(best: nil) : .stopped(iteration: 3)))
        if last { return trainer.trainStep.model.parameters.values.array }
      }
      return []
    }
    let folder = try TemporaryFolder()
    let none = try weights(["none"], in: folder.path + "/a")
    #expect(try weights(["stages"], in: folder.path + "/b") == none)
    #expect(try weights(["blocks", "auto"], in: folder.path + "/c") == none)
    let log = try String(contentsOfFile: folder.path + "/b/train.log", encoding: .utf8)
    #expect(log.contains(#/  memory about \d+\.\d GB, recompute: stages\n/#))
  }
}
