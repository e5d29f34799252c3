import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTMachine
import RAMiTModels
import Testing

@testable import RAMiTExperiments
@testable import RAMiTTraining

/// `--set KEY=VALUE`: the key decides how the value is read.
@Suite struct SettingTests {
  private func configuration(_ settings: String...) throws -> BuiltInRun {
    try BuiltInRun(yaml: ConfigurationTests.small, file: "c.yaml", settings: settings)
  }

  private static let texts = [
    "set #2", "#1", "a: b", "a:", "[x", "[x]", "{a: b}", "{", "\"quoted\"", "'quoted'", "\"open", " leading",
    "trailing ",
    "null", "Null", "yes", "no", "true", "1e3", "12", "0x1f", ".inf", "~", "&a", "*b", "!t", "!!int 1", "50%", "%TAG",
    "@a",
    "`a`", "|", ">", "-", "- a", "?", "a, b", "a=b", "caf\u{e9}", "\\n", "a\tb", "---", "...", "2026-11-26", "<<",
  ]

  @Test(arguments: texts) func textIsTakenAsItIsWritten(text: String) throws {
    let configuration = try configuration("warmStart.module=\(text)", "initialWeights=./\(text)")
    #expect(configuration.warmStart.module == text && configuration.initialWeights == "./" + text)
    // And so it is in the run's folder.
    #expect(try BuiltInRun(yaml: configuration.yaml(), file: "config.yaml") == configuration)
    // A run's name can be a folder's.
    if !text.hasPrefix(".") { #expect(try self.configuration("name=\(text)").name == text) }
    let photos = try self.configuration(
      "data.train.type=folder", "data.train.path=./\(text)", "data.train.samplesPerEpoch=640")
    #expect(photos.data.train.path == "./\(text)")
    #expect(try BuiltInRun(yaml: photos.yaml(), file: "config.yaml") == photos)
  }

  /// A text that may be absent is taken away by `null`, and by nothing else.
  @Test func nullRemovesAText() throws {
    let photos = ["data.train.type=folder", "data.train.path=photos"]
    let removed = try BuiltInRun(
      yaml: ConfigurationTests.small, file: "c.yaml",
      settings: photos + ["data.train.path=null", "data.train.type=procedural"])
    #expect(removed.data.train.path == nil)
    #expect(try configuration("output=none").output == "none")
    #expect(try configuration("output=~/runs").output == "~/runs".expandingTilde)
  }

  @Test func otherValuesAreYAML() throws {
    let configuration = try configuration(
      "optimizer.betas=[0.9, 0.95]  # faster", "data.train.patch= 32 ", "data.train.flip=false", "ema.decay=0.9",
      "schedule.stages=[{epoch: 5, patch: 8, batch: 2}]", "schedule.learningRate=1e-3", "memory.limit=8 GB",
      "task=x3 # three",
      "checkpoints={keep: 2, everyIterations: 5}")
    #expect(configuration.optimizer.betas == [0.9, 0.95] && configuration.data.train.patch == 32)
    #expect(!configuration.data.train.flip && configuration.ema.decay == 0.9 && configuration.task == .x3)
    #expect(configuration.schedule.stages == [StageConfiguration(epoch: 5, patch: 8, batch: 2)])
    #expect(configuration.schedule.learningRate == .value(1e-3) && configuration.memory.limit == MemorySize("8 GB"))
    #expect(configuration.checkpoints.keep == 2 && configuration.checkpoints.everyIterations == 5)
    for nothing in ["null", "~", "null # none"] {
      #expect(try self.configuration("ema.decay=0.9", "ema.decay=\(nothing)").ema.decay == nil)
    }
  }

  @Test func theLastOfTwoHolds() throws {
    #expect(try configuration("seed=1", "name=a", "seed=2", "name=b #2").seed == 2)
    #expect(try configuration("seed=1", "name=a", "seed=2", "name=b #2").name == "b #2")
  }

  @Test(arguments: [
    ("name=", "--set name: expected name: a name that a folder can have, found an empty text"),
    ("output=", "--set output: expected output: a folder, found an empty text"),
    ("initialWeights=", "--set initialWeights: expected initialWeights: a weight file, found an empty text"),
    ("seed=", "--set seed: expected a whole number for seed, found an empty value"),
    ("ema.decay=", "--set ema.decay: expected a number for ema.decay, found an empty value"),
    ("ema.decay= ", "--set ema.decay: expected a number for ema.decay, found ' '"),
    ("gradients.clipNorm=#1", "--set gradients.clipNorm: expected a number for gradients.clipNorm, found '#1'"),
    ("data.train.noise=", "--set data.train.noise: expected a list for data.train.noise, found an empty value"),
    (
      "memory.limit=",
      "--set memory.limit: expected a size such as 8 GB, from 1 MB to 1000 TB for memory.limit, found an empty value"
    ),
    ("seed=#1", "--set seed: expected a whole number for seed, found '#1'"),
    ("seed=null", "--set seed: expected a whole number for seed, found 'null'"),
    ("seed=[1]", "--set seed: expected a whole number for seed, found '[1]'"),
    ("task=", "--set task: expected one of x2, x3, x4, dn, graydn, lle, dr for task, found an empty value"),
    ("model.helper=yes", "--set model.helper: expected true or false for model.helper, found 'yes'"),
    ("optimizer.betas=0.9", "--set optimizer.betas: expected a list for optimizer.betas, found '0.9'"),
    ("schedule=5", "--set schedule: expected a group of keys for schedule, found '5'"),
    ("schedule=", "--set schedule: expected a group of keys for schedule, found nothing"),
    ("model={task: x3}", "--set model: expected the task at the top level, found model.task"),
    ("name.first=a", "--set name.first: expected text for name, found a group of keys"),
  ])
  func faultsAreNamed(setting: String, expected: String) {
    #expect(message(ConfigurationTests.small, settings: [setting]) == expected)
  }
}

/// Keys that come twice in a file are named where they come again.
@Suite struct RepeatedKeyTests {
  @Test(arguments: [
    ("seed: 1\nname: a\nseed: 2", "c.yaml:3:1: expected each key once, found another seed, after the one in line 1"),
    (
      "# a\nseed: 1\n\n\nseed: 2\nseed: 3",
      "c.yaml:5:1: expected each key once, found another seed, after the one in line 2"
    ),
    (
      "data:\n  train:\n    patch: 1\n    batch: 2\n    patch: 3",
      "c.yaml:5:5: expected each key once, found another patch, after the one in line 3"
    ),
    (
      "schedule:\n  stages:\n  - {epoch: 1,\n     patch: 2,\n     epoch: 3}",
      "c.yaml:5:6: expected each key once, found another epoch, after the one in line 3"
    ),
    ("'seed': 1\n\"seed\": 2", "c.yaml:2:1: expected each key once, found another seed, after the one in line 1"),
    ("1: 1\n'1': 2", "c.yaml:2:1: expected each key once, found another 1, after the one in line 1"),
    (
      "a:\n  seed: 1\nseed: 1\nb: {seed: 4}\nseed: 2",
      "c.yaml:5:1: expected each key once, found another seed, after the one in line 3"
    ),
    ("{seed: 1, seed: 2}", "c.yaml:1:37: expected each key once, found another seed, after the one in line 1"),
    (
      "name: \"a\n  seed: 1\"\nseed: 1\nx: |\n  seed: 7\nseed: 2",
      "c.yaml:6:1: expected each key once, found another seed, after the one in line 3"
    ),
  ])
  func theSecondPlaceIsNamed(yaml: String, expected: String) {
    #expect(message(yaml) == expected)
  }
}
