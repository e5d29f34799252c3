import RAMiTDatasets
import RAMiTExperiments
import RAMiTOptimizers

/// All iterations of a run in order: which patches, how many, what learns, and how fast. It follows from the
/// configuration and the size of the data alone.
package struct TrainingPlan: Equatable, Sendable {
  /// Iterations that are alike but for the learning rate.
  package struct Stage: Equatable, Sendable {
    /// Epochs of the run, those of a warm start included; counted from 0. Where the schedule is counted in iterations
    /// the last one may be short: the next stage begins an epoch of its own.
    package let epochs: Range<Int>
    /// Iterations of the run.
    package let iterations: Range<Int>
    /// The side of an input patch, and the patches of an iteration.
    package let patch, batch: Int
    package let iterationsPerEpoch: Int
    /// The only module that learns; nil where all do.
    package let module: String?
    /// Where the learning rate's schedule begins, in epochs of the run or, with `countsIterations`, in iterations.
    package let scheduleStart: Int
    /// Whether the times of `learningRates` are iterations; otherwise they are epochs.
    package let countsIterations: Bool
    package let learningRates: LearningRateSchedule

    /// The iterations before it.
    package var firstIteration: Int { iterations.lowerBound }
    /// The stage in the schedule's unit, from the schedule's beginning on.
    var times: Range<Int> {
      let range = countsIterations ? iterations : epochs
      return range.lowerBound - scheduleStart..<range.upperBound - scheduleStart
    }
  }

  /// The position of an iteration in the run.
  package struct Position: Equatable, Sendable {
    package let stage: Stage
    package let stageIndex: Int
    /// Epochs done, and iterations done in the next one.
    package let epoch, iterationInEpoch: Int

    /// Iterations of the run that are done.
    package var iteration: Int {
      stage.firstIteration + (epoch - stage.epochs.lowerBound) * stage.iterationsPerEpoch + iterationInEpoch
    }

    package var learningRate: Double {
      let time =
        stage.countsIterations
        ? Double(iteration - stage.scheduleStart)
        : Double(epoch - stage.scheduleStart) + Double(iterationInEpoch) / Double(stage.iterationsPerEpoch)
      return stage.learningRates.learningRate(at: time)
    }

    /// Whether the schedule begins here, after a warm start.
    var beginsSchedule: Bool {
      iteration > 0 && iteration == stage.firstIteration
        && (stage.countsIterations ? iteration : epoch) == stage.scheduleStart
    }
  }

  package let stages: [Stage]
  package let samplesPerEpoch: Int
  /// Whether the schedule is counted in iterations; otherwise it is counted in epochs.
  package let countsIterations: Bool

  /// - Precondition: an epoch holds a batch of every stage.
  package init(_ configuration: TrainingConfiguration, samplesPerEpoch: Int) {
    let (schedule, train) = (configuration.schedule, configuration.data.train)
    let byIteration = schedule.countsIterations
    let warmStart = configuration.warmStart
    var stages: [Stage] = []
    /// - Parameter length: in epochs or, `byIteration`, in iterations.
    func add(
      _ length: Int, byIteration: Bool, patch: Int, batch: Int, module: String? = nil, scheduleStart: Int,
      learningRates: LearningRateSchedule
    ) {
      if length <= 0 { return }
      precondition(samplesPerEpoch >= batch, "an epoch of \(samplesPerEpoch) samples has no batch of \(batch)")
      let perEpoch = samplesPerEpoch / batch
      let epochs = byIteration ? (length + perEpoch - 1) / perEpoch : length
      let (epoch, iteration) = (stages.last?.epochs.upperBound ?? 0, stages.last?.iterations.upperBound ?? 0)
      stages.append(
        Stage(
          epochs: epoch..<epoch + epochs,
          iterations: iteration..<iteration + (byIteration ? length : length * perEpoch), patch: patch, batch: batch,
          iterationsPerEpoch: perEpoch, module: module, scheduleStart: scheduleStart, countsIterations: byIteration,
          learningRates: learningRates))
    }
    let constant = LearningRateSchedule(base: schedule.learningRate.value(batch: train.batch, firstBatch: train.batch))
    // A warm start is counted in epochs, whatever the schedule counts.
    add(
      warmStart.leadingEpochs, byIteration: false, patch: train.patch, batch: train.batch, module: warmStart.module,
      scheduleStart: 0, learningRates: constant)
    let start = (byIteration ? stages.last?.iterations.upperBound : stages.last?.epochs.upperBound) ?? 0
    let changes = [StageConfiguration(epoch: 0, patch: train.patch, batch: train.batch)] + schedule.stages
    for (index, change) in changes.enumerated() {
      let end = index + 1 < changes.count ? min(changes[index + 1].start, schedule.length) : schedule.length
      add(
        end - change.start, byIteration: byIteration, patch: change.patch, batch: change.batch, scheduleStart: start,
        learningRates: schedule.learningRates(batch: change.batch, firstBatch: train.batch))
    }
    self.stages = stages
    self.samplesPerEpoch = samplesPerEpoch
    countsIterations = byIteration
  }

  package var epochs: Int { stages.last?.epochs.upperBound ?? 0 }
  package var iterations: Int { stages.last?.iterations.upperBound ?? 0 }
  /// Samples of all iterations.
  package var samples: Int { stages.reduce(0) { $0 + $1.iterations.count * $1.batch } }

  /// The position of an iteration, by the number of iterations before it.
  /// - Precondition: it is an iteration of the plan.
  package func position(_ iteration: Int) -> Position {
    guard let index = stages.firstIndex(where: { $0.iterations.contains(iteration) }) else {
      preconditionFailure("iteration \(iteration) is not one of \(iterations)")
    }
    let stage = stages[index]
    let (epochs, rest) = (iteration - stage.firstIteration).quotientAndRemainder(dividingBy: stage.iterationsPerEpoch)
    return Position(
      stage: stage, stageIndex: index, epoch: stage.epochs.lowerBound + epochs, iterationInEpoch: rest)
  }

  /// Epochs done after this many iterations, and whether the last of them has just ended.
  package func epochsDone(after iteration: Int) -> (count: Int, isJustDone: Bool) {
    guard iteration < iterations else { return (epochs, iteration > 0) }
    let next = position(iteration)
    return (next.epoch, next.iterationInEpoch == 0 && iteration > 0)
  }
}
