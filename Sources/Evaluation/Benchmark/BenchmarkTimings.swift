import Diagnostics
import Files
import Foundation
import Parallel

/// What some cases took on a machine: what `RAMiTBenchmarks` writes, and what a later run is compared with.
public struct BenchmarkTimings: Codable, Equatable {
  /// What one case took.
  public struct Timing: Codable, Equatable, Sendable {
    public let name: String
    /// The median of all runs, and the quarter of them that was faster and slower.
    public let milliseconds, fastQuarter, slowQuarter: Double
    /// The process's largest memory meanwhile.
    public let peakMegabytes: Double

    /// - Precondition: there is a run.
    public init(name: String, seconds: [Double], peakBytes: Int) {
      let sorted = seconds.map { 1e3 * $0 }.sorted()
      self.name = name
      milliseconds = sorted.median
      (fastQuarter, slowQuarter) = (sorted[sorted.count / 4], sorted[(3 * sorted.count) / 4])
      peakMegabytes = Double(peakBytes) / 1e6
    }

    /// How this timing differs from an earlier one.
    ///
    /// - Parameter threshold: ratios up to 1 + threshold, and their inverses, are noise; so is what differs by more when the
    ///   middle halves of the runs overlap.
    public func change(from before: Timing, threshold: Double) -> Change {
      let ratio = milliseconds / before.milliseconds
      let isFaster = ratio < 1 / (1 + threshold) && slowQuarter < before.fastQuarter
      let isSlower = ratio > 1 + threshold && fastQuarter > before.slowQuarter
      return Change(ratio: ratio, verdict: isFaster ? .faster : isSlower ? .slower : .same)
    }
  }

  public struct Change: Equatable, Sendable {
    public enum Verdict: String, Sendable { case faster, slower, same }
    /// The time now by the time before.
    public let ratio: Double
    public let verdict: Verdict
  }

  public let builtFor: String
  public let threads: Int
  public var peaks: MachinePeaks
  public var timings: [Timing] = []

  /// Of this program with the threads in force, with nothing timed yet.
  public init(peaks: MachinePeaks) {
    self.peaks = peaks
    builtFor = InstructionSet.built.description
    threads = ComputeThreads.count
  }

  /// - Throws: `InputError` that names the file.
  public init(readingFile path: String) throws {
    let kind = "timings that RAMiTBenchmarks --json wrote"
    let bytes = try WholeFile.read(path, kind: kind, maximumSize: 1 << 30)
    do {
      self = try JSONDecoder().decode(Self.self, from: Data(bytes))
    } catch {
      throw InputError(path, expected: kind, found: bytes.isEmpty ? "an empty file" : "a file of another kind")
    }
  }

  /// - Throws: `InputError` that names the file.
  public func write(to path: String) throws { try JSONFile.write(self, to: path) }

  public subscript(name: String) -> Timing? { timings.first { $0.name == name } }
}
