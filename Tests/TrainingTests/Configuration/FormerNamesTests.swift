import RAMiTDiagnostics
import RAMiTModels
import Testing

@testable import RAMiTExperiments

/// Configurations in the words of earlier versions.
@Suite struct FormerNamesTests {
  private func configuration(_ yaml: String) throws -> BuiltInRun {
    try BuiltInRun(yaml: ConfigurationTests.small + yaml + "\n", file: "c.yaml")
  }

  @Test func keysOfASchedule() throws {
    let former = try configuration("schedule: {rate: 1e-3, decay: halving, halveAtEpochs: [3, 5], finalRate: 1e-5}")
    let present = try configuration(
      "schedule: {learningRate: 1e-3, decay: milestones, gamma: 0.5, milestones: [3, 5], finalLearningRate: 1e-5}")
    #expect(former == present)
    let settings = ["schedule.rate=2e-3", "schedule.halveAtEpochs=[7]", "schedule.decay=halving"]
    let changed = try BuiltInRun(yaml: ConfigurationTests.small, file: "c.yaml", settings: settings).schedule
    #expect(changed.learningRate == .value(2e-3) && changed.milestones == [7] && changed.decay == .milestones)
    let twice = message(ConfigurationTests.small + "schedule: {learningRate: 1e-3, rate: 1e-3}\n")
    #expect(twice == "c.yaml:6:32: expected each key once, found rate beside learningRate, its present name")
  }

  /// Each former name is told once, with its place.
  @Test func areReported() throws {
    var lines: [String] = []
    let yaml = ConfigurationTests.small + "schedule: {rate: 1e-3, decay: halving}\n"
    let settings = [
      "warmStart.fresh=module", "data.train={type: folder, path: bright}", "data.train.lowQuality=dark",
    ]
    let run = try BuiltInRun(yaml: yaml, file: "c.yaml", settings: settings) { lines.append($0) }
    #expect(run.data.train.inputs == "dark")
    #expect(
      lines == [
        "c.yaml:6:12: rate is now called learningRate", "c.yaml:6:24: decay halving is now called milestones",
        "--set warmStart.fresh: fresh is now called reinitialised",
        "--set data.train.lowQuality: lowQuality is now called inputs",
      ])
    lines = []
    _ = try BuiltInRun(yaml: ConfigurationTests.small, file: "c.yaml") { lines.append($0) }
    #expect(lines.isEmpty)
  }

  @Test(arguments: [("misfits", WarmStartConfiguration.Reinitialised.mismatched), ("module", .module)])
  func keysOfAWarmStart(former: String, present: WarmStartConfiguration.Reinitialised) throws {
    let file = try configuration("warmStart: {weights: a.pth, epochs: 2, fresh: \(former)}").warmStart
    #expect(file.reinitialised == present && file.weights == "a.pth" && file.epochs == 2)
    let other = present == .module ? "mismatched" : "module"
    let yaml = ConfigurationTests.small + "warmStart: {reinitialised: \(other)}\n"
    for setting in ["warmStart.fresh=\(former)", "warmStart={fresh: \(former)}"] {
      let changed = try BuiltInRun(yaml: yaml, file: "c.yaml", settings: [setting]).warmStart
      #expect(changed.reinitialised == present, "\(setting)")
    }
    let twice = message(ConfigurationTests.small + "warmStart: {reinitialised: module, fresh: \(former)}\n")
    #expect(twice == "c.yaml:6:36: expected each key once, found fresh beside reinitialised, its present name")
  }

  /// The whole configuration that an earlier version wrote into a run's folder.
  @Test func resolvedConfigurations() throws {
    let former = """
      schedule:
        epochs: 30
        rate: 2e-4
        warmupEpochs: 2
        decay: cosine
        halveAtEpochs: [200, 300, 400, 425, 450, 475]
        finalRate: 1e-6
        stages: []
      optimizer: {betas: [0.9, 0.99], epsilon: 1e-8, weightDecay: 0, weightDecayKind: decoupled}
      loss: charbonnier
      validation: {everyEpochs: 2, samples: 4}
      """
    let configuration = try configuration(former)
    #expect(
      configuration.optimizer == .standard && configuration.loss == LossConfiguration(.charbonnier))
    let now = try self.configuration(
      "schedule: {epochs: 30, learningRate: 2e-4, warmupEpochs: 2, decay: cosine, finalLearningRate: 1e-6}\n"
        + "loss: charbonnier\nvalidation: {everyEpochs: 2}")
    #expect(configuration == now)
    #expect(try configuration.changes(since: now, comparesLocations: true) == ConfigurationChanges())
  }
}
