import Foundation
import RAMiTModels
import Testing

@testable import RAMiTExperiments
@testable import RAMiTTraining

/// The schedules of the shipped configurations against the paper's appendix B, written out here by hand.
@Suite struct PaperScheduleTests {
  /// Epochs that are alike: first and last, patch, batch, iterations of an epoch, and the rate in units of 0.0004.
  typealias Row = (first: Int, last: Int, patch: Int, batch: Int, iterations: Int, rate: Double)

  /// 64,000 samples an epoch, batches of 64.
  static let scratch: [Row] = [
    (21, 200, 64, 64, 1000, 1), (201, 300, 64, 64, 1000, 1 / 2), (301, 400, 64, 64, 1000, 1 / 4),
    (401, 425, 64, 64, 1000, 1 / 8), (426, 450, 64, 64, 1000, 1 / 16), (451, 475, 64, 64, 1000, 1 / 32),
    (476, 500, 64, 64, 1000, 1 / 64),
  ]

  /// After 50 epochs of the reconstruction module alone.
  static let fineTuning: [Row] = [
    (71, 100, 64, 64, 1000, 1), (101, 150, 64, 64, 1000, 1 / 2), (151, 200, 64, 64, 1000, 1 / 4),
    (201, 225, 64, 64, 1000, 1 / 8), (226, 250, 64, 64, 1000, 1 / 16), (251, 275, 64, 64, 1000, 1 / 32),
    (276, 300, 64, 64, 1000, 1 / 64),
  ]

  /// Progressive learning; the rate follows the batch as well.
  static func progressive(_ iterations: [Int]) -> [Row] {
    [
      (21, 100, 64, 64, iterations[0], 1), (101, 200, 96, 32, iterations[1], 1 / 2),
      (201, 300, 128, 16, iterations[2], 1 / 8), (301, 350, 128, 16, iterations[2], 1 / 16),
      (351, 375, 128, 16, iterations[2], 1 / 32), (376, 400, 128, 16, iterations[2], 1 / 64),
    ]
  }

  /// The paper's data: images, how often an epoch sees each, and the samples that makes.
  static let samples: [(folder: String, suffix: String, images: Double, factor: Double, samples: Int)] = [
    ("x", "", 800, 80, 64_000), ("x", "-DF2K", 3_450, 18.551, 64_000), ("dn", "", 8_594, 3, 25_782),
    ("graydn", "", 8_594, 3, 25_782), ("lle", "", 1_785, 14.006, 25_000), ("dr", "", 13_711, 1.8234, 25_000),
  ]

  static let paperConfigs = try! shippedConfigs().filter { name in
    RestorationTask.allCases.contains { name.hasPrefix("\($0)/") }
  }

  @Test func everyModelRowOfThePaperHasAConfiguration() {
    var expected = ["dn/RAMiT", "graydn/RAMiT", "lle/RAMiT", "lle/RAMiT-slimLLE", "dr/RAMiT"]
    for scale in 2...4 {
      for model in ["RAMiT", "RAMiT-1", "RAMiT-slimSR"] {
        expected += ["x\(scale)/\(model)", "x\(scale)/\(model)-DF2K"]
      }
    }
    #expect(Self.paperConfigs == expected.map { $0 + ".yaml" }.sorted())
  }

  @Test(arguments: paperConfigs) func equalsThePaper(name: String) throws {
    let parts = name.dropLast(".yaml".count).split(separator: "/").map(String.init)
    let (folder, model) = (parts[0], parts[1])
    let configuration = try BuiltInRun(readingFile: "\(configsFolder)/\(name)")
    #expect(configuration.task.rawValue == folder)
    #expect(configuration.model.variant == model.replacing("-DF2K", with: ""))
    #expect(
      configuration.model.architecture
        == BuiltInArchitecture(named: configuration.model.variant, task: configuration.task),
      "no size differs from the paper's")

