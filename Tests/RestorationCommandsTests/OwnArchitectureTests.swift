import ArgumentParser
import Foundation
import RAMiTAutograd
import RAMiTImaging
import RAMiTModels
import RAMiTNN
import RAMiTRestorationCommands
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

/// A model of one's own: every value of a pixel is spread over scale x scale pixels, each with a weight.
private struct Spreading: RestorationArchitecture {
  var task: RestorationTask
  var start: Float = 0.5

  init(task: RestorationTask) { self.task = task }

  func makeModel(_ scope: ParameterScope) -> any RestorationModel { SpreadingModel(self, scope) }
}

private final class SpreadingModel: RestorationModel {
  let architecture: Spreading
  let sizeMultiple = 2
  let parameters: ParameterStore
  private let weight: Parameter

  init(_ architecture: Spreading, _ scope: ParameterScope) {
    self.architecture = architecture
    let task = architecture.task
    weight = (scope / "spread").parameter(
      "weight", [task.channels * task.scale * task.scale], start: .constant(architecture.start))
    parameters = ParameterStore(scope)
  }

  func callAsFunction(
    _ images: Variable, context: TrainingContext?, observe: (_ component: String, Variable) -> Void
  ) -> Variable {
    let spread = spread(images, weight: weight.variable)
    observe("spread", spread)
    return pixelShuffle(spread, architecture.task.scale)
  }
}

/// x[c] w[c, k] for each of a channel's weights: ... x C to ... x (C K), w is C K.
private func spread(_ x: Variable, weight: Variable) -> Variable {
  let (rows, channels, wide) = (x.shape.rows, x.shape.last, weight.shape.count), copies = wide / channels
  let y = Tensor(x.shape.replacing(-1, with: wide)) { y in
    for row in 0..<rows {
      for i in 0..<wide {
        y[row * wide + i] = x.value.pointer[row * channels + i / copies] * weight.value.pointer[i]
      }
    }
  }
  return Variable(y, from: [x, weight], multiplyAdds: y.count) {
    [x = x.saved, weight = weight.gradientSlot] dy, gradients in
    gradients.accumulate(to: weight) { dw in
      for row in 0..<rows {
        for i in 0..<wide { dw[i] += dy.pointer[row * wide + i] * x.value.pointer[row * channels + i / copies] }
      }
    }
  }
}

private func run(_ arguments: String...) throws {
  var command = try RestorationCommand<Spreading>.parseAsRoot(arguments)
  try command.run()
}

private func json(_ path: String) throws -> Any {
  try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path)))
}

/// The whole command line, for an architecture that this package does not know.
@Suite struct OwnArchitectureTests {
  /// Training listens to signals and a benchmark resets the peak of memory, both for the whole process: one of its own.
  @Test func trainsResumesEvaluatesRestoresAndReports() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      try withExtendedLifetime(folder) { try trainResumeEvaluateRestoreAndReport(in: folder.path) }
    }
  }

  /// 12 weights, each used at every pixel of the input.
  @Test func isCountedWithoutBeingComputed() throws {
    let folder = try TemporaryFolder(), file = folder.path + "/counts.json"
    try run("summary", "--model", "Spreading", "--task", "x2", "--size", "1280x720", "--json", file, "--quiet")
    let counts = try #require(try json(file) as? [String: Any])
    #expect(counts["parameters"] as? Int == 12 && counts["multAdds"] as? Int == 12 * 640 * 360)
    #expect((counts["components"] as? [[String: Any]])?.map { $0["name"] as? String } == ["spread"])
  }

  /// The model's own keys are options, and nothing else is.
  @Test func keysAreOptions() throws {
    let summary = ["summary", "--model", "Spreading", "--task", "x2", "--quiet"]
    func run(_ options: String...) throws {
      var command = try RestorationCommand<Spreading>.parseAsRoot(summary + options)
      try command.run()
    }
    try run("--start", "0.5")
    try run("--start=0.5", "--size", "64x64")
    for options in [["--start", "wide"], ["--strat", "0.5"], ["--start"], ["more"], ["--no-start"]] {
      let arguments = summary + options
      #expect(throws: (any Error).self, "\(options)") { try RestorationCommand<Spreading>.parseAsRoot(arguments) }
    }
  }

  @Test func otherModelsAreNoneOfIt() {
    for model in ["RAMiT", "spreading"] {
      #expect(throws: (any Error).self) { try run("summary", "--model", model, "--task", "x2") }
    }
  }
}

private func trainResumeEvaluateRestoreAndReport(in folder: String) throws {
  let yaml = """
    task: x2
    model: {architecture: Spreading, start: 0.25}
    data:
      train: {type: procedural, samplesPerEpoch: 16, patch: 8, batch: 2}
      validation: {type: procedural, images: 1}
    schedule: {epochs: 2, learningRate: 0.05, warmupEpochs: 0, milestones: []}
    """
  let config = folder + "/config.yaml", output = folder + "/run"
  try yaml.write(toFile: config, atomically: true, encoding: .utf8)
  try run("train", config, "--output", output, "--set", "schedule.epochs=1", "--quiet")
  try run("train", config, "--output", output, "--resume", "--quiet")
  let weights = output + "/weights/best.safetensors"
  let trained = try PretrainedModel<Spreading>(weights: weights)
  #expect(trained.architecture.start == 0.25 && trained.notes["iteration"] == "16")
  #expect(trained.model.parameters.values.array.allSatisfy { $0 > 0.5 })

  // A photo of odd size, and a test set of it.
  let photo = folder + "/photos/odd.png"
  try FileManager.default.createDirectory(atPath: folder + "/photos", withIntermediateDirectories: true)
  let samples = (0..<33 * 27 * 3).map { (place: Int) -> UInt8 in UInt8(place % 200) }
  try ImageFile.write(Image(width: 33, height: 27, channels: 3, samples: .uint8(samples)), to: photo)
  try run("restore", photo, "--weights", weights, "--output", folder + "/large", "--quiet")
  let large = try ImageFile.read(folder + "/large/odd.png")
  #expect(large.width == 66 && large.height == 54)
  let scores = folder + "/scores.json"
  try run("evaluate", "--weights", weights, "--testset", folder + "/photos", "--json", scores, "--quiet")
  let report = try #require(try json(scores) as? [[String: Any]])
  #expect(report.count == 1 && report[0]["variant"] as? String == "custom" && report[0]["psnr"] is Double)

  try run("convert", weights, folder + "/weights.pth", "--quiet")
  try run("report", output, "--output", folder + "/page.html", "--quiet")
  #expect(try String(contentsOfFile: folder + "/page.html", encoding: .utf8).contains("Spreading"))
  try run("benchmark", "infer:8x8", "train:1x8", "--runs", "1", "--quiet", "--json", folder + "/times.json")
  let times = try #require((try json(folder + "/times.json") as? [String: Any])?["results"] as? [[String: Any]])
  #expect(times.count == 2 && times[0]["model"] as? String == "Spreading" && times[0]["task"] as? String == "x2")
}
