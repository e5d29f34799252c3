import Foundation
import RAMiTDiagnostics
import RAMiTModels
import RAMiTProcessGroup
import RAMiTSerialization
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

@testable import RAMiTExperiments
@testable import RAMiTTraining

/// Threads for ranks train the toy: the bits are those of one process.
@Suite struct RanksTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

  private func log(_ path: String) throws -> String { try String(contentsOfFile: path + "/train.log", encoding: .utf8) }

  /// Trains on several ranks.
  /// - Parameter isStopRequested: gets the rank and the iterations that it has done.
  private func train(
    _ configuration: ToyRun, ranks count: Int, resume: Bool = false,
    makeModel: @escaping @Sendable (_ rank: Int, ToyArchitecture, UInt64) -> ToyModel = { ToyModel($1, seed: $2) },
    isStopRequested: @escaping @Sendable (_ rank: Int, _ iteration: Int) -> Bool = { _, _ in false }
  ) -> [Result<TrainingOutcome, any Error>] {
    ThreadGroup.run(count) { group in
      let ranks = try Ranks(group)
      return try ranks.share {
        let trainer = try Trainer(configuration, resume: resume, ranks: ranks) { makeModel(group.rank, $0, $1) }
        return try trainer.run { isStopRequested(group.rank, trainer.iteration) }
      }
    }
  }

  private func expectSame(_ path: String, _ whole: String, _ note: String) throws {
    for file in ["metrics.jsonl", "weights/last.safetensors", "weights/best.safetensors"] {
      #expect(try bytes("\(path)/\(file)") == bytes("\(whole)/\(file)"), "\(file) differs \(note)")
    }
    let last = try FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints").max()!
    let (ours, theirs) = (
      try SafeTensors.read("\(path)/checkpoints/\(last)"), try SafeTensors.read("\(whole)/checkpoints/\(last)")
    )
    for (name, tensor) in ours { #expect(tensor.array == theirs[name]?.array, "\(name) differs \(note)") }
  }

  /// With an average, clipping, a stage of another size and a moment optimizer.
  private static func settings(parts: Int) -> [String] {
    [
      "gradients={accumulate: \(parts), clipNorm: 0.01}", "ema={decay: 0.9}", "data.train.batch=8",
      "data.train.samplesPerEpoch=40", "data.validation.images=5", "validation.samples=2",
      "schedule.stages=[{epoch: 2, patch: 12, batch: 11}]",
    ]
  }

  @Test(arguments: [4, 6, 8]) func anyNumberOfRanksGivesTheSameBits(parts: Int) throws {
    let settings = Self.settings(parts: parts)
    let whole = folder.path + "/whole"
    _ = try toyTrainer(toyConfiguration(whole, settings: settings)).run()
    for count in [2, 3, 4] {
      let path = folder.path + "/\(count)"
      for result in train(try toyConfiguration(path, settings: settings), ranks: count) {
        guard case .finished(let best?) = try result.get() else {
          Issue.record("the run is not finished")
          return
        }
        #expect(best.result.psnr > 10)
      }
      try expectSame(path, whole, "with \(parts) parts on \(count) ranks")
      #expect(try log(path).contains("\(count) ranks on "))
      for sample in try FileManager.default.contentsOfDirectory(atPath: whole + "/samples")
      where sample.hasSuffix(".png") {
        #expect(try bytes("\(path)/samples/\(sample)") == bytes("\(whole)/samples/\(sample)"))
      }
    }
  }

  /// Any rank may be asked; the next start has another number of ranks.
  @Test func aStoppedRunResumesOnAnotherNumberOfRanks() throws {
    let settings = Self.settings(parts: 6)
    let whole = folder.path + "/whole", path = folder.path + "/run"
    _ = try toyTrainer(toyConfiguration(whole, settings: settings)).run()
    let configuration = try toyConfiguration(path, settings: settings)
    let starts = [(3, 2), (5, 1), (8, 4), (10, 6), (13, 3)]
    for (stop, count) in starts {
      let outcomes = train(
        configuration, ranks: count, resume: stop > 3,
        isStopRequested: { rank, iteration in rank == count - 1 && iteration >= stop })
      for outcome in outcomes { #expect(try outcome.get() == .stopped(iteration: stop)) }
    }
    for outcome in train(configuration, ranks: 2, resume: true) { _ = try outcome.get() }
    try expectSame(path, whole, "after stops")
  }

  /// What one rank meets ends all at the same iteration, with its name, and the state before it is saved.
  @Test(arguments: [0, 2]) func anErrorOfOneRankIsEverybodys(culprit: Int) throws {
    let settings = Self.settings(parts: 4)
    let whole = folder.path + "/whole", path = folder.path + "/run"
    _ = try toyTrainer(toyConfiguration(whole, settings: settings)).run()
    let configuration = try toyConfiguration(path, settings: settings)
    // The toy's contexts count the parts of all iterations.
    let results = train(configuration, ranks: 3) { rank, architecture, seed in
      ToyModel(architecture, seed: seed, spoil: { rank == culprit && $0 / 4 == 7 ? .infinity : 1 })
    }
    for result in results {
      let error = #expect(throws: InputError.self) { try result.get() }
      let text = error?.description ?? ""
      #expect(text.hasPrefix("rank \(culprit) on ") && text.contains("iteration 8: expected a finite loss"), "\(text)")
    }
    #expect(FileManager.default.fileExists(atPath: path + "/checkpoints/iteration-00000007.safetensors"))
    for outcome in train(configuration, ranks: 2, resume: true) { _ = try outcome.get() }
    try expectSame(path, whole, "after an error")
  }

  @Test func messagesMayBeNil() throws {
    let results = ThreadGroup.run(3) { try Ranks($0).gather($0.rank == 1 ? 5 : nil) }
    for result in results { #expect(try result.get() == [nil, 5, nil]) }
    #expect(try Ranks().gather(Int?.none) == [nil])
  }

  /// A loss of one rank's part, and a gradient: all ranks skip the step, whoever has met it.
  @Test func anyNumberOfRanksSkipsTheSameSteps() throws {
    let settings = Self.settings(parts: 4) + ["gradients.onNonFinite=skip"]
    // The toy's contexts count the parts of all iterations.
    let spoiled = { @Sendable (_: Int, architecture: ToyArchitecture, seed: UInt64) in
      ToyModel(
        architecture, seed: seed, spoil: { [4 * 3, 4 * 7 + 2, 4 * 7 + 3].contains($0) ? .nan : 1 },
        spoilGradient: { $0 == 4 * 11 + 1 ? .infinity : 1 })
    }
    let whole = folder.path + "/1"
    _ = try Trainer(toyConfiguration(whole, settings: settings), resume: false) { spoiled(0, $0, $1) }.run()
    let lines = try String(contentsOfFile: whole + "/metrics.jsonl", encoding: .utf8).split(separator: "\n")
    let skipped = lines.filter { $0.contains("skipped") }
    #expect(skipped.count == 3, "\(lines)")
    #expect(
      skipped.last == #"{"epoch":2,"iteration":12,"kind":"skipped","reason":"a gradient of weight that is not finite"}"#
    )
    for count in [2, 3, 4] {
      let path = folder.path + "/\(count)"
      for result in train(try toyConfiguration(path, settings: settings), ranks: count, makeModel: spoiled) {
        _ = try result.get()
      }
      try expectSame(path, whole, "on \(count) ranks")
    }
  }

  @Test func otherWeightsAreNoticed() throws {
    let configuration = try toyConfiguration(folder.path + "/run", settings: Self.settings(parts: 4))
    // A fault of one rank's processor: after the exchange its gradients are others.
    let results = ThreadGroup.run(2) { group in
      let ranks = try Ranks(group)
      return try ranks.share {
        let trainer = try Trainer(configuration, resume: false, ranks: ranks)
        return try trainer.run {
          if group.rank == 1, trainer.iteration == 3 { trainer.trainStep.model.parameters.values.pointer[1] += 1e-6 }
          return false
        }
      }
    }
    for result in results {
      let error = #expect(throws: InputError.self) { try result.get() }
      let text = error?.description ?? ""
      #expect(
        text.contains("iteration 3: expected the same weights on all ranks, found others on rank 1 on "), "\(text)")
    }
  }

  @Test func ranksThatDifferAreRefused() throws {
    func refusal(_ change: @escaping @Sendable (_ rank: Int) -> [String], ranks count: Int = 3) throws -> String {
      let path = folder.path + "/refused"
      let results = ThreadGroup.run(count) { group in
        let ranks = try Ranks(group)
        return try ranks.share {
          let settings = Self.settings(parts: 4) + change(group.rank)
          _ = try Trainer(toyConfiguration(path, settings: settings), resume: false, ranks: ranks)
        }
      }
      let texts = Set(results.map { "\($0)" })
      #expect(texts.count == 1, "all ranks tell the same: \(texts)")
      #expect(!FileManager.default.fileExists(atPath: path))
      return results.first.map { if case .failure(let error) = $0 { "\(error)" } else { "none" } } ?? "none"
    }
    #expect(
      try refusal { $0 == 2 ? ["seed=4"] : [] }.contains("expected the same configuration, seed: 3, as rank 0 on "))
    #expect(try refusal { $0 == 1 ? ["data.train.samplesPerEpoch=48"] : [] }.hasPrefix("rank 1 on "))
    #expect(
      try refusal({ _ in [] }, ranks: 5)
        == "gradients.accumulate: expected at least a part of the batch for each of 5 ranks (their number decides the "
        + "result), found 4")
  }

  @Test func buffersThatTrainingChangesAreRefused() throws {
    let configuration = try toyConfiguration(folder.path + "/run", settings: Self.settings(parts: 4))
    let results = train(configuration, ranks: 2) { ToyModel($1, seed: $2, countsPasses: true) }
    for result in results {
      let error = #expect(throws: InputError.self) { try result.get() }
      #expect(error?.found == "passes, which every part of a batch changes")
    }
  }

  @Test func imagesAreDealtOut() {
    #expect(Validator.deal(6, shown: 0, ranks: 1) == [0, 0, 0, 0, 0, 0])
    #expect(Validator.deal(7, shown: 2, ranks: 3) == [0, 0, 2, 1, 2, 1, 2])
    #expect(Validator.deal(4, shown: 9, ranks: 3) == [0, 0, 0, 0])
    let many = Validator.deal(100, shown: 4, ranks: 8)
    #expect((0..<8).allSatisfy { rank in 12...13 ~= many.count { $0 == rank } })
  }

  @Test func everyBitCountsInAChecksum() {
    let values = Tensor((0..<1000).map { Float($0) }, [1000])
    let before = values.checksum
    for place in [0, 1, 500, 999] {
      let bits = values.pointer[place].bitPattern
      for bit in 0..<32 {
        values.pointer[place] = Float(bitPattern: bits ^ 1 << UInt32(bit))
        #expect(values.checksum != before)
      }
      values.pointer[place] = Float(bitPattern: bits)
    }
    (values.pointer[3], values.pointer[4]) = (values.pointer[4], values.pointer[3])
    #expect(values.checksum != before)
  }
}
