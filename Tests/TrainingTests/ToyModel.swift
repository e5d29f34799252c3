import Foundation
import RAMiTAutograd
import RAMiTModels
import RAMiTNN
import RAMiTTensorCore
import RAMiTTestSupport
import Synchronization
import Testing

@testable import RAMiTExperiments
@testable import RAMiTTraining

/// The configurations of runs of a toy, of a RAMiT, and of any built-in model.
typealias ToyRun = RunConfiguration<ToyArchitecture>
typealias RAMiTRun = RunConfiguration<RAMiTConfiguration>
typealias BuiltInRun = RunConfiguration<BuiltInArchitecture>

struct ToyArchitecture: RestorationArchitecture {
  var task: RestorationTask

  func makeModel(_ scope: ParameterScope) -> any RestorationModel { ToyModel(self, scope) }

  static var families: [ArchitectureFamily] { [ArchitectureFamily("Toy", models: ["Toy"])] }
}

/// A model that is quick: every pixel becomes scale x scale pixels, times a weight, plus a bias, of its channel. While
/// it learns it is disturbed by a random number, as dropout would disturb it.
final class ToyModel: RestorationModel {
  let architecture: ToyArchitecture
  let sizeMultiple = 4
  let parameters: ParameterStore
  /// What the output is multiplied with at a step: a way to spoil the loss.
  let spoil: @Sendable (Int) -> Float
  /// What the weight's gradient is multiplied with at a step.
  let spoilGradient: @Sendable (Int) -> Float
  /// Called with the input of a step, which it may change.
  let onInput: @Sendable (Int, Tensor) -> Void
  /// Counts the passes of the training, as a batch norm does; nil where nobody asks.
  private let counter: Buffer?

  convenience init(
    _ architecture: ToyArchitecture, seed: UInt64, spoil: @escaping @Sendable (Int) -> Float = { _ in 1 },
    spoilGradient: @escaping @Sendable (Int) -> Float = { _ in 1 },
    onInput: @escaping @Sendable (Int, Tensor) -> Void = { _, _ in }, countsPasses: Bool = false
  ) {
    self.init(
      architecture, ParameterScope(seed: seed), spoil: spoil, spoilGradient: spoilGradient, onInput: onInput,
      countsPasses: countsPasses)
  }

  init(
    _ architecture: ToyArchitecture, _ scope: ParameterScope, spoil: @escaping @Sendable (Int) -> Float = { _ in 1 },
    spoilGradient: @escaping @Sendable (Int) -> Float = { _ in 1 },
    onInput: @escaping @Sendable (Int, Tensor) -> Void = { _, _ in }, countsPasses: Bool = false
  ) {
    self.architecture = architecture
    let channels = architecture.task.channels
    _ = scope.parameter("weight", [channels], start: .constant(0.5))
    _ = (scope / "shift").parameter("bias", [channels], start: .uniform(fanIn: 100))
    counter = countsPasses ? scope.buffer("passes", Tensor(0), isInteger: true) : nil
    parameters = ParameterStore(scope)
    self.spoil = spoil
    self.spoilGradient = spoilGradient
    self.onInput = onInput
  }

  func callAsFunction(
    _ images: Variable, context: TrainingContext?, observe: (_ component: String, Variable) -> Void
  ) -> Variable {
    guard let context else { return restored(images, factor: 1, gradientFactor: 1) }
    if let counter { counter.value.pointer[0] += 1 }
    onInput(context.iteration, images.value)
    var random = context.randomNumbers(layer: 0, use: 0)
    let factor = (1 + 0.1 * random.uniform()) * spoil(context.iteration)
    return restored(images, factor: factor, gradientFactor: spoilGradient(context.iteration))
  }

  private func restored(_ images: Variable, factor: Float, gradientFactor: Float) -> Variable {
    let scale = task.scale
    let (n, h, w, c) = (images.shape[0], images.shape[1], images.shape[2], images.shape[3])
    let weight = parameters.parameters[0].variable, bias = parameters.parameters[1].variable
    let output = Tensor(uninitialized: [n, h * scale, w * scale, c])
    func forEachPixel(_ body: (_ input: Int, _ output: Int) -> Void) {
      for image in 0..<n {
        for y in 0..<h * scale {
          for x in 0..<w * scale {
            body(((image * h + y / scale) * w + x / scale) * c, ((image * h * scale + y) * w * scale + x) * c)
          }
        }
      }
    }
    forEachPixel { from, to in
      for k in 0..<c {
        let scaled = images.value.pointer[from + k] * weight.value.pointer[k] * factor
        output.pointer[to + k] = scaled + bias.value.pointer[k]
      }
    }
    return Variable(output, from: [images, weight, bias]) { gradient, gradients in
      let slope = Tensor(zeros: [c]), shift = Tensor(zeros: [c])
      forEachPixel { from, to in
        for k in 0..<c {
          slope.pointer[k] += gradient.pointer[to + k] * images.value.pointer[from + k] * factor
          shift.pointer[k] += gradient.pointer[to + k]
        }
      }
      for k in 0..<c { slope.pointer[k] *= gradientFactor }
      gradients.add(slope, to: weight)
      gradients.add(shift, to: bias)
    }
  }
}

typealias TemporaryFolder = RAMiTTestSupport.TemporaryFolder

/// Twenty iterations in four epochs of a super-resolution.
func toyConfiguration(_ output: String, settings: [String] = []) throws -> ToyRun {
  let yaml = """
    name: toy
    task: x2
    seed: 3
    output: \(output)
    data:
      train: {type: procedural, samplesPerEpoch: 10, patch: 8, batch: 2}
      validation: {type: procedural, images: 1}
    schedule: {epochs: 4, learningRate: 0.05, warmupEpochs: 1, milestones: [2, 3]}
    validation: {everyEpochs: 2, samples: 1}
    checkpoints: {everyIterations: 3, keep: 2}
    logging: {everyIterations: 4}
    """
  return try ToyRun(yaml: yaml, file: "toy.yaml", settings: settings)
}

func toyTrainer(
  _ configuration: ToyRun, resume: Bool = false, allowChanges: Bool = false,
  spoil: @escaping @Sendable (Int) -> Float = { _ in 1 }
) throws -> Trainer<ToyArchitecture> {
  try Trainer(configuration, resume: resume, allowChanges: allowChanges) {
    ToyModel($0, seed: $1, spoil: spoil)
  }
}

/// Counts the iterations of a toy.
private final class Steps: Sendable {
  let done = Atomic<Int>(0)
}

/// Trains the toy, and asks it to stop: `isStopRequested` gets the iterations that this run has done so far in all, 0
/// before its first, at every moment at which a run can be stopped.
func runToy(
  _ configuration: ToyRun, resume: Bool = false, isStopRequested: (_ iteration: Int) -> Bool
) throws -> TrainingOutcome {
  let steps = Steps()
  let trainer = try toyTrainer(configuration, resume: resume) {
    steps.done.store($0 + 1, ordering: .relaxed)
    return 1
  }
  // Passes that only measure memory are none of its iterations.
  steps.done.store(0, ordering: .relaxed)
  return try trainer.run { isStopRequested(steps.done.load(ordering: .relaxed)) }
}

extension TrainingData {
  /// Of images none of which is left out.
  init(_ configuration: TrainingConfiguration) throws {
    try self.init(configuration) { Issue.record($0) }
  }
}
