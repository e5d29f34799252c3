import RAMiTModels
import RAMiTOptimizers

/// One training run, as its YAML file describes it beside the model. Every key has a default.
public struct TrainingConfiguration: Codable, Equatable, Sendable {
  /// The run's name; its folder is `runs/NAME` unless `output` says otherwise.
  public var name = "ramit"
  /// What the model learns to undo.
  public var task: RestorationTask
  /// Names every random choice: first weights, order, crops, noise, dropout.
  public var seed: UInt64 = 0
  /// The run's folder.
  public var output: String?
  /// A file has to name the training set; without its naming one there is no validation set.
  public var data: DataConfiguration
  /// By default that of the paper for x2.
  public var schedule = ScheduleConfiguration()
  /// The weights to begin with, all of them: fine-tuning. Random ones without it.
  public var initialWeights: String?
  /// Whose weights the run begins with, what learns, and how.
  public var warmStart = WarmStartConfiguration(), optimizer = OptimizerConfiguration.standard,
    parameters = ParametersConfiguration(), gradients = GradientConfiguration(), ema = AverageConfiguration(),
    loss = LossConfiguration(.l1)
  /// What the run uses, measures and writes while it learns.
  public var memory = MemoryConfiguration(), validation = ValidationConfiguration(),
    checkpoints = CheckpointConfiguration(), logging = LoggingConfiguration()

  /// The defaults: the paper's x2 schedule for any task.
  public init(task: RestorationTask) {
    self.task = task
    data = DataConfiguration(task: task)
  }

  /// The run's folder.
  public var folder: String { output ?? "runs/\(name)" }
}

extension OptimizerConfiguration {
  /// What a run has that names no optimizer: Adam, whose weight decay, if there is any, is decoupled.
  package static var standard: OptimizerConfiguration {
    var adam = AdamConfiguration()
    adam.weightDecayKind = .decoupled
    return .adam(adam)
  }
}

/// What becomes of gradients before the optimizer gets them.
public struct GradientConfiguration: Codable, Equatable, Sendable {
  /// Parts that a batch goes through the model in, one after the other, so that it needs less memory.
  public var accumulate = 1
  /// The largest norm of all gradients together; larger ones are scaled down. None without it.
  public var clipNorm: Double?
}

/// The exponential moving average of the weights, which is validated and saved in their place.
public struct AverageConfiguration: Codable, Equatable, Sendable {
  /// The share that a step keeps, below 1; no average without it.
  public var decay: Double?
}

/// When checkpoints are written, and how many stay.
public struct CheckpointConfiguration: Codable, Equatable, Sendable {
  /// A checkpoint is written whenever this many iterations are done, after each validation, and when the run stops.
  public var everyIterations = 1000
  /// The newest checkpoints that are kept.
  public var keep = 3
}

/// How often the log, the metrics and TensorBoard get the loss.
public struct LoggingConfiguration: Codable, Equatable, Sendable {
  /// A line with the mean loss is written whenever this many iterations are done.
  public var everyIterations = 100
}
