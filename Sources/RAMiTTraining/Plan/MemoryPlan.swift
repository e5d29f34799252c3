import Foundation
import RAMiTDiagnostics
import RAMiTEvaluation
import RAMiTExperiments
import RAMiTMachine
import RAMiTModels
import RAMiTNN

/// What the steps of each stage compute again, and the memory that the run then takes.
package struct MemoryPlan: Equatable, Sendable {
  package struct Choice: Equatable, Sendable {
    package let checkpointing: ActivationCheckpointing
    /// Estimated bytes of the whole process while it trains.
    package let bytes: Double
  }

  /// One for each stage of the training plan.
  package let choices: [Choice]
  /// Estimated bytes of the whole process while it validates; 0 without validation.
  package let validationBytes: Double
  /// Why the run is impossible: it needs more than the limit or, without one, more than the machine has.
  package let error: InputError?
  /// The part of the memory that decoded photos and their crops take, in MiB.
  let photoMebibytes: Int

  /// Bytes beside tensors: the program and the stacks of its threads.
  private static let program = 60e6
  /// Holes between the pool's blocks that fit no request (measured: 1 %), and short-lived memory beside a step.
  private static let slack = 1.05

  /// Measures the passes that the choice depends on, in less than a second each.
  /// - Parameters:
  ///   - photos: bytes of decoded photos and their crops; nil for all that they may take.
  ///   - validation: the validation set; nil for none.
  ///   - ranks: share the memory of their machine.
  ///   - free: bytes of the machine's memory that are free.
  ///   - total: all bytes of the machine's memory.
  init(
    _ model: any RestorationModel, _ plan: TrainingPlan, _ configuration: TrainingConfiguration, photos: Int? = nil,
    validation: TestSet? = nil, ranks: Ranks = Ranks(), free: Int = MachineMemory().free,
    total: Int = MachineMemory().total
  ) {
    let neighbours = ranks.placement.neighbours(of: ranks.rank)
    let (free, total) = (free / neighbours, total / neighbours)
    let memory = configuration.memory
    let data = configuration.data
    let photos = Double(photos ?? (data.train.type == .procedural ? 0 : data.loader.cache << 20))
    let aim = memory.limit.map { Double($0.bytes) } ?? Double(free) * MemoryBudget.shareOfFree
    var choices = [Choice?](repeating: nil, count: plan.stages.count)
    for candidate in memory.recompute.candidates where choices.contains(where: { ($0?.bytes ?? .infinity) > aim }) {
      let step = model.parameters.keepingBuffers { PassMemory.ofStep(model, configuration, candidate) }
      for (index, stage) in plan.stages.enumerated() where (choices[index]?.bytes ?? .infinity) > aim {
        let needs = StageNeeds(stage, configuration, sizeMultiple: model.sizeMultiple, photos: photos)
        let bytes = needs.bytes(step) + needs.beside(parameters: model.parameters.count)
        choices[index] = Choice(checkpointing: candidate, bytes: Self.program + Self.slack * bytes)
      }
    }
    self.choices = choices.map { $0! }
    photoMebibytes = Int((photos / 0x1p20).rounded(.up))
    let scored = validation.flatMap { ValidationMemory.measure(model, $0) }
    // Batches for the next steps wait meanwhile.
    let waiting = plan.stages.map { stage in
      StageNeeds(stage, configuration, sizeMultiple: model.sizeMultiple, photos: photos)
        .beside(parameters: model.parameters.count)
    }.max()
    let bytes =
      scored.map {
        Self.program + RestorationMemory.heldPerByte * $0.tensors + Self.slack * (waiting ?? 0) + $0.images
      } ?? 0
    validationBytes = bytes
    let ceiling = (limit: memory.limit, bytes: memory.limit.map { Double($0.bytes) } ?? Double(total))
    error = Self.error(self.choices, ceiling) ?? scored.flatMap { Self.error($0, bytes, ceiling) }
  }

  private static func error(_ image: ValidationMemory, _ bytes: Double, _ ceiling: Ceiling) -> InputError? {
    guard bytes > ceiling.bytes else { return nil }
    let whose = ceiling.limit == nil ? "this machine has" : "memory.limit allows"
    return InputError(
      "memory",
      expected: "validation images that fit into \(gigabytes(ceiling.bytes)), which \(whose) (see data.validation)",
      found: "\(image.name), whose input of \(image.width) x \(image.height) pixels takes about \(gigabytes(bytes))")
  }

  private typealias Ceiling = (limit: MemorySize?, bytes: Double)

  private static func error(_ choices: [Choice], _ ceiling: Ceiling) -> InputError? {
    guard let largest = choices.max(by: { $0.bytes < $1.bytes }), largest.bytes > ceiling.bytes else { return nil }
    let whose = ceiling.limit == nil ? "this machine has" : "memory.limit allows"
    return InputError(
      "memory",
      expected:
        "steps that fit into \(gigabytes(ceiling.bytes)), which \(whose) (try gradients.accumulate or a smaller batch)",
      found: "steps that take about \(gigabytes(largest.bytes)) with recompute: \(largest.checkpointing)")
  }

  /// Bytes at the peak.
  package var bytes: Double { choices.reduce(validationBytes) { max($0, $1.bytes) } }

  /// In words: the memory, and what each stage recomputes.
  package func summary(_ plan: TrainingPlan) -> String {
    var parts: [String] = []
    for (index, choice) in choices.enumerated()
    where index == 0 || choice.checkpointing != choices[index - 1].checkpointing {
      let stage = plan.stages[index]
      let start =
        plan.countsIterations ? "iteration \(stage.firstIteration + 1)" : "epoch \(stage.epochs.lowerBound + 1)"
      parts.append("\(choice.checkpointing)" + (index == 0 ? "" : " from \(start)"))
    }
    return "about \(Self.gigabytes(bytes)), recompute: " + parts.joined(separator: ", ")
  }

  private static func gigabytes(_ bytes: Double) -> String { "\((bytes / 1e9).fixed(1)) GB" }
}

