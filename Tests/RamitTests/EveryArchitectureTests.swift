import Foundation
import RAMiTImaging
import RAMiTModels
import RAMiTSerialization
import Testing

/// What every built-in architecture goes through in a very small form: training from a YAML file, death in the middle
/// of it, resuming, evaluation and the restoration of a photo.
@Suite(.enabled(if: Program.path != nil, "the program is not beside the tests"))
struct EveryArchitectureTests {
  /// A task of the architecture, and the keys that make it small. Together the families do every task. The compiler
  /// asks for the line of an architecture that is added.
  private func small(_ architecture: BuiltInArchitecture) -> (task: RestorationTask, keys: String) {
    switch architecture {
    case .ramit:
      (.lle, "dim: 16, heads: 2, depths: [1, 1, 1, 1], window: 2, wide: {groups: 1}, attentionDropout: 0.1")
    case .swinIR: (.graydn, "dim: 12, depths: [2], heads: [2], window: 4, imageSize: 8")
    case .ngswin: (.x3, "dim: 16, depths: [1, 1, 1, 1], heads: [1, 1, 1, 1], window: 2, imageSize: 8")
    case .elan: (.x2, "dim: 6, blocks: 2")
    case .edsr: (.x4, "features: 8, blocks: 1")
    case .nafNet: (.dn, "width: 4, encoderBlocks: [1, 1], middleBlocks: 1, decoderBlocks: [1, 1]")
    case .restormer: (.dr, "dim: 2, blocks: [1, 1, 1, 1], refinementBlocks: 1, heads: [1, 2, 2, 4]")
    }
  }

