import Foundation
import RAMiTDatasets
import RAMiTImaging
import RAMiTTensorCore
import Synchronization
import Testing

@testable import RAMiTExperiments
@testable import RAMiTTraining

/// Each sample of an epoch is learned from once, however often the run is interrupted.
@Suite struct SamplesOnceTests {
  /// The samples of each step that counted: those of its last attempt.
  private final class Learned: Sendable {
    private let steps = Mutex<[Int: [[UInt32]]]>([:])
    /// Passes that only measure memory are no steps.
    let isLearning = Atomic<Bool>(false)

    func add(_ step: Int, _ images: Tensor) {
      guard isLearning.load(ordering: .relaxed) else { return }
      let samples = (0..<images.shape[0]).map { images.slice($0..<$0 + 1).array.map(\.bitPattern) }
      steps.withLock { $0[step] = samples }
    }

    func forget(from step: Int) { steps.withLock { $0 = $0.filter { $0.key < step } } }

    func samples(_ steps: Range<Int>) -> [[UInt32]] { self.steps.withLock { all in steps.flatMap { all[$0] ?? [] } } }
  }

  private static func order(_ samples: [[UInt32]]) -> [[UInt32]] { samples.sorted { $0.lexicographicallyPrecedes($1) } }

  @Test(arguments: Reliability.isFull ? Array(1...20) : [1, 2]) func fiveInterruptedEpochsAreThePlan(seed: Int) throws {
    let folder = try TemporaryFolder()
    let photos = folder.path + "/photos"
    try FileManager.default.createDirectory(atPath: photos, withIntermediateDirectories: true)
    var random = RandomNumbers(seed: UInt64(seed))
    for number in 0..<11 {
      let levels = (0..<40 * 32 * 3).map { _ in UInt8(random.below(256)) }
      try ImageFile.write(
        Image(width: 40, height: 32, channels: 3, samples: .uint8(levels)), to: "\(photos)/\(number).png")
    }
    // 22 samples of an epoch, each photo twice, in batches of 2.
    let yaml = """
      task: dn
      seed: \(seed)
      data: {train: {type: folder, path: \(photos), repeat: 2, patch: 8, batch: 2}, loader: {threads: 3, ahead: 5}}
      schedule: {epochs: 5, learningRate: 0.01, warmupEpochs: 0, milestones: []}
      checkpoints: {everyIterations: 4, keep: 2}
      """
    let learned = Learned()
    var path = folder.path + "/run-0"
    var starts = 0
    while true {
      let run = try ToyRun(yaml: yaml, file: "once.yaml", settings: ["output=\(path)"])
      let trainer = try Trainer(run, resume: starts > 0) { ToyModel($0, seed: $1, onInput: learned.add) }
      learned.isLearning.store(true, ordering: .relaxed)
      defer { learned.isLearning.store(false, ordering: .relaxed) }
      // Steps after the checkpoint are taken again.
      learned.forget(from: trainer.iteration)
      let (steps, isKilled) = (1 + random.below(9), random.below(2) == 0)
      let stop = starts < 12 ? trainer.iteration + steps : .max
      let next = "\(folder.path)/run-\(starts + 1)"
      let outcome = try trainer.run {
        guard trainer.iteration == stop else { return false }
        // What a killed process leaves.
        if isKilled { try! copyKilledRun(path, to: next) }
        return true
      }
      if case .finished = outcome { break }
      if isKilled { path = next }
      starts += 1
    }
    #expect(starts > 5)

    let run = try ToyRun(yaml: yaml, file: "once.yaml")
    let found = try run.training.data.train.find(
      for: .dn, seed: UInt64(seed), memory: PhotoCache(bytes: 1 << 20), report: { Issue.record($0) })
    let sampler = PatchSampler(found.pairs, PatchSettings(patch: 8, scale: 1, noise: 0...50), seed: UInt64(seed))
    for epoch in 0..<5 {
      let plan = try (0..<22).map { index in
        try Batch([sampler.patches(pair: epoch * 22 + index, epoch: epoch, index: index)]).input.array.map(\.bitPattern)
      }
      #expect(Set(plan).count == 22)
      #expect(Self.order(learned.samples(epoch * 11..<(epoch + 1) * 11)) == Self.order(plan), "epoch \(epoch)")
    }
  }
}

/// How much the tests of reliability do: `RAMIT_FULL=1` asks for all.
enum Reliability { static let isFull = ProcessInfo.processInfo.environment["RAMIT_FULL"] == "1" }
