/// When and how the model is scored while it learns.
public struct ValidationConfiguration: Codable, Equatable, Sendable {
  /// Epochs between validations; the last one is at the end of the run.
  public var everyEpochs: Int? = 1
  /// The same in iterations, in place of epochs.
  public var everyIterations: Int?
  /// Sample images written at each validation: input, bicubic, restored and target side by side.
  public var samples = 4
  /// Ends the run when its scores stop improving; by default the whole schedule runs.
  public var earlyStopping: EarlyStoppingConfiguration?

  package func check(_ checks: Checks) throws {
    if let everyIterations {
      try checks.require(
        everyEpochs == nil, "validation.everyEpochs", "none beside validation.everyIterations", everyEpochs ?? 0)
      try checks.positive(everyIterations, "validation.everyIterations")
    } else {
      try checks.require(
        everyEpochs != nil, "validation.everyEpochs", "a number of epochs, or validation.everyIterations", "no value")
      try checks.positive(everyEpochs ?? 1, "validation.everyEpochs")
    }
    try checks.require(0...1000 ~= samples, "validation.samples", "0 to 1000", samples)
    if let earlyStopping {
      try checks.positive(earlyStopping.patience, "validation.earlyStopping.patience")
      try checks.require(
        0...1000 ~= earlyStopping.minimumDelta, "validation.earlyStopping.minimumDelta", "0 or more",
        earlyStopping.minimumDelta)
    }
  }
}

/// Ends a run before its schedule, after a number of validations in a row that did not improve a metric.
public struct EarlyStoppingConfiguration: Codable, Equatable, Sendable {
  /// Scores of which more is better.
  public enum Metric: String, CaseIterable, Codable, Sendable { case psnr, ssim }

  /// The mean over the validation set that must improve.
  public var metric = Metric.psnr
  /// Validations without an improvement.
  public var patience = 10
  /// An improvement is more than this over the best score so far, in dB or of SSIM.
  public var minimumDelta = 0.0

  private enum CodingKeys: String, CodingKey, CaseIterable { case metric, patience, minimumDelta }

  package init() {}

  /// Keys that are missing have their defaults.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    metric = try container.decodeIfPresent(Metric.self, forKey: .metric) ?? .psnr
    patience = try container.decodeIfPresent(Int.self, forKey: .patience) ?? 10
    minimumDelta = try container.decodeIfPresent(Double.self, forKey: .minimumDelta) ?? 0
  }
}
