import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTSerialization
import Testing

@testable import RAMiTTraining

/// Checkpoints are written while the next steps run, and nothing else is different.
@Suite struct BackgroundSaveTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func names(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  /// A step takes a while.
  private func trainer(_ configuration: ToyRun, stepMilliseconds: UInt32) throws -> Trainer<ToyArchitecture> {
    try toyTrainer(configuration) { _ in
      usleep(stepMilliseconds * 1000)
      return 1
    }
  }

  /// No checkpoint is done before five more steps are: a training that waited for the disk would never take them.
  @Test func stepsDoNotWaitForASlowDisk() throws {
    let checkpoints = folder.path + "/slow/checkpoints"
    let configuration = try toyConfiguration(
      folder.path + "/slow",
      settings: ["schedule.epochs=12", "data.validation={type: none}", "checkpoints.everyIterations=10"])
    let steps = StepCount()
    try FileChange.observing { change in
      guard case .rename(_, let file) = change, file.hasPrefix(checkpoints + "/iteration-"),
        let iteration = file.firstMatch(of: /(\d+)\.safetensors/).flatMap({ Int($0.1) }), iteration < 60
      else { return }
      steps.wait(for: iteration + 5)
    } _: {
      let trainer = try toyTrainer(configuration)
      _ = try trainer.run {
        steps.set(trainer.iteration)
        return false
      }
    }
    #expect(steps.awaited == [15, 25, 35, 45, 55] && steps.missed.isEmpty, "never came: \(steps.missed)")
    #expect(try names(checkpoints).last == "iteration-00000060.safetensors")
  }

  /// Steps that are quicker than the disk wait for the last checkpoint before they make the next, and each holds the
  /// values of its own iteration.
  @Test func everyCheckpointIsOfItsIteration() throws {
    let settings = ["checkpoints={everyIterations: 1, keep: 100}", "ema={decay: 0.9}"]
    let quick = folder.path + "/quick"
    let slow = folder.path + "/slow"
    _ = try toyTrainer(toyConfiguration(quick, settings: settings)).run()
    let disk = SlowDisk(of: slow, latency: 0.002)
    try FileChange.observing(disk.observe) {
      let trainer = try toyTrainer(toyConfiguration(slow, settings: settings))
      _ = try trainer.run()
      #expect(trainer.secondsWaited > 0.01)
    }
    #expect(try names(slow + "/checkpoints") == names(quick + "/checkpoints"))
    for name in try names(quick + "/checkpoints") {
      let (ours, theirs) = (
        try SafeTensors.read("\(slow)/checkpoints/\(name)"), try SafeTensors.read("\(quick)/checkpoints/\(name)")
      )
      #expect(ours.names == theirs.names)
      for (tensor, values) in ours { #expect(values.array == theirs[tensor]?.array, "\(tensor) of \(name)") }
    }
    // One save at a time, beside one report.
    #expect(disk.mostSyncing <= 2)
  }

  @Test func aSaveThatFailsEndsTheRunWithItsLine() throws {
    let path = folder.path + "/run"
    let trainer = try trainer(toyConfiguration(path), stepMilliseconds: 5)
    let error = #expect(throws: InputError.self) {
      try trainer.run {
        if trainer.iteration == 2 { try! FileManager.default.removeItem(atPath: path + "/checkpoints") }
        return false
      }
    }
    #expect(
      error
        == InputError(
          path + "/checkpoints/iteration-00000003.safetensors", expected: "a file that can be written",
          found: "no such file or directory"))
    // The next step, or the next save.
    #expect((3...6).contains(trainer.iteration))
  }

  @Test func theLastSaveIsAwaited() throws {
    let path = folder.path + "/run"
    let trainer = try toyTrainer(toyConfiguration(path, settings: ["checkpoints.everyIterations=1000"]))
    let error = #expect(throws: InputError.self) {
      try trainer.run {
        guard trainer.iteration == 13 else { return false }
        // The one before is there, however slow the disk is.
        try! trainer.writer.wait()
        try! FileManager.default.removeItem(atPath: path + "/checkpoints")
        return true
      }
    }
    #expect(error?.location == path + "/checkpoints/iteration-00000013.safetensors")
    // The error of a step comes after that of the save before it.
    let other = folder.path + "/other"
    let spoiled = try toyTrainer(toyConfiguration(other)) { $0 == 12 ? .nan : 1 }
    let first = #expect(throws: InputError.self) {
      try spoiled.run {
        guard spoiled.iteration == 12 else { return false }
        try! spoiled.writer.wait()
        try! FileManager.default.removeItem(atPath: other + "/checkpoints")
        return false
      }
    }
    #expect(first?.location == other + "/checkpoints/iteration-00000012.safetensors")
  }

  /// How long steps have waited is in the record of the start.
  @Test func waitingIsRecorded() throws {
    let path = folder.path + "/run"
    let trainer = try toyTrainer(toyConfiguration(path))
    _ = try trainer.run()
    let text = try String(contentsOfFile: path + "/environment.json", encoding: .utf8)
    #expect(text.contains(/"secondsWaited" ?: ?\d/) && text.contains(/"lastIteration" ?: ?20\b/), "\(text)")
  }
}

/// The steps that a training has taken, for which others wait.
private final class StepCount: @unchecked Sendable {
  private let condition = NSCondition()
  private var count = 0
  private(set) var awaited: [Int] = [], missed: [Int] = []

  func set(_ count: Int) {
    condition.lock()
    self.count = count
    condition.broadcast()
    condition.unlock()
  }

  /// Returns when so many are done; a minute later they are missed.
  func wait(for count: Int) {
    condition.lock()
    let end = Date.now + 60
    while self.count < count, condition.wait(until: end) {}
    awaited.append(count)
    if self.count < count { missed.append(count) }
    condition.unlock()
  }
}
