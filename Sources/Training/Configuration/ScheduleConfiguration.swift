import Models
import Optimizers

/// How long the training lasts, and how its learning rate, patches and batches go.
public struct ScheduleConfiguration: Codable, Equatable, Sendable {
  public enum Decay: String, CaseIterable, Codable, Sendable {
    /// The rate halves at `halveAtEpochs`.
    case halving
    /// The rate follows half a cosine down to `finalRate`.
    case cosine
  }

  /// Epochs; those of a warm start come before them.
  public var epochs = 500
  /// The rate after the warm-up for `data.train.batch` patches; other batches have theirs in proportion.
  public var rate = BaseRate.paper
  /// Epochs over which the rate grows from 0, iteration by iteration.
  public var warmupEpochs = 20
  public var decay = Decay.halving
  /// The rate halves once these numbers of epochs are done (`decay: halving`).
  public var halveAtEpochs = [200, 300, 400, 425, 450, 475]
  /// The rate at the end (`decay: cosine`), for the same batch as `rate`.
  public var finalRate = 0.0
  /// Progressive learning: other patches and batches from given epochs on.
  public var stages: [StageConfiguration] = []

  public init() {}

  /// The rate of every iteration.
  /// - Parameters:
  ///   - batch: patches of an iteration.
  ///   - firstBatch: those that `rate` is for.
  public func learningRate(batch: Int, firstBatch: Int) -> LearningRateSchedule {
    let share = Double(batch) / Double(firstBatch)
    let fall: LearningRateSchedule.Decay =
      switch decay {
      case .halving: .halving(atEpochs: halveAtEpochs)
      case .cosine: .cosine(epochs: epochs, final: finalRate * share)
      }
    return LearningRateSchedule(
      base: rate.value(batch: batch, firstBatch: firstBatch), warmupEpochs: warmupEpochs, decay: fall)
  }
}

/// What changes once a number of epochs is done.
public struct StageConfiguration: Codable, Equatable, Sendable {
  /// Epochs of the schedule that come before.
  public var epoch: Int
  /// As `data.train.patch` and `data.train.batch`.
  public var patch, batch: Int

  // The list lets a misspelt key be told from one that is missing.
  private enum CodingKeys: String, CodingKey, CaseIterable { case epoch, patch, batch }

  public init(epoch: Int, patch: Int, batch: Int) {
    self.epoch = epoch
    self.patch = patch
    self.batch = batch
  }
}

/// Weights of another task's model to begin with, and a while in which one module trains alone (paper, Sec. B, after Lin et al.,
/// Revisiting RCAN, 2022).
public struct WarmStartConfiguration: Codable, Equatable, Sendable {
  public enum Fresh: String, CaseIterable, Codable, Sendable {
    /// Only those parameters of the module that have another shape in the file begin anew.
    case misfits
    /// The whole module begins anew, as in the paper.
    case module
  }

  /// The weight file, usually of x2; without it there is no warm start.
  public var weights: String?
  /// Epochs in which the module trains alone, at a constant rate; the schedule begins after them.
  public var epochs = 50
  /// The module: parameters whose names begin with this and a dot.
  public var module = "to_target"
  public var fresh = Fresh.misfits

  public init() {}

  /// Epochs before the schedule.
  public var leadingEpochs: Int { weights == nil ? 0 : epochs }
}

/// A learning rate: `paper`, which follows the batch, or a number.
public enum BaseRate: Codable, Equatable, Sendable, DescribedChoice {
  case paper
  case value(Double)

  static var choices: String { "paper or a number" }

  /// For a batch, where a number is for `firstBatch`.
  public func value(batch: Int, firstBatch: Int) -> Double {
    switch self {
    case .paper: LearningRateSchedule.paperRate(batch: batch)
    case .value(let value): value * (Double(batch) / Double(firstBatch))
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Double.self) {
      self = .value(value)
    } else if try container.decode(String.self) == "paper" {
      self = .paper
    } else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "neither paper nor a number")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .paper: try container.encode("paper")
    case .value(let value): try container.encode(value)
    }
  }
}
