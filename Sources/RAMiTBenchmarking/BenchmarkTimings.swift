import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTMachine
import RAMiTParallel

/// What some cases took on a machine: what `RAMiTBenchmarks` writes, and what a later run is compared with.
package struct BenchmarkTimings: Codable, Equatable {
  /// What one case took.
  package struct Timing: Codable, Equatable, Sendable {
    package let name: String
    /// The median of all runs, and the quarter of them that was faster and slower.
    package let milliseconds, fastQuarter, slowQuarter: Double
    /// The process's largest memory meanwhile.
    package let peakMegabytes: Double

    /// - Precondition: at least one run.
    package init(name: String, seconds: [Double], peakBytes: Int) {
      let sorted = seconds.map { 1e3 * $0 }.sorted()
      self.name = name
      milliseconds = sorted.median
      (fastQuarter, slowQuarter) = (sorted[sorted.count / 4], sorted[(3 * sorted.count) / 4])
      peakMegabytes = Double(peakBytes) / 1e6
    }

    /// How this timing differs from an earlier one.
    ///
    /// - Parameter threshold: ratios up to 1 + threshold, and their inverses, are noise; so is what differs by more
    ///   when the middle halves of the runs overlap.
    package func change(from before: Timing, threshold: Double) -> Change {
      let ratio = milliseconds / before.milliseconds
      let isFaster = ratio < 1 / (1 + threshold) && slowQuarter < before.fastQuarter
      let isSlower = ratio > 1 + threshold && fastQuarter > before.slowQuarter
      return Change(ratio: ratio, verdict: isFaster ? .faster : isSlower ? .slower : .same)
    }
  }

  package struct Change: Equatable, Sendable {
    package enum Verdict: String, Sendable { case faster, slower, same }
    /// The time now by the time before.
    package let ratio: Double
    package let verdict: Verdict
  }

  package let builtFor: String
  package let threads: Int
  package var peaks: MachinePeaks
  package var timings: [Timing] = []

  /// No timings yet, for this program with the threads in force.
  package init(peaks: MachinePeaks) {
    self.peaks = peaks
    builtFor = InstructionSet.built.description
    threads = ComputeThreads.count
  }

  /// - Throws: `InputError` that names the file.
  package init(readingFile path: String) throws {
    let kind = "timings that RAMiTBenchmarks --json wrote"
    let bytes = try WholeFile.read(path, kind: kind, maximumSize: 1 << 30)
    do {
      self = try JSON.decode(Self.self, from: bytes)
    } catch {
      throw InputError(path, expected: kind, found: bytes.isEmpty ? "an empty file" : "a file of another kind")
    }
  }

  /// - Throws: `InputError` that names the file.
  package func write(to path: String) throws { try JSON.write(self, to: path) }

  package subscript(name: String) -> Timing? { timings.first { $0.name == name } }
}
