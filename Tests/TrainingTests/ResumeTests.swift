import Foundation
import RAMiTDiagnostics
import RAMiTImaging
import RAMiTSerialization
import Testing

@testable import RAMiTTraining

@Suite struct ResumeTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The run as it is when nothing interrupts it.
  private func uninterrupted(_ settings: [String] = []) throws -> String {
    let path = folder.path + "/whole"
    _ = try toyTrainer(toyConfiguration(path, settings: settings)).run()
    return path
  }

  private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

  /// Every file that a run is judged by is the same, byte for byte.
  private func expectSame(_ path: String, _ whole: String, _ note: String) throws {
    for file in ["metrics.jsonl", "weights/last.safetensors", "weights/best.safetensors"] {
      #expect(try bytes("\(path)/\(file)") == bytes("\(whole)/\(file)"), "\(file) differs \(note)")
    }
    let name = "checkpoints/iteration-00000020.safetensors"
    let (ours, theirs) = (try SafeTensors.read("\(path)/\(name)"), try SafeTensors.read("\(whole)/\(name)"))
    #expect(ours.map(\.name) == theirs.map(\.name))
    for (name, tensor) in ours { #expect(tensor.array == theirs[name]?.array, "\(name) differs \(note)") }
  }

  @Test func aRunThatWasStoppedEndsWithTheSameBits() throws {
    let whole = try uninterrupted()
    for stops in [[1], [2, 3, 4], [5], [7, 12], [10], [19], Array(1..<20)] {
      let path = folder.path + "/stopped-\(stops.count)-\(stops[0])"
      let configuration = try toyConfiguration(path)
      for (turn, stop) in stops.enumerated() {
        let outcome = try runToy(configuration, resume: turn > 0) { $0 >= stop }
        #expect(outcome == .stopped(iteration: stop))
      }
      let outcome = try toyTrainer(configuration, resume: true).run()
      guard case .finished(let best?) = outcome else {
        Issue.record("\(outcome)")
        return
      }
      #expect(best.result.psnr > 10 && best.result.baselinePSNR > 15)
      try expectSame(path, whole, "after stops at \(stops)")
    }
  }

  /// A stop between a step and its validation, or between two images of it.
  @Test func aStopDuringAValidationEndsWithTheSameBits() throws {
    let settings = ["data.validation.images=3"]
    let whole = try uninterrupted(settings)
    for stop in [10, 20] {
      for call in 1...4 {
        let path = folder.path + "/validation-\(stop)-\(call)"
        let configuration = try toyConfiguration(path, settings: settings)
        var calls = 0
        let outcome = try runToy(configuration) { iteration in
          calls += iteration == stop ? 1 : 0
          return calls == call
        }
        #expect(outcome == .stopped(iteration: stop))
        let records = try String(contentsOfFile: path + "/metrics.jsonl", encoding: .utf8).split(separator: "\n")
        #expect(records.count { $0.contains("validation") } == stop / 10 - 1)
        guard case .finished = try toyTrainer(configuration, resume: true).run() else {
          Issue.record("the run is not finished")
          return
        }
        try expectSame(path, whole, "after a stop at \(stop), call \(call)")
      }
    }
  }

  /// A copy of the folder between a step and what is saved after it is what a killed process would leave.
  @Test func aRunThatWasKilledEndsWithTheSameBits() throws {
    let whole = try uninterrupted()
    var moments = 0
    let path = folder.path + "/killed"
    _ = try toyTrainer(toyConfiguration(path)).run {
      moments += 1
      try! copyKilledRun(path, to: "\(path)-\(moments)")
      return false
    }
    #expect(moments == 20 + 2, "after each step, and before each validation's one image")
    for moment in 1...moments {
      let copy = "\(path)-\(moment)"
      // What was being written when the process died.
      let unfinished = ["checkpoints", "samples", "samples/history/leaves"].map {
        "\(copy)/\($0)/.ramit-\(UUID().uuidString).tmp"
      }
      try FileManager.default.createDirectory(
        atPath: copy + "/samples/history/leaves", withIntermediateDirectories: true)
      for file in unfinished { try Data("half".utf8).write(to: URL(fileURLWithPath: file)) }
      try Data("{\"kind\":\"training\",\"epo".utf8).append(to: copy + "/metrics.jsonl")
      _ = try toyTrainer(toyConfiguration(copy), resume: true).run()
      try expectSame(copy, whole, "after a kill at moment \(moment)")
      for file in unfinished { #expect(!FileManager.default.fileExists(atPath: file)) }
    }
  }

  /// A buffer goes on from the checkpoint, and passes that only measure memory leave it alone.
  @Test func buffersAreResumed() throws {
    let path = folder.path + "/buffers"
    for stop in [3, 8, 100] {
      var calls = 0
      let trainer = try Trainer(toyConfiguration(path), resume: stop > 3) {
        ToyModel($0, seed: $1, countsPasses: true)
      }
      _ = try trainer.run {
        calls += 1
        return calls == stop
      }
      let weights = try SafeTensors.read(path + "/weights/last.safetensors")
      #expect(weights["passes"]?.scalar == Float(trainer.iteration))
    }
    #expect(try SafeTensors.read(path + "/weights/best.safetensors")["passes"] != nil)
  }

  /// Every optimizer's state is in the checkpoint, under its name.
  @Test(arguments: [
    ("sgd, momentum: 0.9, dampening: 0.1", ["sgd.momentum"]), ("lion", ["lion.moment"]),
    ("adamW", ["adam.m", "adam.v"]), ("muon, weightDecay: 0.1", ["muon.m", "muon.v"]),
  ])
  func everyOptimizerIsResumed(optimizer: String, names: [String]) throws {
    let settings = ["optimizer={type: \(optimizer)}", "schedule.learningRate=0.001"]
    let whole = try uninterrupted(settings)
    let path = folder.path + "/stopped"
    for stop in [1, 4, 11, 100] {
      let configuration = try toyConfiguration(path, settings: settings)
      _ = try runToy(configuration, resume: stop > 1) { $0 >= stop }
    }
    try expectSame(path, whole, "with \(optimizer)")
    let checkpoint = try SafeTensors.read(path + "/checkpoints/iteration-00000020.safetensors")
    let state = checkpoint.names.filter { !["weight", "shift.bias"].contains($0) }
    #expect(state == ["weight", "shift.bias"].flatMap { parameter in names.map { "\($0).\(parameter)" } })
  }

  /// By iteration: the validations, the stages, whose last epochs are short, and the warm-up.
  @Test func aRunByIterationEndsWithTheSameBits() throws {
    let settings = [
      "schedule={epochs: null, iterations: 20, warmupEpochs: null, warmupIterations: 3, milestones: [6, 15]}",
      "schedule.stages=[{iteration: 7, patch: 12, batch: 3}]", "validation={everyEpochs: null, everyIterations: 6}",
      "validation.earlyStopping={patience: 50}",
    ]
    let whole = try uninterrupted(settings)
    let records = try String(contentsOfFile: whole + "/metrics.jsonl", encoding: .utf8).split(separator: "\n")
    #expect(records.count { $0.contains("validation") } == 4, "after 6, 12, 18 and 20 iterations")
    let log = try String(contentsOfFile: whole + "/train.log", encoding: .utf8)
    #expect(log.contains("  iteration 12/20  validation PSNR ") && log.contains("  iteration 16/20  loss "))
    #expect(!log.contains("  epoch "))
    let page = try String(contentsOfFile: whole + "/report.html", encoding: .utf8)
    #expect(page.contains("PSNR, iteration ") && !page.contains("PSNR, epoch "))
    for stops in [[5], [6, 7, 8], [13, 19], Array(1..<20)] {
      let path = folder.path + "/iterations-\(stops.count)"
      let configuration = try toyConfiguration(path, settings: settings)
      for (turn, stop) in stops.enumerated() {
        #expect(try runToy(configuration, resume: turn > 0) { $0 >= stop } == .stopped(iteration: stop))
      }
      _ = try toyTrainer(configuration, resume: true).run()
      try expectSame(path, whole, "after stops at \(stops)")
    }
    // More iterations go on from there.
    let path = folder.path + "/longer"
    _ = try toyTrainer(toyConfiguration(path, settings: settings)).run()
    let longer = settings + ["schedule.iterations=26"]
    _ = try toyTrainer(toyConfiguration(path, settings: longer), resume: true).run()
    let all = folder.path + "/all"
    _ = try toyTrainer(toyConfiguration(all, settings: longer)).run()
    #expect(try bytes(path + "/weights/last.safetensors") == bytes(all + "/weights/last.safetensors"))
  }

  @Test func loaderThreadsDoNotMatter() throws {
    let whole = try uninterrupted()
    let path = folder.path + "/threads"
    _ = try toyTrainer(
      toyConfiguration(path, settings: ["data.loader.threads=5", "data.loader.ahead=7"])
    ).run()
    for file in ["metrics.jsonl", "weights/last.safetensors"] {
      #expect(try bytes("\(path)/\(file)") == bytes("\(whole)/\(file)"))
    }
  }

  @Test func moreEpochsGoOnFromTheEnd() throws {
    let path = folder.path + "/longer"
    _ = try toyTrainer(toyConfiguration(path)).run()
    let outcome = try toyTrainer(toyConfiguration(path, settings: ["schedule.epochs=6"]), resume: true).run()
    guard case .finished = outcome else {
      Issue.record("\(outcome)")
      return
    }
    let whole = folder.path + "/whole"
    _ = try toyTrainer(toyConfiguration(whole, settings: ["schedule.epochs=6"])).run()
    #expect(try bytes(path + "/weights/last.safetensors") == bytes(whole + "/weights/last.safetensors"))
  }

  @Test func aFinishedRunStaysAsItIs() throws {
    let path = try uninterrupted()
    let before = try bytes(path + "/metrics.jsonl")
    guard case .finished(let best?) = try toyTrainer(toyConfiguration(path), resume: true).run() else {
      Issue.record("the run is not finished")
      return
    }
    #expect(best.iteration > 0)
    #expect(try bytes(path + "/metrics.jsonl") == before)
  }

  /// The photo may be put right: the work before it is not lost.
  @Test func aPhotoThatCannotBeReadLeavesACheckpoint() throws {
    let photos = folder.path + "/photos"
    try FileManager.default.createDirectory(atPath: photos, withIntermediateDirectories: true)
    for number in 0..<2 {
      let levels = (0..<40 * 40 * 3).map { UInt8(($0 * (number + 3) / 7) % 251) }
      try ImageFile.write(
        Image(width: 40, height: 40, channels: 3, samples: .uint8(levels)), to: "\(photos)/\(number).png")
    }
    let path = folder.path + "/run"
    let configuration = try toyConfiguration(
      path,
      settings: [
        "data.train={type: folder, path: \(photos), samplesPerEpoch: 10}",
        "data.loader={threads: 1, ahead: 1, cache: 0}",
        "checkpoints.everyIterations=1000",
      ])
    var reached = 0
    let error = #expect(throws: InputError.self) {
      try runToy(configuration) { iteration in
        reached = iteration
        if iteration == 3 {
          for number in 0..<2 { try! Data("no".utf8).write(to: URL(fileURLWithPath: "\(photos)/\(number).png")) }
        }
        return false
      }
    }
    #expect(error?.location.hasPrefix(photos) == true)
    #expect((3...5).contains(reached))
    let name = "iteration-0000000\(reached).safetensors"
    #expect(try FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints") == [name])
  }

  @Test func aFolderThatHoldsARunIsNotOverwritten() throws {
    let path = try uninterrupted()
    let error = #expect(throws: InputError.self) { try toyTrainer(toyConfiguration(path)) }
    #expect(error?.description.contains("--resume") == true)
  }

  @Test func onlyOneProcessTrainsInAFolder() throws {
    let path = folder.path + "/locked"
    let first = try toyTrainer(toyConfiguration(path))
    let error = #expect(throws: InputError.self) { try toyTrainer(toyConfiguration(path), resume: true) }
    #expect(error?.expected == "a folder that no other process trains in")
    _ = try first.run()
  }
}

extension Data {
  fileprivate func append(to path: String) throws {
    let file = try #require(FileHandle(forUpdatingAtPath: path))
    try file.seekToEnd()
    try file.write(contentsOf: self)
    try file.close()
  }
}
