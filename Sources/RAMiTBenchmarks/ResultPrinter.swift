import Foundation
import RAMiTAutograd
import RAMiTBenchmarking
import RAMiTDiagnostics
import RAMiTMachine

/// The table, line by line as cases end.
struct ResultPrinter {
  let peaks: MachinePeaks
  let baseline: BenchmarkTimings?
  /// A share of the time.
  let threshold: Double

  /// Columns for the names.
  let nameWidth: Int

  func printHeader(threads: Int, builtFor: String) {
    Console.print("\(threads) threads, built for \(builtFor); \(peaks.text)")
    if let baseline {
      Console.print("baseline: \(baseline.threads) threads, built for \(baseline.builtFor); \(baseline.peaks.text)")
    }
    line(
      "case", ms: "ms", gflops: "GFLOP/s", gigabytes: "GB/s", ofLimit: "of limit", memory: "MB",
      change: baseline == nil ? "" : "to baseline")
  }

  /// - Parameter spans: of one run.
  /// - Returns: how the timing differs from the baseline's, if that has the case.
  func print(_ timing: BenchmarkTimings.Timing, _ spans: [Profiler.Span]) -> BenchmarkTimings.Change? {
    let seconds = timing.milliseconds / 1e3
    let operations = spans.reduce(0) { $0 + $1.work.floatingPointOperations }
    let bytes = spans.reduce(0) { $0 + $1.work.bytes }
    let limits = spans.compactMap { peaks.limit(of: $0.work) }
    let change = baseline?[timing.name].map { timing.change(from: $0, threshold: threshold) }
    line(
      timing.name, ms: format("%.2f", timing.milliseconds),
      gflops: operations > 0 ? format("%.0f", operations / seconds / 1e9) : "",
      gigabytes: format("%.0f", bytes / seconds / 1e9),
      ofLimit: limits.count == spans.count ? format("%.0f %%", 100 * limits.reduce(0, +) / seconds) : "",
      memory: format("%.0f", timing.peakMegabytes),
      change: change.map { format("%.2f x", $0.ratio) + ($0.verdict == .same ? "" : "  \($0.verdict)") } ?? "")
    return change
  }

  /// - Parameter peaks: of the beginning and the end.
  func printSummary(_ changes: [BenchmarkTimings.Change], peaks: MachinePeaks) {
    if peaks.isAbove(self.peaks) { Console.print("the machine was busy in the beginning; in the end: \(peaks.text)") }
    if baseline == nil { return }
    func count(_ verdict: BenchmarkTimings.Change.Verdict) -> Int { changes.filter { $0.verdict == verdict }.count }
    Console.print(
      "\(count(.slower)) slower, \(count(.faster)) faster, \(count(.same)) the same within "
        + "\(format("%.0f", 100 * threshold)) % or their own spread")
  }

  private func line(
    _ name: String, ms: String, gflops: String, gigabytes: String, ofLimit: String, memory: String, change: String
  ) {
    func right(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    let left = name + String(repeating: " ", count: max(0, nameWidth - name.count))
    Console.print(
      left + right(ms, 10) + right(gflops, 9) + right(gigabytes, 6) + right(ofLimit, 10) + right(memory, 7)
        + (change.isEmpty ? "" : "  " + change))
  }

  private func format(_ form: String, _ value: Double) -> String { String(format: form, value) }
}
