import Diagnostics
import Foundation
import Models
import TensorCore

/// What the steps of each stage compute again, and the memory that the run then takes.
public struct MemoryPlan: Equatable, Sendable {
  public struct Choice: Equatable, Sendable {
    public let recomputation: Recomputation
    /// Of the whole process, reckoned.
    public let bytes: Double
  }

  /// By the stages of the training plan.
  public let choices: [Choice]
  /// Why the run cannot be: it needs more than the limit or, without one, than the machine has.
  public let fault: InputError?

  /// Beside tensors: the program and the stacks of its threads.
  private static let program = 60e6
  /// Holes between the pool's blocks that fit no request (measured: 1 %), and what is held for a moment beside a step.
  private static let slack = 1.05
  /// Without a limit the run leaves a part of the free memory to others.
  private static let shareOfFree = 0.9

  /// Measures the model's passes as far as the choice asks for it, in less than a second each.
  /// - Parameters:
  ///   - free, total: bytes of the machine's memory.
  init<Model: TrainableModel>(
    _ model: Model, _ plan: TrainingPlan, _ configuration: TrainingConfiguration, free: Int = MachineMemory.free,
    total: Int = MachineMemory.total
  ) {
    let memory = configuration.memory
    let aim = memory.limit.map { Double($0.bytes) } ?? Double(free) * Self.shareOfFree
    var choices = [Choice?](repeating: nil, count: plan.stages.count)
    for candidate in memory.recompute.candidates where choices.contains(where: { ($0?.bytes ?? .infinity) > aim }) {
      let step = StepMemory.measure(model, configuration, candidate)
      for (index, stage) in plan.stages.enumerated() where (choices[index]?.bytes ?? .infinity) > aim {
        let needs = StageNeeds(stage, configuration, padded: model.padded(stage.patch))
        let bytes = needs.bytes(step, parameters: model.parameters.count)
        choices[index] = Choice(recomputation: candidate, bytes: Self.program + Self.slack * bytes)
      }
    }
    self.choices = choices.map { $0! }
    fault = Self.fault(self.choices, limit: memory.limit, total: total)
  }

  private static func fault(_ choices: [Choice], limit: MemorySize?, total: Int) -> InputError? {
    let ceiling = limit.map { Double($0.bytes) } ?? Double(total)
    guard let largest = choices.max(by: { $0.bytes < $1.bytes }), largest.bytes > ceiling else { return nil }
    let whose = limit == nil ? "this machine has" : "memory.limit allows"
    return InputError(
      "memory",
      expected: "steps in \(gigabytes(ceiling)), which \(whose) (gradients.accumulate or a smaller batch may help)",
      found: "steps that take about \(gigabytes(largest.bytes)) with recompute: \(largest.recomputation)")
  }

  /// Bytes in the stage that needs most.
  public var bytes: Double { choices.map(\.bytes).max() ?? 0 }

  /// For a person: the memory, and what is computed again from which epoch on.
  public func summary(_ plan: TrainingPlan) -> String {
    var parts: [String] = []
    for (index, choice) in choices.enumerated()
    where index == 0 || choice.recomputation != choices[index - 1].recomputation {
      let epoch = plan.stages[index].epochs.lowerBound + 1
      parts.append("\(choice.recomputation)" + (index == 0 ? "" : " from epoch \(epoch)"))
    }
    return "about \(Self.gigabytes(bytes)), recompute: " + parts.joined(separator: ", ")
  }

  private static func gigabytes(_ bytes: Double) -> String { "\((bytes / 1e9).fixed(1)) GB" }
}

/// What a stage of the plan holds in memory.
private struct StageNeeds {
  private let stage: TrainingPlan.Stage
  private let configuration: TrainingConfiguration
  private let padded: Double

  init(_ stage: TrainingPlan.Stage, _ configuration: TrainingConfiguration, padded: Int) {
    self.stage = stage
    self.configuration = configuration
    self.padded = Double(padded)
  }

  func bytes(_ step: StepMemory, parameters: Int) -> Double {
    let accumulate = configuration.gradients.accumulate
    let patches = Double((stage.batch + accumulate - 1) / accumulate)
    return step.bytes(pixels: patches * padded * padded) + batches + photos + Double(parameters) * perParameter
  }

  /// Value, gradient and two moments; the average, and a copy of the values while it stands in for them.
  private var perParameter: Double { configuration.ema.decay == nil ? 16 : 24 }

  /// Those that wait, those in the making, and the one that is learned from.
  private var batches: Double {
    let (task, loader) = (configuration.task, configuration.data.loader)
    let values = stage.pixelsPerIteration * Double(task.channels * (1 + task.scale * task.scale))
    return 4 * values * Double(loader.ahead + loader.threads + 1)
  }

  private var photos: Double {
    configuration.data.train.type == .procedural ? 0 : Double(configuration.data.loader.cache) * 0x1p20
  }
}
