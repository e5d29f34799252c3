import RAMiTModels
import RAMiTOptimizers

/// One training run, as its YAML file describes it beside the model. Every key has a default.
public struct TrainingConfiguration: Codable, Equatable, Sendable {
  /// The run's name; its folder is `runs/NAME` unless `output` says otherwise.
  public var name = "ramit"
  /// What the model learns to undo.
  public var task: RestorationTask
  /// Decides every random choice: initial weights, order, crops, noise, dropout.
  public var seed: UInt64 = 0
  /// The run's folder.
  public var output: String?
  /// A file has to name the training set; without its naming one there is no validation set.
  public var data: DataConfiguration
  /// By default that of the paper for x2.
  public var schedule = ScheduleConfiguration()
  /// The file of all initial weights, for fine-tuning; by default they are random.
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
  /// The optimizer of a run that names none: Adam, with decoupled weight decay if there is any.
  package static var standard: OptimizerConfiguration {
    var adam = AdamConfiguration()
    adam.weightDecayKind = .decoupled
    return .adam(adam)
  }
}

/// What happens to gradients before the optimizer's step.
public struct GradientConfiguration: Codable, Equatable, Sendable {
  /// In how many parts a batch goes through the model, one after the other, to need less memory.
  public var accumulate = 1
  /// The largest norm of all gradients together; larger ones are scaled down. By default there is no limit.
  public var clipNorm: Double?
  /// What a step does whose loss or gradients are not finite.
  public var onNonFinite = NonFinitePolicy.stop
  /// The most steps in a row that are skipped (`onNonFinite: skip`).
  public var maximumSkipped = 10
}

/// What happens when the loss or the gradients of a step are not finite.
public enum NonFinitePolicy: String, CaseIterable, Codable, Sendable {
  /// It ends the run.
  case stop
  /// It changes nothing but the number of iterations done; the next batch follows.
  case skip
}

/// The exponential moving average of the weights, which is validated and saved in their place.
public struct AverageConfiguration: Codable, Equatable, Sendable {
  /// The share that a step keeps, below 1; by default there is no average.
  public var decay: Double?
}

/// When checkpoints are written, and how many stay.
public struct CheckpointConfiguration: Codable, Equatable, Sendable {
  /// Iterations between checkpoints; one is also written after each validation, and when the run stops.
  public var everyIterations = 1000
  /// How many checkpoints are kept, the newest.
  public var keep = 3
}

/// How often the log, the metrics and TensorBoard get the loss.
public struct LoggingConfiguration: Codable, Equatable, Sendable {
  /// Iterations between lines with the mean loss.
  public var everyIterations = 100
}
