import Foundation
import FoundationXML
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTImaging
import RAMiTSerialization
import Testing

@testable import RAMiTTraining

@Suite struct TrainerTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func names(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix(".") }.sorted()
  }

  @Test func anImageThatIsLeftOutIsInTheLog() throws {
    let photos = folder.path + "/photos", path = folder.path + "/run"
    try FileManager.default.createDirectory(atPath: photos, withIntermediateDirectories: true)
    for number in 0..<5 {
      try ImageFile.write(DeadLeaves(seed: 3).image(number, width: 40, height: 32), to: "\(photos)/\(number).png")
    }
    let broken = URL(fileURLWithPath: photos + "/2.png")
    let bytes = try Data(contentsOf: broken)
    try bytes.prefix(bytes.count / 2).write(to: broken)
    let settings = ["data.train.type=folder", "data.train.path=\(photos)", "data.train.onBadImage=skip"]
    _ = try toyTrainer(toyConfiguration(path, settings: settings)).run()
    let log = try String(contentsOfFile: path + "/train.log", encoding: .utf8)
    #expect(log.split(separator: "\n").count { $0.contains("  skipped \(broken.path): ") } == 1)
  }

  @Test func leavesARunThatCanBeReadAndUsed() throws {
    let path = folder.path + "/run"
    let configuration = try toyConfiguration(path)
    _ = try toyTrainer(configuration).run()
    #expect(
      try names(path) == [
        "checkpoints", "config.yaml", "curve.svg", "environment.json", "lock", "metrics.jsonl", "report.html",
        "samples",
        "tensorboard", "train.log", "weights",
      ])
    #expect(try names(path + "/checkpoints") == ["iteration-00000018.safetensors", "iteration-00000020.safetensors"])
    #expect(try ToyRun(readingFile: path + "/config.yaml") == configuration)

    let weights = try SafeTensors.read(path + "/weights/last.safetensors")
    #expect(weights.map(\.name) == ["weight", "shift.bias"])
    #expect(weights.metadata["model"] == #"{"architecture":"Toy","task":"x2"}"#)
    // The toy learns to leave colours as they are.
    #expect(weights["weight"]!.array.allSatisfy { (0.6...1.1).contains($0) })

    let sheet = try ImageFile.read(path + "/samples/leaves-0.png")
    #expect(sheet.width == 4 * 192 + 3 * 4 && sheet.height == 192 + 20)

    let metrics = try String(contentsOfFile: path + "/metrics.jsonl", encoding: .utf8).split(separator: "\n")
    #expect(metrics.count == 5 + 2)
    #expect(metrics[0].hasPrefix("{\"epoch\":0,\"iteration\":4,\"kind\":\"training\",\"loss\":0."))
    #expect(metrics.last!.contains("\"kind\":\"validation\"") && metrics.last!.contains("\"baselinePSNR\":"))

    let curve = try String(contentsOfFile: path + "/curve.svg", encoding: .utf8)
    let parser = XMLParser(data: Data(curve.utf8))
    #expect(parser.parse())
    #expect(curve.contains("<polyline") && !curve.contains("http://www.w3.org/1999/xlink"))
  }

  @Test(arguments: [Float.nan, .infinity])
  func aLossThatIsNotFiniteStopsAndKeepsTheCheckpoint(value: Float) throws {
    let path = folder.path + "/run"
    let trainer = try toyTrainer(toyConfiguration(path)) { $0 == 7 ? value : 1 }
    let error = #expect(throws: InputError.self) { try trainer.run() }
    #expect(error?.location == "\(path), iteration 8")
    #expect(error?.expected.hasPrefix("a finite loss") == true)
    #expect(try names(path + "/checkpoints") == ["iteration-00000003.safetensors", "iteration-00000006.safetensors"])
    let weights = try SafeTensors.read(path + "/weights/last.safetensors")
    #expect(weights.allSatisfy { $0.tensor.array.allSatisfy(\.isFinite) })
  }

  @Test(arguments: [Float.nan, .infinity])
  func aGradientThatIsNotFiniteStopsAndIsNamed(value: Float) throws {
    let path = folder.path + "/run"
    let trainer = try Trainer(toyConfiguration(path), resume: false) {
      ToyModel($0, seed: $1, spoilGradient: { $0 == 7 ? value : 1 })
    }
    let error = #expect(throws: InputError.self) { try trainer.run() }
    #expect(error?.location == "\(path), iteration 8")
    #expect(error?.expected.hasPrefix("finite gradients") == true)
    #expect(error?.found == "a gradient of weight that is not finite")
    #expect(try names(path + "/checkpoints") == ["iteration-00000003.safetensors", "iteration-00000006.safetensors"])
  }

  /// A gradient can be too large for its square while the loss is finite.
  @Test func valuesThatAreNotFiniteAreNotSaved() throws {
    let path = folder.path + "/run"
    let trainer = try toyTrainer(toyConfiguration(path)) { $0 == 5 ? 3e38 : 1 }
    let error = #expect(throws: InputError.self) { try trainer.run() }
    #expect(error?.location == "\(path), iteration 6")
    #expect(error?.found == "values that are not finite in Adam's second moment of weight")
    #expect(try names(path + "/checkpoints") == ["iteration-00000003.safetensors"])
  }

  @Test func missingDataLeavesNoFolder() throws {
    let path = folder.path + "/run"
    let configuration = try toyConfiguration(
      path, settings: ["data.train={type: folder, path: nowhere, samplesPerEpoch: null}"])
    let error = #expect(throws: InputError.self) { try toyTrainer(configuration) }
    #expect(error?.location == "nowhere")
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func learnsFromPhotosAndIsScoredOnThem() throws {
    let photos = folder.path + "/photos"
    try FileManager.default.createDirectory(atPath: photos, withIntermediateDirectories: true)
    for number in 0..<3 {
      let levels = (0..<60 * 50 * 3).map { UInt8(($0 * (number + 3) / 7) % 251) }
      try ImageFile.write(
        Image(width: 60, height: 50, channels: 3, samples: .uint8(levels)), to: "\(photos)/\(number).png")
    }
    for (task, noise) in [("x3", ""), ("dn", ""), ("graydn", "")] {
      let yaml = """
        task: \(task)
        output: \(folder.path)/\(task)
        data:
          train: {type: folder, path: \(photos), repeat: 2, patch: 8, batch: 2\(noise)}
          validation: {type: folder, path: \(photos)}
        schedule: {epochs: 1, learningRate: 0.01, warmupEpochs: 0, milestones: []}
        """
      let configuration = try ToyRun(yaml: yaml, file: "c.yaml")
      let trainer = try Trainer(configuration, resume: false)
      guard case .finished(let best?) = try trainer.run() else {
        Issue.record("\(task) is not finished")
        return
      }
      #expect(best.iteration == 3)
      if noise.isEmpty, task.hasSuffix("dn") { #expect(abs(best.result.baselinePSNR - 20.2) < 1) }
    }
  }
}
