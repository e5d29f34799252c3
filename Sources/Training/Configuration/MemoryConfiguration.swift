import Diagnostics
import Models

/// How a run gets by with the memory that there is. It changes what a step costs, not what it learns.
public struct MemoryConfiguration: Codable, Equatable, Sendable {
  public enum Recompute: String, CaseIterable, Codable, Sendable {
    /// The least of the others that stays below the limit, for each stage of the schedule.
    case auto
    /// See `Recomputation`.
    case none, blocks, stages

    /// What may be chosen from, the quickest first.
    var candidates: [Recomputation] {
      switch self {
      case .auto: Recomputation.allCases
      case .none: [.none]
      case .blocks: [.blocks]
      case .stages: [.stages]
      }
    }
  }

  /// What a step computes again instead of keeping it.
  public var recompute = Recompute.auto
  /// The most that the run may use; most of what is free without it.
  public var limit: MemorySize?

  public init() {}
}

/// An amount of memory as people write it: `8 GB`, `512 MiB`.
public struct MemorySize: Codable, Equatable, Sendable, DescribedChoice {
  public let bytes: Int
  private let text: String

  static var choices: String { "a size such as 8 GB, from 1 MB to 1000 TB" }

  private static let units: [(name: String, bytes: Double)] = [
    ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("MiB", 0x1p20), ("GiB", 0x1p30), ("TiB", 0x1p40),
  ]

  /// - Returns: nil for anything else than a number and a unit (MB, GB, TB, MiB, GiB, TiB), or a size out of range.
  public init?(_ text: String) {
    guard let unit = Self.units.first(where: { text.hasSuffix($0.name) }),
      let number = Double(text.dropLast(unit.name.count).filter { $0 != " " }),
      (1e6...1e15).contains(number * unit.bytes)
    else { return nil }
    self.text = text
    bytes = Int(number * unit.bytes)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let size = MemorySize(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: Self.choices)
    }
    self = size
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
