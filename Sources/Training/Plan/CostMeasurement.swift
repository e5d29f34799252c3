import Datasets
import Foundation
import TensorCore

/// What steps of a run cost on this machine: real ones with few patches, from which the others are reckoned by their pixels.
public struct CostMeasurement: Equatable, Sendable {
  /// Of the step that was measured.
  public let patch, batch: Int
  /// Seconds that it took, the least of several.
  public let seconds: Double
  /// Bytes of parameters, gradients, moments and averages.
  public let fixedBytes: Int
  /// Bytes for each input pixel that is in the model at one time.
  public let bytesPerPixel: Double

  /// At most so many input pixels, in patches of such a side, are measured with: a few seconds' work.
  private static let largest = (side: 64, pixels: 4 * 64 * 64)
  private static let steps = 2

  /// Takes steps in which all parameters learn, on random images.
  static func measure<Model: TrainableModel>(
    _ model: Model, _ plan: TrainingPlan, _ configuration: TrainingConfiguration
  ) throws -> CostMeasurement {
    let stage = plan.stages.first { $0.module == nil } ?? plan.stages[0]
    let patch = min(stage.patch, largest.side)
    let batch = min(stage.batch, largest.pixels / (patch * patch))
    var whole = configuration
    whole.gradients.accumulate = 1
    let learner = Learner(model, whole)
    let task = configuration.task
    let side = patch * task.scale
    var random = RandomNumbers(seed: configuration.seed)
    let noise = (0..<batch * patch * patch * task.channels).map { _ in random.uniform() }
    let sample = Batch(
      lowQuality: Tensor(noise, [batch, patch, patch, task.channels]),
      target: Tensor(repeating: 0.5, [batch, side, side, task.channels]))
    let position = TrainingPlan.Position(
      stage: stage, stageIndex: 0, epoch: stage.epochs.lowerBound, iterationInEpoch: 0)
    let before = StoragePool.shared.usedBytes
    var fastest = Double.infinity
    for _ in 0..<steps {
      let start = ProcessInfo.processInfo.systemUptime
      _ = try learner.step(sample, iteration: stage.firstIteration, at: position, place: "a step that is measured")
      fastest = min(fastest, ProcessInfo.processInfo.systemUptime - start)
    }
    return CostMeasurement(
      patch: patch, batch: batch, seconds: fastest, fixedBytes: before,
      bytesPerPixel: Double(max(0, StoragePool.shared.peakBytes - before)) / Double(batch * patch * patch))
  }

  /// Bytes at one time in the stage that needs most.
  public func bytes(_ plan: TrainingPlan, accumulate parts: Int) -> Double {
    let pixels = plan.stages.map { Double(($0.batch + parts - 1) / parts) * Double($0.patch) * Double($0.patch) }
    return Double(fixedBytes) + bytesPerPixel * (pixels.max() ?? 0)
  }

  /// Seconds for all steps; a stage in which one module learns takes less.
  public func seconds(_ plan: TrainingPlan) -> Double {
    let perPixel = seconds / (Double(batch) * Double(patch) * Double(patch))
    return plan.stages.reduce(0) { $0 + Double($1.iterations.count) * $1.pixelsPerIteration * perPixel }
  }
}
