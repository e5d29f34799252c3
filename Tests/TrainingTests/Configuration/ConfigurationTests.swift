import Foundation
import RAMiTDiagnostics
import RAMiTModels
import RAMiTTestSupport
import Testing

@testable import RAMiTExperiments
@testable import RAMiTTraining

/// The folder of the shipped configurations.
let configsFolder = projectFile("configs")

func shippedConfigs() throws -> [String] {
  try FileManager.default.subpathsOfDirectory(atPath: configsFolder).filter { $0.hasSuffix(".yaml") }.sorted()
}

/// The one-line message of the error that reading this YAML gives.
func message(_ yaml: String, settings: [String] = []) -> String {
  do {
    _ = try BuiltInRun(yaml: yaml, file: "c.yaml", settings: settings)
    return "no error"
  } catch {
    return "\(error)"
  }
}

@Suite struct ConfigurationTests {
  static let small = "task: x2\ndata:\n  train:\n    type: procedural\n    samplesPerEpoch: 640\n"

  @Test func aFileSaysOnlyWhatDiffers() throws {
    let configuration = try BuiltInRun(yaml: Self.small, file: "c.yaml")
    var expected = BuiltInRun(task: .x2)
    expected.data.train.type = .procedural
    expected.data.train.samplesPerEpoch = 640
    #expect(configuration == expected)
  }

  @Test func defaultsFollowTaskAndVariant() throws {
    let yaml = Self.small.replacing("x2", with: "dn") + "model: {variant: RAMiT-slimSR, depths: [1, 1, 1, 1]}\n"
    let configuration = try BuiltInRun(yaml: yaml, file: "c.yaml")
    var architecture = RAMiTVariant.slimSR.configuration(for: .dn)
    architecture.depths = [1, 1, 1, 1]
    #expect(configuration.model.architecture == .ramit(architecture))
    #expect(configuration.data.train.noise == [0, 50])
    #expect(configuration.data.validation.sigma == 25)
  }

  @Test(arguments: try shippedConfigs())
  func shippedConfigsResolveAndReadBack(name: String) throws {
    let configuration = try BuiltInRun(readingFile: configsFolder + "/" + name)
    let again = try BuiltInRun(yaml: configuration.yaml(), file: "resolved.yaml")
    #expect(again == configuration)
    #expect(try again.changes(since: configuration, comparesLocations: true) == ConfigurationChanges())
  }

  @Test(arguments: try shippedConfigs()) func shippedConfigsBuildTheirModel(name: String) throws {
    let configuration = try BuiltInRun(readingFile: configsFolder + "/" + name)
    let architecture = configuration.model.architecture
    #expect(architecture.makeModel(seed: configuration.seed).parameters.count == architecture.parameterCount)
    #expect(try name.hasPrefix("quick/") == (configuration.data.train.type == .procedural))
    let samples = try configuration.training.publishedSamplesPerEpoch ?? 100_000
    #expect(TrainingPlan(configuration.training, samplesPerEpoch: samples).epochs > 0)
  }

