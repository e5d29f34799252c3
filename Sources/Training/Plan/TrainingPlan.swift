import Datasets
import Optimizers

/// All iterations of a run in order: which patches, how many, what learns, and how fast. It follows from the configuration and
/// the size of the data alone.
public struct TrainingPlan: Equatable, Sendable {
  /// Epochs that are alike but for the rate.
  public struct Stage: Equatable, Sendable {
    /// Epochs of the run, those of a warm start included; counted from 0.
    public let epochs: Range<Int>
    /// The side of an input patch, and the patches of an iteration.
    public let patch, batch: Int
    public let iterationsPerEpoch: Int
    /// The iterations before it.
    public let firstIteration: Int
    /// The only module that learns; nil where all do.
    public let module: String?
    /// The epoch of the run in which the schedule of the rate begins.
    public let scheduleStart: Int
    public let rates: LearningRateSchedule

    public var iterations: Range<Int> { firstIteration..<firstIteration + epochs.count * iterationsPerEpoch }
  }

  /// Where an iteration is.
  public struct Position: Equatable, Sendable {
    public let stage: Stage
    public let stageIndex: Int
    /// Epochs done, and iterations done in the next one.
    public let epoch, iterationInEpoch: Int

    public var rate: Double {
      stage.rates.rate(
        epoch: epoch - stage.scheduleStart, iteration: iterationInEpoch, iterationsPerEpoch: stage.iterationsPerEpoch)
    }
  }

  public let stages: [Stage]
  public let samplesPerEpoch: Int

  /// - Precondition: an epoch holds a batch of every stage.
  public init(_ configuration: TrainingConfiguration, samplesPerEpoch: Int) {
    let (schedule, train) = (configuration.schedule, configuration.data.train)
    let leading = configuration.warmStart.leadingEpochs
    var stages: [Stage] = []
    func add(_ epochs: Range<Int>, patch: Int, batch: Int, module: String? = nil, rates: LearningRateSchedule) {
      if epochs.isEmpty { return }
      precondition(samplesPerEpoch >= batch, "an epoch of \(samplesPerEpoch) samples has no batch of \(batch)")
      stages.append(
        Stage(
          epochs: epochs, patch: patch, batch: batch, iterationsPerEpoch: samplesPerEpoch / batch,
          firstIteration: stages.last?.iterations.upperBound ?? 0, module: module,
          scheduleStart: module == nil ? leading : 0, rates: rates))
    }
    let constant = LearningRateSchedule(base: schedule.rate.value(batch: train.batch, firstBatch: train.batch))
    add(
      0..<leading, patch: train.patch, batch: train.batch, module: configuration.warmStart.module, rates: constant)
    let changes =
      [StageConfiguration(epoch: 0, patch: train.patch, batch: train.batch)] + schedule.stages
    for (index, change) in changes.enumerated() where change.epoch < schedule.epochs {
      let end = index + 1 < changes.count ? min(changes[index + 1].epoch, schedule.epochs) : schedule.epochs
      add(
        leading + change.epoch..<leading + end, patch: change.patch, batch: change.batch,
        rates: schedule.learningRate(batch: change.batch, firstBatch: train.batch))
    }
    self.stages = stages
    self.samplesPerEpoch = samplesPerEpoch
  }

  public var epochs: Int { stages.last?.epochs.upperBound ?? 0 }
  public var iterations: Int { stages.last?.iterations.upperBound ?? 0 }
  /// Samples of all iterations.
  public var samples: Int { stages.reduce(0) { $0 + $1.iterations.count * $1.batch } }

  /// Where an iteration is, by the iterations before it.
  /// - Precondition: it is an iteration of the plan.
  public func position(_ iteration: Int) -> Position {
    guard let index = stages.firstIndex(where: { $0.iterations.contains(iteration) }) else {
      preconditionFailure("iteration \(iteration) is not one of \(iterations)")
    }
    let stage = stages[index]
    let (epochs, place) = (iteration - stage.firstIteration).quotientAndRemainder(dividingBy: stage.iterationsPerEpoch)
    return Position(
      stage: stage, stageIndex: index, epoch: stage.epochs.lowerBound + epochs, iterationInEpoch: place)
  }

  /// Epochs that are done after so many iterations, and whether the last of them has just been.
  public func epochsDone(after iteration: Int) -> (count: Int, isJustDone: Bool) {
    guard iteration < iterations else { return (epochs, iteration > 0) }
    let next = position(iteration)
    return (next.epoch, next.iterationInEpoch == 0 && iteration > 0)
  }
}

extension TrainingPlan {
  /// Epochs in which the rate is constant, or goes one way.
  public struct Row: Equatable, Sendable {
    /// As people count them, from 1.
    public let epochs: ClosedRange<Int>
    public let module: String?
    public let patch, batch, iterationsPerEpoch: Int
    /// Of the first iteration, and where it is going.
    public let firstRate, lastRate: Double
  }

  /// The plan as a table.
  public var rows: [Row] {
    stages.flatMap { stage in
      let breaks = Set(stage.breaks.map { $0 + stage.scheduleStart }).filter { stage.epochs.contains($0) }
      let starts = ([stage.epochs.lowerBound] + breaks.filter { $0 > stage.epochs.lowerBound }).sorted()
      return starts.enumerated().map { index, start in
        let end = index + 1 < starts.count ? starts[index + 1] : stage.epochs.upperBound
        let (first, last) = stage.rates(from: start - stage.scheduleStart, to: end - stage.scheduleStart)
        return Row(
          epochs: start + 1...end, module: stage.module, patch: stage.patch, batch: stage.batch,
          iterationsPerEpoch: stage.iterationsPerEpoch, firstRate: first, lastRate: last)
      }
    }
  }
}

extension TrainingPlan.Stage {
  /// Epochs of the schedule where the rate changes its way.
  fileprivate var breaks: [Int] {
    switch rates.decay {
    case .halving(let epochs): [rates.warmupEpochs] + epochs
    case .cosine: [rates.warmupEpochs]
    }
  }

  /// The rate at the beginning of these epochs, and what it approaches at their end.
  fileprivate func rates(from start: Int, to end: Int) -> (first: Double, last: Double) {
    func rate(_ epoch: Int) -> Double {
      rates.rate(epoch: epoch, iteration: 0, iterationsPerEpoch: iterationsPerEpoch)
    }
    if start < rates.warmupEpochs { return (rate(start), rates.base * Double(end) / Double(rates.warmupEpochs)) }
    if case .cosine = rates.decay { return (rate(start), rate(end)) }
    return (rate(start), rate(start))
  }
}
