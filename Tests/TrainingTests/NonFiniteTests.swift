import Foundation
import RAMiTDiagnostics
import RAMiTSerialization
import Testing

@testable import RAMiTExperiments
@testable import RAMiTTraining

/// A value of a step that is not finite: the run stops or skips the step, as it is configured, names what it has found,
/// and never saves it.
@Suite struct NonFiniteTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  enum Place: String, CaseIterable { case input, output, loss, gradient, weight }

  /// The steps with a value that is not finite, counted from 0.
  private static let steps = [0, 1, 2, 5, 7, 9, 10, 13, 18, 19]

  /// Squared errors, whose sum can be infinite though the output is not, and all checkpoints kept.
  private func configuration(_ name: String, _ settings: [String] = []) throws -> ToyRun {
    try toyConfiguration(
      folder.path + "/" + name,
      settings: ["loss=mse", "ema={decay: 0.9}", "checkpoints={everyIterations: 3, keep: 100}"] + settings)
  }

  private func trainer(_ configuration: ToyRun, _ place: Place?, at steps: Set<Int>, resume: Bool = false) throws
    -> Trainer<ToyArchitecture>
  {
    @Sendable func factor(_ step: Int, _ here: Place, _ value: Float) -> Float {
      here == place && steps.contains(step) ? value : 1
    }
    return try Trainer(configuration, resume: resume) {
      ToyModel(
        $0, seed: $1, spoil: { factor($0, .output, $0 % 2 == 0 ? .nan : .infinity) * factor($0, .loss, 1e30) },
        spoilGradient: { factor($0, .gradient, $0 % 2 == 0 ? .nan : -.infinity) },
        onInput: { $1.pointer[0] *= factor($0, .input, .nan) })
    }
  }

  private func names(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  /// All that was saved is finite.
  private func expectFiniteFiles(_ path: String) throws {
    for part in ["checkpoints", "weights"] where FileManager.default.fileExists(atPath: "\(path)/\(part)") {
      for name in try names("\(path)/\(part)") {
        for (tensor, values) in try SafeTensors.read("\(path)/\(part)/\(name)") {
          #expect(values.array.allSatisfy { $0.isFinite }, "\(tensor) in \(path)/\(part)/\(name)")
        }
      }
    }
  }

  private func skippedLines(_ path: String) throws -> [String] {
    try String(contentsOfFile: path + "/metrics.jsonl", encoding: .utf8).split(separator: "\n").map(String.init)
      .filter { $0.contains("\"kind\":\"skipped\"") }
  }

  /// Spoils a weight once so many steps are done; other values spoil themselves.
  private func run(_ trainer: Trainer<ToyArchitecture>, _ place: Place, step: Int) throws -> TrainingOutcome {
    try trainer.run {
      if place == .weight, trainer.iteration == step + 1 {
        trainer.trainStep.model.parameters.values.pointer[1] = .nan
      }
      return false
    }
  }

  private static func found(_ place: Place, step: Int) -> String {
    switch place {
    case .input: "nan from an input that is not finite"
    case .output: step % 2 == 0 ? "nan from an output that is not finite" : "inf from an output that is not finite"
    case .loss: "inf"
    case .gradient: "a gradient of weight that is not finite"
    case .weight: "weight"
    }
  }

  @Test(arguments: Place.allCases) func everyValueStopsTheRunAndIsNamed(place: Place) throws {
    for step in Self.steps {
      let path = folder.path + "/\(place)-\(step)"
      let trainer = try trainer(configuration("\(place)-\(step)"), place, at: [step])
      let error = try #require(throws: InputError.self) { try run(trainer, place, step: step) }
      if place == .weight {
        // A step or a save meets the weight first.
        let locations = [step + 1, step + 2].map { "\(path), iteration \($0)" }
        #expect(locations.contains(error.location) && error.found.contains("weight"), "\(error)")
      } else {
        #expect(error.location == "\(path), iteration \(step + 1)")
        #expect(error.found == Self.found(place, step: step))
      }
      try expectFiniteFiles(path)
      #expect(try skippedLines(path).isEmpty)
    }
  }

  @Test(arguments: Place.allCases) func everyStepIsSkippedAsIfItHadNotBeen(place: Place) throws {
    for step in Self.steps {
      let path = folder.path + "/\(place)-\(step)"
      let configuration = try configuration("\(place)-\(step)", ["gradients.onNonFinite=skip"])
      let trainer = try trainer(configuration, place, at: [step])
      guard place != .weight else {
        // No batch makes a weight finite again.
        let error = try #require(throws: InputError.self) { try run(trainer, place, step: step) }
        #expect(error.found.contains("weight") && error.location.contains(", iteration "), "\(error)")
        try expectFiniteFiles(path)
        continue
      }
      guard case .finished = try run(trainer, place, step: step) else {
        Issue.record("the run is not finished")
        return
      }
      let found = (place == .gradient ? "" : "a loss of ") + Self.found(place, step: step)
      #expect(
        try skippedLines(path) == [
          #"{"epoch":\#(step / 5),"iteration":\#(step + 1),"kind":"skipped","reason":"\#(found)"}"#
        ])
      let log = try String(contentsOfFile: path + "/train.log", encoding: .utf8)
      #expect(log.contains("  iteration \(step + 1)  skipped: \(found)\n"))
      try expectFiniteFiles(path)
      try expectSame(trainer.trainStep, configuration, without: [step], "\(place) at \(step)")
    }
  }

  /// Takes all steps but some by hand, and compares everything that training changes.
  private func expectSame(_ trainStep: TrainStep, _ run: ToyRun, without skipped: Set<Int>, _ note: String) throws {
    let other = try TrainStep(ToyModel(run.model.architecture, seed: run.training.seed), run.training)
    let data = try TrainingData(run.training)
    let plan = TrainingPlan(run.training, samplesPerEpoch: data.samples.samplesPerEpoch)
    for step in 0..<20 where !skipped.contains(step) {
      _ = try other.run(data.batches(of: plan)(step), iteration: step, at: plan.position(step), location: "test")
    }
    #expect(trainStep.model.parameters.values.array == other.model.parameters.values.array, "\(note)")
    #expect(trainStep.optimizer.steps == 20 - skipped.count, "\(note)")
    for (state, expected) in zip(trainStep.optimizer.state, other.optimizer.state) {
      #expect(state.values.array == expected.values.array, "\(state.name), \(note)")
    }
    #expect(trainStep.average?.values.array == other.average?.values.array, "\(note)")
  }

  /// The number of skipped steps is in the checkpoint, and so is the mean of no losses.
  @Test func skippingIsResumed() throws {
    let settings = ["gradients={onNonFinite: skip, maximumSkipped: 4}", "logging.everyIterations=2"]
    let spoiled: Set = [4, 5, 6, 7, 12, 19]
    _ = try trainer(configuration("whole", settings), .gradient, at: spoiled).run()
    let whole = folder.path + "/whole"
    let lines = try String(contentsOfFile: whole + "/metrics.jsonl", encoding: .utf8).split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix(#"{"epoch":1,"iteration":8,"kind":"training","rate":"#) }, "\(lines)")
    for stops in [[5], [6, 7], [8], Array(1..<20)] {
      let name = "stopped-\(stops[0])-\(stops.count)", path = folder.path + "/" + name
      for (turn, stop) in (stops + [100]).enumerated() {
        let trainer = try trainer(configuration(name, settings), .gradient, at: spoiled, resume: turn > 0)
        _ = try trainer.run { trainer.iteration >= stop }
      }
      for file in ["metrics.jsonl", "weights/last.safetensors", "weights/best.safetensors"] {
        let (ours, theirs) = (
          try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(file)")),
          try Data(contentsOf: URL(fileURLWithPath: "\(whole)/\(file)"))
        )
        #expect(ours == theirs, "\(file) differs after stops at \(stops)")
      }
    }
  }

  /// One step more than the limit, also over a stop; a step that is taken in between begins the count anew.
  @Test func tooManyInARowEndTheRun() throws {
    let settings = ["gradients={onNonFinite: skip, maximumSkipped: 3}"]
    do {
      let first = try trainer(configuration("run", settings), .loss, at: [2, 4, 5, 6, 9, 10, 11, 12])
      #expect(try first.run { first.iteration == 11 } == .stopped(iteration: 11))
    }
    let error = try #require(throws: InputError.self) {
      try trainer(configuration("run", settings), .loss, at: [2, 9, 10, 11, 12], resume: true).run()
    }
    let path = folder.path + "/run"
    #expect(
      error
        == InputError(
          "\(path), iteration 13", expected: "a finite loss after 3 skipped steps (gradients.maximumSkipped)",
          found: "inf"))
    try expectFiniteFiles(path)
    // A higher limit, which may change, continues.
    let more = ["gradients={onNonFinite: skip, maximumSkipped: 4}"]
    let third = try trainer(configuration("run", more), .loss, at: [2, 9, 10, 11, 12], resume: true)
    guard case .finished = try third.run() else {
      Issue.record("the run is not finished")
      return
    }
    try expectSame(third.trainStep, configuration("run", more), without: [2, 4, 5, 6, 9, 10, 11, 12], "at the end")
  }

  /// A forward pass that is skipped leaves the model's buffers as they were.
  @Test func buffersAreRestored() throws {
    let configuration = try configuration("buffers", ["gradients.onNonFinite=skip"])
    let trainer = try Trainer(configuration, resume: false) {
      ToyModel($0, seed: $1, spoil: { [3, 8].contains($0) ? .nan : 1 }, countsPasses: true)
    }
    _ = try trainer.run()
    #expect(trainer.trainStep.model.parameters.buffers.first?.value.scalar == 18)
  }
}