  /// docs/TRAINING.md has a row for every key, and none for anything else.
  @Test func everyKeyIsDocumented() throws {
    let guide = try String(contentsOfFile: configsFolder + "/../docs/TRAINING.md", encoding: .utf8)
    let documented = Set(guide.matches(of: /(?m)^\| `([A-Za-z.]+)` \|/).map { String($0.1) })
    #expect(documented.count > 70)
    let yaml = documented.sorted().filter { !$0.hasPrefix("schedule.stages") && $0 != "task" }
    // A key that nothing knows is refused by its name; a known one is not, whatever becomes of the value.
    for key in yaml {
      let owner = ["momentum", "dampening", "nesterov"].contains { key == "optimizer.\($0)" } ? "sgd" : "adam"
      let found = message(Self.small, settings: ["optimizer.type=\(owner)", "\(key)=null"])
      #expect(!found.contains("expected a key"), "\(key): \(found)")
    }
    // And those that a configuration writes out are documented.
    var configuration = try BuiltInRun(yaml: Self.small, file: "c.yaml")
    configuration.schedule.stages = [StageConfiguration(epoch: 1, patch: 8, batch: 2)]
    var other = try BuiltInRun(
      yaml: Self.small, file: "c.yaml",
      settings: [
        "optimizer.type=sgd", "loss=[{type: ssim}, {type: edge}]", "validation.everyIterations=3",
        "parameters.groups=[{names: ['*'], weightDecay: 0}]",
        "schedule={iterations: 9, decay: cosineRestarts, periods: [9], restartWeights: [1], finalLearningRates: [0]}",
      ])
    other.schedule.stages = [StageConfiguration(iteration: 1, patch: 8, batch: 2)]
    other.validation.earlyStopping = EarlyStoppingConfiguration()
    let lines = try [configuration, other].flatMap { try $0.yaml().split(separator: "\n") }
    var groups: [String] = []
    for line in lines {
      guard let match = line.firstMatch(of: /^( *)(- )?([A-Za-z]+):(.*)$/) else { continue }
      let depth = (match.1.count + (match.2?.count ?? 0)) / 2
      groups = groups.prefix(depth) + [String(match.3)]
      if !match.4.isEmpty, match.4 != " {}" { #expect(documented.contains(groups.joined(separator: ".")), "\(groups)") }
    }
  }

  @Test func overridesAreLaidOverTheFile() throws {
    let configuration = try BuiltInRun(
      yaml: Self.small, file: "c.yaml",
      settings: [
        "data.train.patch=48", "optimizer.betas=[0.9, 0.999]", "schedule.learningRate=2e-4", "model.mobivari.version=1",
      ])
    #expect(configuration.data.train.patch == 48)
    #expect(configuration.optimizer.betas == [0.9, 0.999])
    #expect(configuration.schedule.learningRate == .value(2e-4))
    #expect(configuration.model.architecture == .ramit(RAMiTVariant.ramit1.configuration(for: .x2)))
    #expect(configuration.data.train.samplesPerEpoch == 640)
  }

  @Test(arguments: [
    ("seed: 1\nseed: 2", "c.yaml:7:1: expected each key once, found another seed, after the one in line 6"),
    ("seed: one", "c.yaml:6:7: expected a whole number for seed, found 'one'"),
    ("seed: '1'", "c.yaml:6:7: expected a whole number for seed, found '1'"),
    ("seed: 99999999999999999999999", "c.yaml:6:7: expected a whole number for seed, found '99999999999999999999999'"),
    ("seed: -1", "c.yaml:6:7: expected a whole number for seed, found '-1'"),
    ("schedule: 5", "c.yaml:6:11: expected a group of keys for schedule, found '5'"),
    ("schedule:", "c.yaml:6:10: expected a group of keys for schedule, found nothing"),
    ("schedule:\n  epochs: [1]", "c.yaml:7:11: expected a whole number for schedule.epochs, found a list"),
    (
      "schedule:\n  epochs: 0",
      "c.yaml:7:11: expected schedule.epochs: a positive whole number up to 1000000, found 0"
    ),
    (
      "schedule:\n  learningRate: fast",
      "c.yaml:7:17: expected paper or a number for schedule.learningRate, found 'fast'"
    ),
    (
      "schedule:\n  learningRate: .nan",
      "c.yaml:7:17: expected paper or a number for schedule.learningRate, found '.nan'"
    ),
    (
      "schedule:\n  learningRate: -1",
      "c.yaml:7:17: expected schedule.learningRate: paper, or a number above 0 and at most 1, found -1.0"
    ),
    (
      "schedule:\n  milestones: [3, 2]",
      "c.yaml:7:15: expected schedule.milestones: epochs in ascending order, found [3, 2]"
    ),
    ("schedule:\n  milestones: [3, x]", "c.yaml:7:19: expected a whole number for schedule.milestones.1, found 'x'"),
    (
      "schedule:\n  stages:\n    - {epoch: 5, patch: 8, batch: 2}\n    - {epoch: 5, patch: 8, batch: 2}",
      "c.yaml:9:15: expected schedule.stages.1.epoch: more than the stage before, 5, found 5"
    ),
    (
      "schedule:\n  stages:\n    - {epoch: 5, patch: 8}",
      "c.yaml:8:7: expected a value for schedule.stages.0.batch, found a group without it"
    ),
    (
      "schedule:\n  stages:\n    - {epoch: 5, patch: 8, batch: 2}\n    - epoch: 6\n      pach: 8\n      batch: 2",
      "c.yaml:10:7: expected a key of schedule.stages.1, perhaps 'patch', found 'pach'"
    ),
    (
      "schedule:\n  stages:\n    - {epoch: 5, patch: 8, batch: 2, rate: 1}",
      "c.yaml:8:38: expected a key of schedule.stages.0, one of epoch, iteration, patch, batch, found 'rate'"
    ),
    (
      "schedule:\n  stages:\n    - {epoch: 5, patch: 4096, batch: 65536}",
      "c.yaml:8:38: expected schedule.stages.0.batch: at most 67108864 pixels in a batch, "
        + "found 65536 patches of 4096 x 4096"
    ),
    (
      "schedule: {decay: step}",
      "c.yaml:6:19: expected one of constant, milestones, cosine, cosineRestarts, polynomial for schedule.decay, "
        + "found 'step'"
    ),
    (
      "schedule: {decay: cosine, epochs: 20}",
      "c.yaml:6:35: expected schedule.epochs: more than warmupEpochs, 20, for cosine, found 20"
    ),
    (
      "warmStart: {reinitialised: all}",
      "c.yaml:6:28: expected one of mismatched, module for warmStart.reinitialised, found 'all'"
    ),
    (
      "initialWeights: a.pth\nwarmStart: {weights: b.pth}",
      "c.yaml:6:17: expected initialWeights: none beside warmStart.weights, found a.pth"
    ),
    (
      "gradients: {accumulate: 65}",
      "c.yaml:6:25: expected gradients.accumulate: 1 to the smallest batch, 64, found 65"
    ),
    ("gradients: {clipNorm: 0}", "c.yaml:6:23: expected gradients.clipNorm: a positive number, found 0.0"),
    ("ema: {decay: 1}", "c.yaml:6:14: expected ema.decay: 0 or more, below 1, found 1.0"),
    ("optimizer: {weightDecay: -0.1}", "c.yaml:6:26: expected optimizer.weightDecay: 0 to 1, found -0.1"),
    (
      "optimizer: {weightDecayKind: L2}",
      "c.yaml:6:30: expected one of decoupled, l2 for optimizer.weightDecayKind, found 'L2'"
    ),
    (
      "loss: l3",
      "c.yaml:6:7: expected one of l1, mse, charbonnier, psnr, ssim, fourier, edge, or a list of losses with weights "
        + "for loss, found 'l3'"
    ),
    (
      "model: {variant: RAMIT}",
      "c.yaml:6:18: expected one of RAMiT, RAMiT-1, RAMiT-slimSR, RAMiT-slimLLE, DaViT-core, DaViT-full for "
        + "model.variant, found 'RAMIT'"
    ),
    ("model: {task: x3}", "c.yaml:6:15: expected the task at the top level, found model.task"),
    (
      "model: {dim: 30}",
      "c.yaml:6:14: expected a model that can be built, found model.dim must be a positive multiple of 16, not 30"
    ),
    ("model: {helper: yes}", "c.yaml:6:17: expected true or false for model.helper, found 'yes'"),
    ("optimizer: {betas: [0.9]}", "c.yaml:6:20: expected optimizer.betas: two numbers, found [0.9]"),
    ("a: &x 1", "c.yaml:6:4: expected a plain value, found a YAML anchor or alias"),
    ("a: *x", "c.yaml:6:4: expected YAML, found an error: found undefined alias"),
    ("a: [", "c.yaml:7:1: expected YAML, found an error: did not find expected node content"),
    ("? [a]\n: 1", "c.yaml:6:3: expected a key, found a list or a group of keys before the colon"),
    ("name: ../up", "c.yaml:6:7: expected name: a name that a folder can have, found ../up"),
    ("---\nname: a", "c.yaml:1:1: expected YAML, found an error: but found another document"),
  ])
  func faultsAreNamed(addition: String, expected: String) {
    let found = message(Self.small + addition + "\n")
    // Where a second document begins depends on the parser; the file is what counts.
    if expected.contains("another document") {
      #expect(found.hasPrefix("c.yaml:") && found.contains("another document"))
    } else {
      #expect(found == expected)
    }
    #expect(!found.contains("\n"))
  }

  @Test(arguments: [
    ("schedule.epoch=3", "--set schedule.epoch: expected a key of schedule, perhaps 'epochs', found 'epoch'"),
    ("schedule.epochs=x", "--set schedule.epochs: expected a whole number for schedule.epochs, found 'x'"),
    (
      "schedule.epochs=0",
      "--set schedule.epochs: expected schedule.epochs: a positive whole number up to 1000000, found 0"
    ),
    ("schedule.epochs", "--set: expected key.path=value, found 'schedule.epochs'"),
    ("=1", "--set: expected key.path=value, found '=1'"),
    ("a..b=1", "--set: expected key.path=value, found 'a..b=1'"),
    (
      "data.train.patch=[",
      "--set data.train.patch: expected YAML, found an error in column 2: did not find expected node content"
    ),
    ("task=x5", "--set task: expected one of x2, x3, x4, dn, graydn, lle, dr for task, found 'x5'"),
  ])
  func overridesAreChecked(setting: String, expected: String) {
    #expect(message(Self.small, settings: [setting]).replacing("column 1:", with: "column 2:") == expected)
  }

  /// It is the run's, at the top level.
  @Test func theModelsTaskIsNotSuggested() {
    let listed = message(Self.small + "model: {zzzzzz: 1}\n")
    #expect(listed.hasPrefix("c.yaml:6:9: expected a key of model, one of "), "\(listed)")
    #expect(listed.contains(" dim, ") && !listed.contains("task"), "\(listed)")
    let misspelt = message(Self.small, settings: ["model.taks=x2"])
    #expect(misspelt.contains("expected a key of model, ") && !misspelt.contains("task"), "\(misspelt)")
    #expect(message(Self.small, settings: ["taks=x2"]).contains("perhaps 'task'"))
  }

  @Test func valuesMustGoTogether() {
    #expect(message("task: x2\n").contains("data.train.path"))
    #expect(message(Self.small + "    path: photos\n").contains("c.yaml:6:11: expected data.train.path: none"))
    #expect(message(Self.small + "    noise: [0, 50]\n").contains("expected data.train.noise: none for x2"))
    #expect(message(Self.small + "    name: DIV2K\n").contains("c.yaml:6:11: expected data.train.name: none"))
    #expect(
      message(Self.small.replacing("procedural", with: "dataset")).contains(
        "data.train.name: the name of a data set"))
    #expect(message(Self.small + "    batch: 1000\n").contains("at least a batch"))
    #expect(
      message(Self.small + "    batch: 640\n    patch: 512\n").contains("found 640 patches of 512 x 512"))
  }

  @Test(.timeLimit(.minutes(1))) func bombsAreRefused() {
    var bomb = "a: &a [x]\n"
    for level in 0..<40 { bomb += "k\(level): &k\(level) [*\(level == 0 ? "a" : "k\(level - 1)"), *a]\n" }
    #expect(message(bomb).contains("aliases"))
    var keys = "? &a [x]\n: 1\n"
    for level in 0..<30 { keys += "? &b\(level) [*a, *\(level == 0 ? "a" : "b\(level - 1)")]\n: 1\n" }
    #expect(message(keys).contains("aliases"))
    #expect(message(String(repeating: "[", count: 100_000)).hasPrefix("c.yaml:1:1: expected YAML"))
    #expect(message("a: &x 1\nb: *x\n").contains("c.yaml:1:4: expected a plain value"))
  }

  @Test func missingOversizedAndBinaryFilesAreNamed() throws {
    let folder = try TemporaryFolder()
    func fault(_ data: Data?) throws -> String {
      let path = folder.path + "/c.yaml"
      if let data { try data.write(to: URL(fileURLWithPath: path)) }
      do {
        _ = try BuiltInRun(readingFile: path)
        return "no error"
      } catch let error as InputError {
        #expect(error.location == path)
        return error.found
      }
    }
    #expect(try fault(nil) == "no file that can be read")
    #expect(try fault(Data(repeating: 0x20, count: 1 << 17)) == "a larger file")
    #expect(try fault(Data([0xff, 0xfe, 0x80])) == "bytes that are not UTF-8")
    #expect(throws: InputError.self) { try BuiltInRun(readingFile: folder.path) }
  }
}