/// What a stage of the plan holds in memory.
private struct StageNeeds {
  private let stage: TrainingPlan.Stage
  private let configuration: TrainingConfiguration
  /// The side of a patch as the model pads it.
  private let padded: Double
  /// Bytes of decoded photos and their crops.
  private let photos: Double

  init(_ stage: TrainingPlan.Stage, _ configuration: TrainingConfiguration, sizeMultiple: Int, photos: Double) {
    self.stage = stage
    self.configuration = configuration
    padded = Double(stage.patch.roundedUp(toMultipleOf: sizeMultiple))
    self.photos = photos
  }

  /// The passes of a part of the batch.
  func bytes(_ step: PassMemory) -> Double {
    let accumulate = configuration.gradients.accumulate
    let patches = Double((stage.batch + accumulate - 1) / accumulate)
    return step.bytes(pixels: patches * padded * padded)
  }

  /// What is in memory beside the passes.
  func beside(parameters: Int) -> Double { batches + photos + Double(parameters) * perParameter }

  /// Values, gradients, those of earlier parts and the optimizer's state; the average, and a copy of the values while
  /// it replaces them. A checkpoint that is being written is a copy of values, state and average.
  private var perParameter: Double {
    let waiting = PartTree<Void>.mostWaiting(parts: configuration.gradients.accumulate)
    let (state, hasAverage) = (configuration.optimizer.stateCount, configuration.ema.decay != nil)
    let saved = 1 + state + (hasAverage ? 1 : 0)
    return Double(4 * (2 + waiting + state + (hasAverage ? 2 : 0) + saved))
  }

  /// Batches that wait, batches that are being made, and the one in use.
  private var batches: Double {
    let (task, loader) = (configuration.task, configuration.data.loader)
    let values = stage.pixelsPerIteration * Double(task.channels * (1 + task.scale * task.scale))
    return 4 * values * Double(loader.ahead + loader.threads + 1)
  }
}
