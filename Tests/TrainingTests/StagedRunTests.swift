import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTSerialization
import RAMiTTensorCore
import Testing

@testable import RAMiTTraining

/// Runs with everything in them: a warm start, stages, accumulated and clipped gradients, weight decay, and an average.
@Suite struct StagedRunTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

  /// Weights of the toy, as those of another scale.
  private func firstWeights(_ name: String = "first.safetensors") throws -> String {
    let path = folder.path + "/" + name
    let tensors = NamedTensors([("weight", Tensor([0.7, 0.8, 0.9], [3])), ("shift.bias", Tensor([9, 9, 9], [3]))])
    try SafeTensors.write(tensors, to: path)
    return path
  }

  /// Eight epochs of 10 samples: 2 of a warm start in batches of 4, then 2 of 4, 2 of 3 and 2 of 2 patches: 4 x 2,
  /// 2 x 3 and 2 x 5 iterations.
  private func configuration(_ output: String, settings: [String] = []) throws -> ToyRun {
    let yaml = """
      name: staged
      task: x2
      seed: 4
      output: \(output)
      data:
        train: {type: procedural, samplesPerEpoch: 10, patch: 8, batch: 4}
        validation: {type: procedural, images: 2}
      warmStart: {weights: \(try firstWeights()), epochs: 2, module: shift, reinitialised: module}
      schedule:
        epochs: 6
        learningRate: 0.02
        warmupEpochs: 1
        decay: cosine
        stages: [{epoch: 2, patch: 12, batch: 3}, {epoch: 4, patch: 16, batch: 2}]
      optimizer: {weightDecay: 0.01, weightDecayKind: l2}
      gradients: {accumulate: 2, clipNorm: 0.1}
      ema: {decay: 0.9}
      validation: {everyEpochs: 3, samples: 1}
      checkpoints: {everyIterations: 4, keep: 2}
      logging: {everyIterations: 3}
      """
    return try ToyRun(yaml: yaml, file: "staged.yaml", settings: settings)
  }

  /// How often runs are stopped at random moments, and killed.
  private static let count = Reliability.isFull ? 100 : 20

  @Test func interruptedRunsEndWithTheSameBits() throws {
    let whole = folder.path + "/whole"
    _ = try toyTrainer(configuration(whole)).run()
    let last = "checkpoints/iteration-00000024.safetensors"
    let expected = try SafeTensors.read("\(whole)/\(last)")
    #expect(expected.names.contains("ema.weight"))
    var random = RandomNumbers(seed: 20)
    var equal = 0
    for number in 0..<Self.count {
      let path = folder.path + "/run-\(number)"
      // Moments are after steps and before a validation's images: 24 + 3 x 2 of them in a run that is not stopped.
      var stops = 1 + random.below(3)
      var isBegun = false
      while true {
        var moments = stops > 0 ? 1 + random.below(20) : Int.max
        stops -= 1
        let trainer = try toyTrainer(
          configuration(path, settings: ["data.loader.threads=\(1 + number % 4)"]), resume: isBegun)
        isBegun = true
        let outcome = try trainer.run {
          moments -= 1
          return moments == 0
        }
        if case .finished = outcome { break }
      }
      let files = ["metrics.jsonl", "weights/last.safetensors", "weights/best.safetensors"]
      let ours = try SafeTensors.read("\(path)/\(last)")
      let isEqual =
        try files.allSatisfy { try bytes("\(path)/\($0)") == bytes("\(whole)/\($0)") }
        && ours.names == expected.names && ours.allSatisfy { $0.tensor.array == expected[$0.name]?.array }
      #expect(isEqual, "run \(number)")
      if isEqual { equal += 1 }
    }
    #expect(equal == Self.count)
  }

  /// A kill between any two changes of files: within a save, a validation, an epoch.
  @Test func killedRunsEndWithTheSameBits() throws {
    let whole = folder.path + "/whole"
    let last = "checkpoints/iteration-00000024.safetensors"
    let recorder = ChangeRecorder(of: whole)
    try FileChange.observing(recorder.observe) { _ = try toyTrainer(configuration(whole)).run() }
    let (changes, expected) = (recorder.changes, try SafeTensors.read("\(whole)/\(last)"))
    var random = RandomNumbers(seed: 21)
    for number in 0..<Self.count {
      let moment = random.below(changes.count)
      let path = "\(folder.path)/killed-\(number)"
      var disk = CrashedDisk()
      for change in changes[...moment] { disk.apply(change) }
      try disk.write(.whole, .whole, of: whole, to: path)
      _ = try toyTrainer(configuration(path), resume: true).run()
      for file in ["metrics.jsonl", "weights/last.safetensors", "weights/best.safetensors"] {
        #expect(
          try bytes("\(path)/\(file)") == bytes("\(whole)/\(file)"), "\(file), killed at \(moment)")
      }
      let ours = try SafeTensors.read("\(path)/\(last)")
      #expect(ours.names == expected.names)
      for (name, tensor) in ours {
        #expect(
          tensor.array == expected[name]?.array, "\(name), killed at \(moment) of \(changes.count)")
      }
      try FileManager.default.removeItem(atPath: path)
    }
  }

  @Test func aWarmStartTrainsItsModuleAloneFromTheGivenWeights() throws {
    let path = folder.path + "/warm"
    let settings = [
      "ema.decay=null", "checkpoints.everyIterations=1", "checkpoints.keep=100", "warmStart.reinitialised=mismatched",
    ]
    _ = try toyTrainer(configuration(path, settings: settings)).run()
    func checkpoint(_ iteration: Int) throws -> NamedTensors {
      let digits = iteration < 10 ? "0\(iteration)" : "\(iteration)"
      return try SafeTensors.read("\(path)/checkpoints/iteration-000000\(digits).safetensors")
    }
    for iteration in 1...4 {
      let tensors = try checkpoint(iteration)
      #expect(tensors["weight"]!.array == [0.7, 0.8, 0.9], "only the module learns")
      #expect(tensors["adam.m.weight"]!.array == [0, 0, 0])
      // At a constant rate of 0.02, Adam's first steps are of that size.
      let bias = tensors["shift.bias"]!.array
      #expect(bias.allSatisfy { $0 < 9 && $0 > 9 - 0.021 * Float(iteration) }, "\(bias)")
    }
    // Then the warm-up begins at 0, with moments of its own: after one step they are a tenth of one gradient, and a
    // hundredth of its square.
    let first = try checkpoint(5)
    #expect(first["shift.bias"]!.array == (try checkpoint(4))["shift.bias"]!.array)
    for name in ["weight", "shift.bias"] {
      let means = first["adam.m.\(name)"]!.array, squares = first["adam.v.\(name)"]!.array
      for (mean, square) in zip(means, squares) { #expect(abs(mean * mean / square - 1) < 1e-4 && mean != 0) }
    }
    #expect(try checkpoint(6)["weight"]!.array != [0.7, 0.8, 0.9])
    let log = try String(contentsOfFile: path + "/train.log", encoding: .utf8)
    #expect(log.contains("epoch 1/8  trains shift on 4 patches of 8"))
    #expect(log.contains("epoch 5/8  trains all on 3 patches of 12"))
  }

  @Test func whatBeginsAnewIsInTheLog() throws {
    let path = folder.path + "/anew"
    let trainer = try toyTrainer(configuration(path))
    let log = try String(contentsOfFile: path + "/train.log", encoding: .utf8)
    #expect(log.contains("first.safetensors; reinitialised: all of shift\n"))
    _ = try trainer.run { true }
    let bias = try SafeTensors.read(path + "/checkpoints/iteration-00000001.safetensors")["shift.bias"]!.array
    #expect(bias.allSatisfy { abs($0) < 0.2 }, "not the file's")
  }

  @Test func fineTuningBeginsWithAllWeights() throws {
    let path = folder.path + "/tuned"
    var settings = ["warmStart.weights=null", "initialWeights=\(try firstWeights())", "schedule.learningRate=1e-9"]
    _ = try toyTrainer(configuration(path, settings: settings)).run()
    let weights = try SafeTensors.read(path + "/weights/last.safetensors")
    #expect(zip(weights["weight"]!.array, [0.7, 0.8, 0.9]).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(weights["shift.bias"]!.array.allSatisfy { abs($0 - 9) < 1e-5 })

    settings[1] = "initialWeights=nowhere.safetensors"
    #expect(throws: InputError.self) { try toyTrainer(configuration(folder.path + "/none", settings: settings)) }
  }

  @Test func theAverageIsWhatIsSavedAndScored() throws {
    let path = folder.path + "/average", plain = folder.path + "/plain"
    _ = try toyTrainer(configuration(path)).run()
    _ = try toyTrainer(configuration(plain, settings: ["ema.decay=null"])).run()
    let last = "/checkpoints/iteration-00000024.safetensors"
    let (ours, other) = (try SafeTensors.read(path + last), try SafeTensors.read(plain + last))
    let saved = try SafeTensors.read(path + "/weights/last.safetensors")
    for name in ["weight", "shift.bias"] {
      #expect(ours[name]!.array == other[name]!.array, "the average does not change what is learned")
      #expect(saved[name]!.array == ours["ema." + name]!.array)
      #expect(saved[name]!.array != ours[name]!.array)
    }
    #expect(try bytes(path + "/metrics.jsonl") != bytes(plain + "/metrics.jsonl"))
  }
}
