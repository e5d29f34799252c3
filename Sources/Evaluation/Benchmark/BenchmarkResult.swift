import Diagnostics
import Models
import NN

/// How long a case took, and what the process's memory came to.
public struct BenchmarkResult: Encodable, Sendable {
  /// Of the runs after one warm-up.
  public struct Seconds: Encodable, Equatable, Sendable {
    public let min, median, max: Double

    /// - Precondition: there is a run.
    init(_ runs: [Double]) {
      let sorted = runs.sorted()
      (min, median, max) = (sorted[0], sorted.median, sorted[sorted.count - 1])
    }
  }

  public let name: String
  /// The model's name, and its task.
  public let model: String
  public let task: RestorationTask
  /// What a training step computed again.
  public let checkpointing: ActivationCheckpointing?
  /// The program's version, and what it was built for.
  public let version: String
  public let instructionSet = InstructionSet.built.description
  public let threads: Int
  public let seconds: Seconds
  /// How many times as fast as with the first thread count: the median of the ratios of runs beside each other. Nil for that one.
  public let speedup: Double?
  /// The process's largest memory in this case, with all thread counts, in 10^9 bytes.
  public let peakGigabytes: Double
  /// The same as it was estimated before the first run.
  public let estimatedGigabytes: Double

  private enum CodingKeys: String, CodingKey {
    case name = "case", model, task, checkpointing = "recompute", version = "ramit", instructionSet = "built_for",
      threads, seconds,
      speedup
    case peakGigabytes = "peak_gb", estimatedGigabytes = "estimated_gb"
  }

  /// One line of JSON.
  public func json() throws -> String { String(decoding: try JSONFile.encode(self, pretty: false), as: UTF8.self) }
}

extension [Double] {
  /// The middle of sorted values, the upper of two.
  /// - Precondition: there is a value.
  public var median: Double { self[count / 2] }
}
