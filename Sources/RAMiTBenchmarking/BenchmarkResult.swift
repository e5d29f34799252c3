import RAMiTDiagnostics
import RAMiTFiles
import RAMiTMachine
import RAMiTModels
import RAMiTNN

/// How long a case took, and what the process's memory came to.
package struct BenchmarkResult: Codable, Equatable, Sendable {
  package let name: String
  /// The model's name, and its task.
  package let model: String
  package let task: RestorationTask
  /// Trained values of the model.
  package let parameters: Int
  /// What a training step computed again.
  package let checkpointing: ActivationCheckpointing?
  /// The program's version, and what it was built for.
  package let version: String
  package var instructionSet = InstructionSet.built.description
  package let threads: Int
  /// Of the runs after one warm-up.
  package let seconds: Spread
  /// How many times as fast as with the first thread count: the median of the ratios of runs beside each other. Nil for
  /// that one.
  package let speedup: Double?
  /// The process's largest memory in this case, with all thread counts, in 10^9 bytes.
  package let peakGigabytes: Double
  /// The same as it was estimated before the first run.
  package let estimatedGigabytes: Double

  private enum CodingKeys: String, CodingKey {
    case name = "case", model, task, parameters, checkpointing = "recompute", version = "ramit", instructionSet =
      "built_for",
      threads, seconds,
      speedup
    case peakGigabytes = "peak_gb", estimatedGigabytes = "estimated_gb"
  }

  /// Images, or steps, a second: by the median of the times.
  package var perSecond: Double { 1 / seconds.median }

  /// One line of JSON.
  package func json() throws -> String { try JSON.encode(self) }
}

/// The middle of some values, the least and the largest.
package struct Spread: Codable, Equatable, Sendable {
  package let min, median, max: Double

  /// - Precondition: at least one value.
  package init(_ values: [Double]) {
    let sorted = values.sorted()
    (min, median, max) = (sorted[0], sorted.median, sorted[sorted.count - 1])
  }
}

extension [Double] {
  /// The middle of sorted values, the upper of two.
  /// - Precondition: at least one value.
  package var median: Double { self[count / 2] }
}
