import RAMiTMachine
import RAMiTNN
import RAMiTYAML

/// How a run fits into the memory of its machine. It changes what a step costs, not what it learns.
public struct MemoryConfiguration: Codable, Equatable, Sendable {
  /// From `none` to `stages` a step takes more time and less memory.
  public enum Recompute: String, CaseIterable, Codable, Sendable {
    /// The least of the others that stays below the limit, for each stage of the schedule.
    case auto
    /// See `ActivationCheckpointing`.
    case none, blocks, stages

    /// The candidates, the fastest first.
    package var candidates: [ActivationCheckpointing] {
      switch self {
      case .auto: ActivationCheckpointing.allCases
      case .none: [.none]
      case .blocks: [.blocks]
      case .stages: [.stages]
      }
    }
  }

  /// What a step computes again instead of keeping it.
  public var recompute = Recompute.auto
  /// The most that the run may use; by default most of the free memory.
  public var limit: MemorySize?
}

extension MemorySize: DescribedChoice {}
