import Models
import Optimizers

/// One training run, as its YAML file describes it. Every key has a default, so a file says only what differs.
public struct TrainingConfiguration: Codable, Equatable, Sendable {
  /// The run's name; its folder is `runs/NAME` unless `output` says otherwise.
  public var name = "ramit"
  /// What the model learns to undo.
  public var task: RestorationTask
  /// Names every random choice: first weights, order, crops, noise, dropout.
  public var seed: UInt64 = 0
  /// The run's folder.
  public var output: String?
  public var model: ModelConfiguration
  public var data: DataConfiguration
  public var schedule = ScheduleConfiguration()
  public var optimizer = AdamConfiguration()
  public var loss = Loss.l1
  public var validation = ValidationConfiguration()
  public var checkpoints = CheckpointConfiguration()
  public var logging = LoggingConfiguration()

  /// The defaults: the paper's x2 schedule for any task.
  public init(task: RestorationTask, variant: RAMiTVariant = .ramit) {
    self.task = task
    model = ModelConfiguration(variant: variant, task: task)
    data = DataConfiguration(task: task)
  }

  /// The run's folder.
  public var folder: String { output ?? "runs/\(name)" }
}

/// A named model of the paper, and whatever of its sizes a run changes.
public struct ModelConfiguration: Codable, Equatable, Sendable {
  public var variant: RAMiTVariant
  /// The model that is built.
  public var architecture: RAMiTConfiguration

  public init(variant: RAMiTVariant, task: RestorationTask) {
    self.variant = variant
    architecture = variant.configuration(for: task)
  }

  private enum CodingKeys: String, CodingKey { case variant }

  /// The variant and the architecture share one group of keys.
  public init(from decoder: any Decoder) throws {
    variant = try decoder.container(keyedBy: CodingKeys.self).decode(RAMiTVariant.self, forKey: .variant)
    architecture = try RAMiTConfiguration(from: decoder)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(variant, forKey: .variant)
    try architecture.encode(to: encoder)
  }
}

/// How long the training lasts and how its learning rate goes.
public struct ScheduleConfiguration: Codable, Equatable, Sendable {
  public var epochs = 500
  /// The rate after the warm-up.
  public var rate = BaseRate.paper
  /// Epochs over which the rate grows from 0, iteration by iteration.
  public var warmupEpochs = 20
  /// The rate halves once these numbers of epochs are done.
  public var halveAtEpochs = [200, 300, 400, 425, 450, 475]

  public init() {}

  /// The rate of every iteration.
  public func learningRate(batch: Int) -> LearningRateSchedule {
    LearningRateSchedule(base: rate.value(batch: batch), warmupEpochs: warmupEpochs, halveAtEpochs: halveAtEpochs)
  }
}

/// A learning rate: `paper`, which follows the batch, or a number.
public enum BaseRate: Codable, Equatable, Sendable, DescribedChoice {
  case paper
  case value(Double)

  static var choices: String { "paper or a number" }

  public func value(batch: Int) -> Double {
    switch self {
    case .paper: LearningRateSchedule.paperRate(batch: batch)
    case .value(let value): value
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

public enum Loss: String, CaseIterable, Codable, Sendable {
  /// The mean absolute difference of the restored image and the target.
  case l1
}

public struct ValidationConfiguration: Codable, Equatable, Sendable {
  /// The model is scored whenever this many epochs are done, and at the end.
  public var everyEpochs = 1
  /// Sample images written at each validation: input, bicubic, restored and target side by side.
  public var samples = 4

  public init() {}
}

public struct CheckpointConfiguration: Codable, Equatable, Sendable {
  /// A checkpoint is written whenever this many iterations are done, after each validation, and when the run stops.
  public var everyIterations = 1000
  /// The newest checkpoints that are kept.
  public var keep = 3

  public init() {}
}

public struct LoggingConfiguration: Codable, Equatable, Sendable {
  /// A line with the mean loss is written whenever this many iterations are done.
  public var everyIterations = 100

  public init() {}
}
