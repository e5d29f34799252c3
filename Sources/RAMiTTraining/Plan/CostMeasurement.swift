import Foundation
import RAMiTDatasets
import RAMiTExperiments
import RAMiTModels
import RAMiTTensorCore

/// The time of a run's steps on this machine. It is measured with a few patches; the number of pixels gives the time of
/// others.
package struct CostMeasurement: Equatable, Sendable {
  /// The side of the measured step's patches, and their number.
  package let patch, batch: Int
  /// Its seconds, the least of several runs.
  package let seconds: Double

  /// Limits of the measured step, in input pixels and in the side of a patch: a few seconds' work.
  private static let largest = (side: 64, pixels: 4 * 64 * 64)
  private static let steps = 2

  /// Times steps that train all parameters, on random images.
  static func measure(
    _ model: any RestorationModel, _ plan: TrainingPlan, _ configuration: TrainingConfiguration, _ memory: MemoryPlan
  ) throws -> CostMeasurement {
    let stageIndex = plan.stages.firstIndex { $0.module == nil } ?? 0
    let stage = plan.stages[stageIndex]
    let patch = min(stage.patch, largest.side)
    let batch = min(stage.batch, largest.pixels / (patch * patch))
    var whole = configuration
    whole.gradients.accumulate = 1
    let trainStep = try TrainStep(model, whole)
    let task = configuration.task
    let side = patch * task.scale
    var random = RandomNumbers(seed: configuration.seed)
    let noise = (0..<batch * patch * patch * task.channels).map { _ in random.uniform() }
    let sample = Batch(
      input: Tensor(noise, [batch, patch, patch, task.channels]),
      target: Tensor(repeating: 0.5, [batch, side, side, task.channels]))
    let position = TrainingPlan.Position(
      stage: stage, stageIndex: stageIndex, epoch: stage.epochs.lowerBound, iterationInEpoch: 0)
    var fastest = Double.infinity
    for _ in 0..<steps {
      let start = ProcessInfo.processInfo.systemUptime
      _ = try trainStep.run(
        sample, iteration: stage.firstIteration, at: position,
        checkpointing: memory.choices[stageIndex].checkpointing, location: "the measured step")
      fastest = min(fastest, ProcessInfo.processInfo.systemUptime - start)
    }
    return CostMeasurement(patch: patch, batch: batch, seconds: fastest)
  }

  /// Estimated seconds for all steps; a stage that trains one module takes less.
  package func seconds(_ plan: TrainingPlan) -> Double {
    let perPixel = seconds / (Double(batch) * Double(patch) * Double(patch))
    return plan.stages.reduce(0) { $0 + Double($1.iterations.count) * $1.pixelsPerIteration * perPixel }
  }
}
