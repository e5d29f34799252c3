import RAMiTOptimizers

/// A learning rate: `paper`, which follows the batch, or a number.
public enum BaseLearningRate: Codable, Equatable, Sendable, DescribedChoice {
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