  @Test(arguments: BuiltInArchitecture.families.map(\.name)) func goesAllTheWay(family: String) throws {
    let (task, keys) = small(try #require(BuiltInArchitecture(named: family, task: .x2)))
    try goAllTheWay(family, task, keys)
  }

  /// Models that RAMiT's body has with other blocks. Files tell neither heads nor windows of DaViT-full.
  @Test(arguments: [("DaViT-core", "heads: 2, window: 2"), ("DaViT-full", "heads: 4, window: 8")])
  func davitGoesAllTheWay(variant: String, keys: String) throws {
    let keys = "variant: \(variant), dim: 16, depths: [2, 2, 1, 1], wide: {groups: 1}, \(keys)"
    try goAllTheWay("RAMiT", .dr, keys)
  }

  private func goAllTheWay(_ family: String, _ task: RestorationTask, _ keys: String) throws {
    try Folder.temporary { folder in
      let run = try interruptedRun(of: "task: \(task)\nmodel: {architecture: \(family), \(keys)}\n", in: folder)
      let weights = run.file("weights/best.safetensors")
      let found = try PretrainedModel<BuiltInArchitecture>(weights: weights).architecture
      #expect(found.family == family && found.task == task)

      try evaluate(weights, task, in: folder)

      let photo = try folder.picture("photo.png", width: 21, height: 18, channels: task.channels)
      let restored = try Program.run("restore", photo, "--weights", weights, "--output", folder.file("restored"))
      #expect(restored.code == 0, "\(restored.errors)")
      let image = try ImageFile.read(folder.file("restored/photo.png"))
      #expect([image.width, image.height] == [21 * task.scale, 18 * task.scale] && image.channels == task.channels)
    }
  }

  /// Forty iterations in two epochs.
  private static let training = """
    seed: 11
    data:
      train: {type: procedural, samplesPerEpoch: 40, patch: 16, batch: 2}
      validation: {type: procedural, images: 1}
    schedule: {epochs: 2, learningRate: 0.001, warmupEpochs: 0, milestones: [1]}
    validation: {samples: 0}
    checkpoints: {everyIterations: 7, keep: 2}
    logging: {everyIterations: 1}

    """

  /// Trains twice in a folder of the same name, the second time with a kill in between, and compares.
  /// - Returns: the second run's folder.
  private func interruptedRun(of model: String, in folder: Folder) throws -> Folder {
    let configuration = try folder.write((model + Self.training).utf8, to: "c.yaml")
    let run = Folder(path: folder.file("run")), whole = Folder(path: folder.file("whole"))
    let train = ["train", configuration, "--output", run.path, "--resume", "--threads"]
    let undisturbed = try Program.run(train + ["2"])
    #expect(undisturbed.code == 0, "\(undisturbed.errors)")
    try FileManager.default.moveItem(atPath: run.path, toPath: whole.path)

    let killed = try RunningProgram(train + ["1"], in: folder, isHeld: true)
    killed.wait(forLines: 10, in: run.file("metrics.jsonl"))
    killed.wait(forCheckpointIn: run.path)
    killed.send(SIGKILL)
    let outcome = try killed.outcome()
    #expect(outcome.code == nil, "\(outcome)")
    let resumed = try Program.run(train + ["2"])
    #expect(resumed.code == 0 && resumed.output.contains(/resumed after iteration \d+:/), "\(resumed)")

    for file in ["weights/last.safetensors", "weights/best.safetensors", "metrics.jsonl"] {
      #expect(try run.data(file) == whole.data(file), "\(file) differs")
    }
    let last = "checkpoints/iteration-00000040.safetensors"
    let (ours, theirs) = (try contents(ofCheckpoint: run.file(last)), try contents(ofCheckpoint: whole.file(last)))
    #expect(ours.tensors == theirs.tensors && ours.notes == theirs.notes)
    let losses = try run.data("metrics.jsonl").split(separator: UInt8(ascii: "\n")).compactMap { line in
      try (JSONSerialization.jsonObject(with: line) as? [String: Any])?["loss"] as? Double
    }
    // Batches differ more from each other than a few steps change.
    func mean(_ losses: ArraySlice<Double>) -> Double { losses.reduce(0, +) / Double(losses.count) }
    #expect(losses.count == 40 && mean(losses.suffix(20)) < 0.8 * mean(losses.prefix(5)), "\(losses)")
    return run
  }

  /// Tensors and notes of a checkpoint, but for the size of the log, whose lines tell times.
  private func contents(ofCheckpoint path: String) throws -> (tensors: [String: [UInt32]], notes: [String: String]) {
    let file = try SafeTensors.read(path)
    var notes = file.metadata
    #expect(file.hasChecksums)
    notes["state"] = notes["state"]?.replacing(/"logBytes":\d+/, with: "")
    let tensors = file.map { ($0.name, $0.tensor.array.map(\.bitPattern)) }
    return (Dictionary(uniqueKeysWithValues: tensors), notes)
  }

  /// Scores the weights as training wrote them, and as a bare state dictionary, whose names and shapes tell the model:
  /// the same to the last digit.
  private func evaluate(_ weights: String, _ task: RestorationTask, in folder: Folder) throws {
    let set = folder.file("set"), bare = folder.file("bare.pth")
    let size = ["--width", "48", "--height", "36"]
    #expect(
      try Program.run(["data", "synthesize", "--task", "\(task)", "--count", "1", "--output", set] + size).code == 0)
    #expect(try Program.run("convert", weights, bare).code == 0)
    for (file, options) in [(weights, []), (bare, ["--task", "\(task)"])] {
      let scores = try Program.run(
        ["evaluate", "--weights", file, "--testset", set, "--json", file + ".json", "--quiet"] + options)
      #expect(scores.code == 0, "\(scores.errors)")
    }
    let scores = try folder.data("bare.pth.json")
    #expect(try scores == Data(contentsOf: URL(fileURLWithPath: weights + ".json")))
    let reports = try #require(try JSONSerialization.jsonObject(with: scores) as? [[String: Any]])
    #expect(reports.allSatisfy { $0["task"] as? String == "\(task)" && $0["images"] as? Int == 1 })
    #expect(!reports.isEmpty && reports.allSatisfy { $0["psnr"] is Double })
  }
}