    let suffix = model.hasSuffix("-DF2K") ? "-DF2K" : ""
    let data = try #require(
      Self.samples.first { (folder == $0.folder || folder.hasPrefix("x") && $0.folder == "x") && suffix == $0.suffix })
    let samples = try #require(try configuration.training.publishedSamplesPerEpoch)
    #expect(samples == data.samples && samples == Int(data.images * data.factor))
    #expect(configuration.data.train.repeat == data.factor)
    #expect(configuration.data.train.noise == (folder.hasSuffix("dn") ? [0, 50] : nil))
    #expect(configuration.data.train.flip && configuration.data.train.rotate)
    guard case .adam(let adam) = configuration.optimizer else {
      Issue.record("\(configuration.optimizer.kind) is not Adam")
      return
    }
    #expect(adam.betas == [0.9, 0.99] && adam.epsilon == 1e-8 && adam.weightDecay == 0)
    #expect(configuration.gradients.clipNorm == nil && configuration.parameters == ParametersConfiguration())
    #expect(configuration.loss == LossConfiguration(.l1) && configuration.ema.decay == nil)

    let plan = TrainingPlan(configuration.training, samplesPerEpoch: samples)
    var rows = plan.rows[...]
    let start: Int
    let expected: [Row]
    switch folder {
    case "x2": (start, expected) = (0, Self.scratch)
    case "x3", "x4":
      let warmStart = TrainingPlan.Row(
        span: 1...50, module: "to_target", patch: 64, batch: 64, iterationsPerEpoch: 1000, firstLearningRate: 0.0004,
        lastLearningRate: 0.0004)
      #expect(rows.removeFirst() == warmStart)
      #expect(configuration.warmStart.reinitialised == .module)
      #expect(
        configuration.warmStart.weights == "runs/\(model)-x2/weights/best.safetensors", "what x2's own run leaves")
      (start, expected) = (50, Self.fineTuning)
    case "dn", "graydn": (start, expected) = (0, Self.progressive([402, 805, 1611]))
    default: (start, expected) = (0, Self.progressive([390, 781, 1562]))
    }
    let warmup = TrainingPlan.Row(
      span: start + 1...start + 20, module: nil, patch: 64, batch: 64, iterationsPerEpoch: samples / 64,
      firstLearningRate: 0,
      lastLearningRate: 0.0004)
    #expect(rows.removeFirst() == warmup)
    let table = expected.map { row in
      TrainingPlan.Row(
        span: row.first...row.last, module: nil, patch: row.patch, batch: row.batch,
        iterationsPerEpoch: row.iterations, firstLearningRate: 0.0004 * row.rate, lastLearningRate: 0.0004 * row.rate)
    }
    #expect(Array(rows) == table)
  }

  /// The table is a summary; these are the rates that the steps get.
  @Test func ratesOfSingleIterations() throws {
    let x4 = try publishedPlan("x4/RAMiT").plan
    #expect(x4.iterations == 300_000 && x4.samples == 300 * 64_000 && x4.epochs == 300)
    func rate(_ epoch: Int, _ iteration: Int = 0) -> Double { x4.position(epoch * 1000 + iteration).learningRate }
    #expect(rate(0) == 0.0004 && rate(49, 999) == 0.0004)
    #expect(rate(50) == 0 && rate(60) == 0.0002 && abs(rate(50, 1) - 0.0004 / 20_000) < 1e-18)
    #expect(rate(70) == 0.0004 && rate(99, 999) == 0.0004 && rate(100) == 0.0002 && rate(299, 999) == 0.0004 / 64)

    let dn = try publishedPlan("dn/RAMiT").plan
    #expect(dn.iterations == 100 * 402 + 100 * 805 + 200 * 1611)
    #expect(dn.position(100 * 402 - 1).stage.patch == 64 && dn.position(100 * 402).stage.patch == 96)
    #expect(dn.position(100 * 402).epoch == 100 && dn.position(100 * 402).learningRate == 0.0002)
    #expect(dn.position(100 * 402 + 100 * 805).learningRate == 0.0004 / 8)
    #expect(dn.position(dn.iterations - 1).epoch == 399 && dn.position(dn.iterations - 1).iterationInEpoch == 1610)
    #expect(dn.epochsDone(after: 401) == (0, false) && dn.epochsDone(after: 402) == (1, true))
    #expect(dn.epochsDone(after: 0) == (0, false) && dn.epochsDone(after: dn.iterations) == (400, true))
  }

  @Test func aNumberIsTheRateOfTheFirstBatch() throws {
    let yaml =
      ConfigurationTests.small + """
        schedule:
          epochs: 4
          learningRate: 0.001
          decay: cosine
          finalLearningRate: 0.0001
          warmupEpochs: 0
          stages: [{epoch: 2, patch: 96, batch: 16}]

        """
    let plan = TrainingPlan(try BuiltInRun(yaml: yaml, file: "c.yaml").training, samplesPerEpoch: 640)
    #expect(plan.stages.map(\.batch) == [64, 16] && plan.iterations == 2 * 10 + 2 * 40)
    #expect(plan.position(0).learningRate == 0.001)
    #expect(abs(plan.position(20).learningRate - 0.00055 / 4) < 1e-15)
    #expect(plan.position(99).learningRate > 0.0001 / 4 && plan.position(99).learningRate < 0.000026)
    #expect(plan.rows.map(\.span) == [1...2, 3...4])
    #expect(abs(plan.rows[1].lastLearningRate - 0.0001 / 4) < 1e-15)
  }
}
