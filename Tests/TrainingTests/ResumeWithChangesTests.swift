import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging
import RAMiTSerialization
import Testing

@testable import RAMiTRuns
@testable import RAMiTTraining

/// What may be different when a run is resumed, and what may not.
@Suite struct ResumeWithChangesTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func photo(_ number: Int) -> Image { DeadLeaves(seed: 9).image(number, width: 40, height: 36) }

  /// Three photos, one of them in a folder within.
  private func photos(_ name: String) throws -> String {
    let path = folder.path + "/" + name
    try FileManager.default.createDirectory(atPath: path + "/sub", withIntermediateDirectories: true)
    for (number, name) in ["a", "b", "sub/c"].enumerated() {
      try ImageFile.write(photo(number), to: "\(path)/\(name).png")
    }
    return path
  }

  private func configuration(_ run: String, photos: String, _ more: [String] = []) throws -> ToyRun {
    try toyConfiguration(
      "\(folder.path)/\(run)",
      settings: ["data.train={type: folder, path: \(photos), samplesPerEpoch: 10}"] + more)
  }

  private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: folder.path + path)) }

  private func log(_ run: String) throws -> String {
    try String(contentsOfFile: "\(folder.path)/\(run)/train.log", encoding: .utf8)
  }

  private func refusal(_ configuration: ToyRun, allowChanges: Bool = false) -> InputError? {
    #expect(throws: InputError.self) {
      try toyTrainer(configuration, resume: true, allowChanges: allowChanges)
    }
  }

  // MARK: Data

  @Test func theSamePhotosMayBeInAnotherPlace() throws {
    let (here, there) = (try photos("here"), try photos("there"))
    _ = try toyTrainer(configuration("whole", photos: here)).run()
    _ = try runToy(configuration("run", photos: here)) { $0 >= 7 }
    _ = try toyTrainer(configuration("run", photos: there), resume: true).run()
    #expect(try bytes("/run/weights/last.safetensors") == bytes("/whole/weights/last.safetensors"))
    #expect(try bytes("/run/metrics.jsonl") == bytes("/whole/metrics.jsonl"))
    let kept = try ToyRun(readingFile: folder.path + "/run/config.yaml")
    #expect(kept.data.train.path == there)
  }

  @Test func relativePathsAreKeptFromTheRoot() throws {
    let whole = try photos("here")
    let up = String(repeating: "../", count: FileManager.default.currentDirectoryPath.split(separator: "/").count)
    _ = try runToy(configuration("run", photos: up + whole.dropFirst())) { $0 >= 2 }
    let kept = try ToyRun(readingFile: folder.path + "/run/config.yaml").data.train.path
    #expect(kept == FileManager.default.currentDirectoryPath + "/" + up + whole.dropFirst())
    _ = try toyTrainer(configuration("run", photos: whole), resume: true)
    // From a folder in which the path leads nowhere.
    let error = refusal(try configuration("run", photos: "nowhere"))
    #expect(error?.location == "nowhere" && error?.found == "no such folder")
    #expect(error?.expected.hasSuffix(" (the run's own paths are in \(folder.path)/run/config.yaml)") == true)
  }

  @Test(arguments: [
    ("other contents", "changed files: b.png"), ("renamed", "renamed files: a.png (now z.png)"),
    ("removed", "missing files: sub/c.png"), ("added", "new files: new.png"),
  ])
  func otherPhotosAreRefused(change: String, found: String) throws {
    let path = try photos("photos")
    let configuration = try configuration("run", photos: path)
    _ = try runToy(configuration) { $0 >= 5 }
    switch change {
    case "other contents":
      // Of the same size in bytes, at the same time of change.
      let file = URL(fileURLWithPath: path + "/b.png")
      let time = try FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate]
      var data = try Data(contentsOf: file)
      try ImageFile.write(photo(7), to: file.path)
      let other = try Data(contentsOf: file)
      if other.count != data.count { data = other }
      try data.write(to: file)
      if data != other { try other.write(to: file) }
      try FileManager.default.setAttributes([.modificationDate: time as Any], ofItemAtPath: file.path)
    case "renamed": try FileManager.default.moveItem(atPath: path + "/a.png", toPath: path + "/z.png")
    case "removed": try FileManager.default.removeItem(atPath: path + "/sub/c.png")
    default: try ImageFile.write(photo(5), to: path + "/new.png")
    }
    let error = refusal(configuration)
    #expect(error?.location == folder.path + "/run" && error?.found == found)
    #expect(
      error?.expected == "the training data that the run began with (put it back, or begin another run: --output DIR"
        + " --set initialWeights=\(folder.path)/run/weights/last.safetensors)")
    // Nor does --allow-changes let them in.
    #expect(refusal(configuration, allowChanges: true)?.found == found)
  }

  /// A start of its own reads no file whose state is the same; one that was touched is read again.
  @Test func contentsAreReadOnce() throws {
    let path = try photos("photos")
    let files = ["a", "b", "sub/c"].map { (name: $0, path: "\(path)/\($0).png") }
    let first = try FileChecksums([]).records(files)
    #expect(Set(first.map(\.content)).count == 3)
    var marked = first
    for place in marked.indices { marked[place].content = "known" }
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 9)], ofItemAtPath: files[1].path)
    #expect(try FileChecksums(marked).records(files).map(\.content) == ["known", first[1].content, "known"])
  }

  /// A name of bytes that are not UTF-8.
  @Test func namesKeepTheirBytes() throws {
    let path = folder.path + "/" + String(pathBytes: [0x63, 0x61, 0x66, 0xe9])
    let descriptor = path.withPathBytes { open($0, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666) }
    try #require(descriptor >= 0)
    close(descriptor)
    let records = try FileChecksums([]).records([(name: "a", path: path)])
    #expect(records[0].bytes == 0 && !records[0].content.isEmpty)
    #expect(try JSON.decode([FileRecord].self, from: JSON.encode(records)) == records)
  }

  /// A run of before there were fingerprints goes on as it did then: the paths and the number of images decide.
  @Test func earlierRunsGoOn() throws {
    let (here, there) = (try photos("here"), try photos("there"))
    let configuration = try configuration("run", photos: here)
    _ = try runToy(configuration) { $0 >= 5 }
    let checkpoint = folder.path + "/run/checkpoints/iteration-00000005.safetensors"
    try rewrite(checkpoint) { state in
      state.fingerprints = nil
      state.isScoredOnOtherImages = nil
    }
    try FileManager.default.removeItem(atPath: folder.path + "/run/data.json")
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path + "/run/checkpoints")
    where !checkpoint.hasSuffix(name) {
      try FileManager.default.removeItem(atPath: "\(folder.path)/run/checkpoints/\(name)")
    }
    #expect(
      try refusal(self.configuration("run", photos: there))?.found == "data.train.path \(there) (was \(here))")
    _ = try runToy(configuration, resume: true) { $0 >= 9 }
    _ = try toyTrainer(self.configuration("run", photos: there), resume: true).run()
  }

  private func rewrite(_ path: String, _ change: (inout TrainingState) -> Void) throws {
    let checkpoint = try Checkpoint(reading: path)
    var state = checkpoint.state
    change(&state)
    let trainStep = try TrainStep(
      ToyModel(ToyArchitecture(task: .x2), seed: 3), toyConfiguration(folder.path + "/other").training)
    try checkpoint.restore(trainStep)
    try CheckpointSnapshot(trainStep, state: state, configuration: checkpoint.configuration)
      .writeCheckpoint(to: path)
  }

  /// A photo that stopped the run may be put right, with other contents than the broken ones.
  @Test func aPhotoThatCouldNotBeReadMayBePutRight() throws {
    let path = try photos("photos")
    let whole = try Data(contentsOf: URL(fileURLWithPath: path + "/b.png"))
    // The header is whole, the pixels are not.
    try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: path + "/b.png"))
    var reached = 0
    let settings = ["data.loader={threads: 1, ahead: 1, cache: 0}"]
    let stopped = try configuration("run", photos: path, settings)
    for seed in 0..<9 where reached == 0 {
      try? FileManager.default.removeItem(atPath: folder.path + "/run")
      let configuration = try configuration("run", photos: path, settings + ["seed=\(seed)"])
      #expect(throws: InputError.self) {
        try runToy(configuration) {
          reached = $0; return false
        }
      }
      guard reached > 0 else { continue }
      #expect(throws: InputError.self) { try toyTrainer(configuration, resume: true).run() }
      try whole.write(to: URL(fileURLWithPath: path + "/b.png"))
      _ = try toyTrainer(configuration, resume: true).run()
    }
    #expect(reached > 0 && stopped.seed == 3)
  }

  @Test func validationMayChangeAndItsBestBeginsAnew() throws {
    let path = try photos("photos")
    _ = try runToy(configuration("run", photos: path)) { $0 >= 12 }
    let other = try configuration("run", photos: path, ["data.validation.images=2", "validation.everyEpochs=1"])
    guard case .finished(let best?) = try toyTrainer(other, resume: true).run() else {
      Issue.record("the run is not finished")
      return
    }
    #expect(best.iteration > 12)
    #expect(try log("run").contains("validation on different images than before"))
    let history = try RunHistory(reading: folder.path + "/run/metrics.jsonl") { Issue.record($0) }
    #expect(history.best?.iteration == best.iteration)
    #expect(history.validations.map { $0.onOtherImages ?? false } == [false, true, false])
  }

  // MARK: Configuration

  @Test func refusedKeysAreNamedWithBothValues() throws {
    let path = folder.path + "/run"
    _ = try runToy(toyConfiguration(path)) { $0 >= 4 }
    let error = try refusal(
      toyConfiguration(path, settings: ["data.train.batch=5", "optimizer.epsilon=1e-6", "schedule.learningRate=0.01"]),
      allowChanges: true)
    #expect(error?.location == path && error?.expected.contains("--output DIR") == true)
    #expect(error?.found == "data.train.batch 5 (was 2); optimizer.epsilon 1e-06 (was 1e-08)")
  }

  @Test func aLowerRateMayBeAllowed() throws {
    let path = folder.path + "/run"
    _ = try runToy(toyConfiguration(path)) { $0 >= 8 }
    let lower = try toyConfiguration(path, settings: ["schedule.learningRate=0.01", "gradients.clipNorm=0.5"])
    let error = refusal(lower)
    #expect(
      error?.expected
        == "the configuration that the run began with (--allow-changes allows another learning rate or"
        + " clipping)")
    #expect(error?.found == "gradients.clipNorm 0.5 (was -); schedule.learningRate 0.01 (was 0.05)")
    _ = try toyTrainer(lower, resume: true, allowChanges: true).run()
    #expect(try log("run").contains("changed: schedule.learningRate 0.01 (was 0.05)"))
    let starts = try RunStarts(reading: path + "/environment.json").starts
    #expect(
      starts.map(\.changes) == [nil, ["gradients.clipNorm 0.5 (was -)", "schedule.learningRate 0.01 (was 0.05)"]])
    let history = try RunHistory(reading: path + "/metrics.jsonl") { Issue.record($0) }
    let rates = history.learningRates.map(\.y), expected = [0.03, 0.05, 0.01 / 2, 0.01 / 4, 0.01 / 4]
    #expect(rates.count == 5 && zip(rates, expected).allSatisfy { abs($0 - $1) < 1e-12 }, "\(rates)")
    // From now on this is the run's configuration.
    _ = try toyTrainer(lower, resume: true)
    #expect(try refusal(toyConfiguration(path))?.found.hasPrefix("gradients.clipNorm - (was 0.5)") == true)
  }

  /// The way out that the message of a loss that is not finite shows.
  @Test func theAdviceOfALossThatIsNotFiniteCanBeFollowed() throws {
    let path = folder.path + "/run"
    let configuration = try toyConfiguration(path)
    let error = #expect(throws: InputError.self) {
      try toyTrainer(configuration) { $0 == 9 ? .infinity : 1 }.run()
    }
    #expect(error?.expected.contains("--resume --allow-changes --set schedule.learningRate=") == true)
    let lower = try toyConfiguration(path, settings: ["schedule.learningRate=0.001"])
    guard case .finished = try toyTrainer(lower, resume: true, allowChanges: true).run() else {
      Issue.record("the run is not finished")
      return
    }
  }

  /// Nothing was learned yet: another configuration begins the run.
  @Test func aRunWithoutACheckpointBeginsAnew() throws {
    let path = folder.path + "/run"
    _ = try toyTrainer(toyConfiguration(path))
    _ = try toyTrainer(
      toyConfiguration(path, settings: ["data.train.batch=5", "schedule.learningRate=0.01"]), resume: true
    )
    .run()
    #expect(try log("run").contains("no checkpoint in the folder: the run starts over"))
  }
}
