import RAMiTOptimizers

/// How long the training lasts, and how its learning rate, patches and batches change.
///
/// It is counted in epochs or, where `iterations` are given, in iterations: the milestones, the periods and the changes
/// of `stages` too.
public struct ScheduleConfiguration: Codable, Equatable, Sendable {
  /// What the learning rate does after the warm-up.
  public enum Decay: String, CaseIterable, Codable, Sendable {
    /// The learning rate stays the same.
    case constant
    /// The learning rate is multiplied by `gamma` at each of `milestones`.
    case milestones
    /// The learning rate follows half a cosine down to `finalLearningRate`.
    case cosine
    /// The learning rate follows half a cosine in each of `periods`.
    case cosineRestarts
    /// The learning rate falls to `finalLearningRate` as a power of the time that is left.
    case polynomial
  }

  /// Epochs; those of a warm start come before them.
  public var epochs: Int? = 500
  /// Iterations, in place of epochs.
  public var iterations: Int?
  /// The learning rate after the warm-up for `data.train.batch` patches.
  public var learningRate = BaseLearningRate.paper
  /// Epochs over which the learning rate grows from 0, iteration by iteration.
  public var warmupEpochs: Int? = 20
  /// The same in iterations.
  public var warmupIterations: Int?
  /// Decides which of the keys below hold.
  public var decay = Decay.milestones
  /// The learning rate is multiplied by `gamma` once each of these is reached (`decay: milestones`).
  public var milestones: [Int]? = [200, 300, 400, 425, 450, 475]
  /// Above 0, at most 1.
  public var gamma = 0.5
  /// The learning rate at the end (`decay: cosine` or `polynomial`), for the same batch as `learningRate`.
  public var finalLearningRate = 0.0
  /// 1 is a straight line (`decay: polynomial`).
  public var power = 1.0
  /// The lengths of the periods (`decay: cosineRestarts`).
  public var periods: [Int]?
  /// The height of each period's cosine, as a share of the first; without them, 1.
  public var restartWeights: [Double]?
  /// The learning rate at the end of each period; without them, 0.
  public var finalLearningRates: [Double]?
  /// Whether learning rates are in proportion to the batches of `stages` (the linear scaling rule; Goyal et al., 2017).
  public var linearScaling = true
  /// Progressive learning: different patches and batches from given epochs or iterations on.
  public var stages: [StageConfiguration] = []

  /// The paper's schedule of x2.
  public init() {}

  /// The defaults of a schedule that is counted in iterations.
  package static var ofIterations: ScheduleConfiguration {
    var schedule = ScheduleConfiguration()
    (schedule.epochs, schedule.warmupEpochs, schedule.warmupIterations, schedule.milestones) = (nil, nil, 0, nil)
    return schedule
  }

  package var countsIterations: Bool { iterations != nil }

  /// Epochs or iterations of the schedule.
  package var length: Int { iterations ?? epochs ?? 0 }

  /// The learning rate of every iteration.
  /// - Parameters:
  ///   - batch: patches of an iteration.
  ///   - firstBatch: those that `learningRate` is for.
  public func learningRates(batch: Int, firstBatch: Int) -> LearningRateSchedule {
    let batch = linearScaling ? batch : firstBatch
    let share = Double(batch) / Double(firstBatch)
    let final = finalLearningRate * share
    let fall: LearningRateDecay =
      switch decay {
      case .constant: .constant
      case .milestones: .milestones(milestones ?? [], gamma: gamma)
      case .cosine: .cosine(end: length, final: final)
      case .polynomial: .polynomial(end: length, power: power, final: final)
      case .cosineRestarts:
        .cosineRestarts(
          (periods ?? []).enumerated().map { index, length in
            LearningRateDecay.Period(
              length: length, weight: restartWeights?[index] ?? 1, final: (finalLearningRates?[index] ?? 0) * share)
          })
      }
    return LearningRateSchedule(
      base: learningRate.value(batch: batch, firstBatch: firstBatch), warmup: warmupIterations ?? warmupEpochs ?? 0,
      decay: fall)
  }
}

/// What changes once a number of epochs or iterations is done.
public struct StageConfiguration: Codable, Equatable, Sendable {
  /// Epochs of the schedule that come before.
  public var epoch: Int?
  /// Iterations of the schedule that come before, where it is counted in iterations.
  public var iteration: Int?
  /// The values of `data.train.patch` and `data.train.batch` from here on.
  public var patch, batch: Int

  // With all keys listed, the decoder tells a misspelt key from a missing one.
  private enum CodingKeys: String, CodingKey, CaseIterable { case epoch, iteration, patch, batch }

  package init(epoch: Int? = nil, iteration: Int? = nil, patch: Int, batch: Int) {
    self.epoch = epoch
    self.iteration = iteration
    self.patch = patch
    self.batch = batch
  }

  /// Epochs or iterations of the schedule that come before.
  package var start: Int { iteration ?? epoch ?? 0 }
}
