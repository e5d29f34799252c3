import RAMiTYAML

/// What the schedule's learning rates are based on.
public enum BaseLearningRate: Codable, Equatable, Sendable, DescribedChoice {
  /// RAMiT's paper: 0.0004 for a batch of 64, and in proportion for others.
  case paper
  case value(Double)

  package static var choices: String { "paper or a number" }

  /// The learning rate for a batch. A number is that for `firstBatch`, and in proportion for others.
  public func value(batch: Int, firstBatch: Int) -> Double {
    switch self {
    case .paper: 0.0004 * Double(batch) / 64
    case .value(let value): value * (Double(batch) / Double(firstBatch))
    }
  }

  /// From the text `paper`, or a number.
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

  /// A number stays as it was given.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .paper: try container.encode("paper")
    case .value(let value): try container.encode(value)
    }
  }
}
