import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTEvaluation
import RAMiTImaging
import RAMiTModels
import RAMiTTestSupport
import RAMiTYAML
import Testing

@testable import RAMiTTraining

@Suite struct DegradedDataTests {
  private static let photo = """
    [{type: blur, sigma: [0.2, 1.2], probability: 0.7}, {type: downscale}, \
    {type: noise, sigma: [0, 8], gray: 0.4}, {type: jpeg, quality: [60, 95]}]
    """

  private func run(
    _ task: String, _ train: String, patch: Int = 16, validation: String = "{type: none}"
  ) throws -> BuiltInRun {
    try BuiltInRun(
      yaml: "task: \(task)\ndata:\n  train: {patch: \(patch), batch: 4, \(train)}\n  validation: \(validation)\n",
      file: "c.yaml")
  }

  private func message(_ task: String, _ train: String, validation: String = "{type: none}") -> String {
    do {
      _ = try run(task, train, validation: validation)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  /// Photos of 100 x 96 pixels.
  private func photos(_ count: Int, in folder: TemporaryFolder) throws -> String {
    let path = folder.path + "/photos"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for number in 0..<count {
      try ImageFile.write(DeadLeaves(seed: 3).image(number, width: 100, height: 96), to: "\(path)/\(number).png")
    }
    return path
  }

  @Test func aListIsReadAndWritten() throws {
    let read = try run("x2", "path: photos, degradations: \(Self.photo)")
    let steps = try #require(read.training.data.train.degradations)
    #expect(steps.map(\.type) == [.blur, .downscale, .noise, .jpeg])
    #expect(steps.map(\.probability) == [0.7, 1, 1, 1])
    #expect(steps[0].sigma == [0.2, 1.2] && steps[2].gray == 0.4 && steps[3].quality == [60, 95])
    let data = try JSONEncoder().encode(read.training.data.train.degradations)
    #expect(try JSONDecoder().decode(type(of: read.training.data.train.degradations), from: data) == steps)
  }

  @Test(arguments: [
    ("x2", "[]", "degradations: a list of degradations, found an empty list"),
    ("x2", "[{type: rain}]", "degradations: {type: downscale} once, for x2, found 0"),
    ("x2", "[{type: downscale}, {type: downscale}]", "once, for x2, found 2"),
    ("x2", "[{type: downscale, probability: 0.5}]", "degradations.0.probability: 1: inputs have one size, found 0.5"),
    ("dr", "[{type: downscale}]", "no downscale for dr, found 1"),
    ("dr", "[{type: rain, probability: 0}]", "degradations.0.probability: above 0, at most 1, found 0.0"),
    ("dr", "[{type: rain, sigma: [0, 1]}]", "sigma"),
    ("dr", "[{type: blurr}]", "one of blur, downscale, noise, jpeg, rain, lowLight"),
    ("dr", "[{type: blur}]", "sigma"),
    ("dr", "[{type: blur, sigma: [2, 1]}]", "degradations.0.sigma: two numbers in 0.0 to 10.0, the smaller one first"),
    ("dr", "[{type: noise, sigma: [0, 300]}]", "two numbers in 0.0 to 255.0"),
    ("dr", "[{type: noise, sigma: [0, 3], gray: 2}]", "degradations.0.gray: 0 to 1, found 2.0"),
    ("dr", "[{type: noise, sigma: [0, 3], grey: 1}]", "grey"),
    ("dr", "[{type: jpeg, quality: [0, 50]}]", "degradations.0.quality: two numbers in 1 to 100"),
    ("dr", "[{type: jpeg, quality: [50]}]", "two numbers in 1 to 100"),
    ("graydn", "[{type: rain}], noise: null", "degradations.0.type: one of gray images, for graydn, found rain"),
    ("dn", "[{type: jpeg, quality: [50, 60]}]", "data.train.noise: null beside degradations, found [0.0, 50.0]"),
    ("dr", "[{type: rain}], inputs: other", "data.train.inputs: none: inputs are made by degradations"),
  ])
  func mistakesAreNamed(task: String, degradations: String, expected: String) {
    let message = message(task, "path: photos, degradations: \(degradations)")
    #expect(message.contains(expected), "\(message)")
    #expect(message.hasPrefix("c.yaml:"))
  }

  @Test func validationHasRulesOfItsOwn() {
    let train = "path: photos"
    func message(_ task: String, _ validation: String) -> String { self.message(task, train, validation: validation) }
    #expect(
      message("x2", "{type: procedural, images: 2, degradations: [{type: downscale}]}")
        .contains("data.validation.degradations: none: they are for photos, found procedural"))
    #expect(
      message("dn", "{type: folder, path: a, degradations: [{type: jpeg, quality: [5, 9]}]}")
        .contains("data.validation.sigma: null beside degradations"))
    #expect(
      message("dn", "{type: folder, path: a, sigma: null, degradations: [{type: jpeg, quality: [5, 9]}]}")
        == "no error")
    #expect(
      message("dr", "{type: folder, path: a, inputs: b, degradations: [{type: rain}]}")
        .contains("data.validation.inputs: none: inputs are made by degradations"))
  }

  @Test(arguments: [
    ("x2", photo), ("dr", "[{type: rain}]"), ("lle", "[{type: lowLight}]"),
    ("dn", "[{type: noise, sigma: [9, 9]}, {type: jpeg, quality: [40, 60]}], noise: null"),
    ("graydn", "[{type: noise, sigma: [9, 9]}, {type: jpeg, quality: [40, 60]}], noise: null"),
  ])
  func batchesAreMadeOfPhotos(task: String, degradations: String) throws {
    let folder = try TemporaryFolder()
    let photos = try photos(5, in: folder)
    for source in ["type: folder, path: \(photos)", "type: procedural, samplesPerEpoch: 8"] {
      let settings = try run(task, "\(source), degradations: \(degradations)").training
      let data = try TrainingData(settings) { _ in }
      let batch = try data.samples.batch(iteration: 0), again = try data.samples.batch(iteration: 0)
      let (scale, channels) = (settings.task.scale, settings.task.channels)
      #expect(batch.input.shape.dimensions == [4, 16, 16, channels])
      #expect(batch.target.shape.dimensions == [4, 16 * scale, 16 * scale, channels])
      #expect(batch.input.array == again.input.array && batch.target.array == again.target.array)
      #expect(batch.input.array != batch.target.array)
    }
  }

  @Test func smallPhotosAreRefusedBeforeARun() throws {
    let folder = try TemporaryFolder()
    let path = try photos(1, in: folder)
    let small = try run(
      "x2", "path: \(path), samplesPerEpoch: 8, degradations: \(Self.photo)", patch: 17
    ).training
    #expect { _ = try TrainingData(small) { _ in } } throws: { error in
      "\(error)".contains("at least 98 x 98 pixels for patches of 98")
    }
    let fitting = try run("x2", "path: \(path), samplesPerEpoch: 8, degradations: \(Self.photo)").training
    #expect(try TrainingData(fitting) { _ in }.samples.batch(iteration: 0).input.shape[0] == 4)
  }

  /// The same inputs each time, from any folder with these photos, as `data prepare degraded` writes them or not.
  @Test func validationIsAlwaysTheSame() throws {
    let folder = try TemporaryFolder()
    let path = try photos(3, in: folder)
    let settings = try run(
      "x2", "path: \(path), samplesPerEpoch: 8",
      validation: "{type: folder, path: \(path), degradations: \(Self.photo)}"
    ).training
    let sets = try (0..<2).map { _ in try #require(TrainingData(settings) { _ in }.validation) }
    #expect(sets[0].inputs == .degraded && sets[0].count == 3)
    let images = try (0..<3).map { try sets[0].image($0, sigma: nil) }
    for number in 0..<3 {
      let again = try sets[1].image(number, sigma: nil)
      #expect(again.input.array == images[number].input.array)
      #expect(again.input.shape.dimensions == [48, 50, 3])
      #expect((again.target.width, again.target.height) == (100, 96))
      let clean = bicubicDownscale(again.target, by: 2).tensor()
      #expect(again.input.array != clean.array)
    }
  }
}
