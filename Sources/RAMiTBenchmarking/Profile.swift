import RAMiTAutograd
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTMachine
import RAMiTParallel
import RAMiTTensorCore

/// Where the time of a case goes, operation by operation, beside the least that the machine could take.
package struct Profile: Encodable {
  /// All calls of an operation in one direction, on results of one shape or of any.
  package struct Row: Encodable, Equatable {
    /// The operation's function in `Autograd`.
    package let operation: String
    package let direction: Profiler.Direction
    /// The shape of the result; nil for all shapes.
    package let shape: String?
    package let calls: Int
    package let seconds: Double
    /// The share of the case's time.
    package let share: Double
    package let gflops: Double
    package let gigabytesPerSecond: Double
    /// The shortest time that the machine's peaks allow: each call's arithmetic or its transfer of data, whichever
    /// takes longer. Nil when unknown.
    package let limitSeconds: Double?

    /// How much of its limit is reached.
    var ofLimit: Double? { limitSeconds.map { $0 / seconds } }
  }

  package let name: String
  package let threads: Int
  package let peaks: MachinePeaks
  /// The time of the whole case, and of all operations.
  package let seconds, operationSeconds: Double
  /// Grouped by direction and operation, and by the result's shape as well; the longest first.
  package let operations, shapes: [Row]

  private enum CodingKeys: String, CodingKey {
    case name = "case", threads, peaks, seconds, operationSeconds, operations, shapes
  }

  init(name: String, seconds: Double, spans: [Profiler.Span], peaks: MachinePeaks) {
    self.name = name
    self.seconds = seconds
    self.peaks = peaks
    threads = ComputeThreads.count
    operationSeconds = spans.reduce(0) { $0 + $1.seconds }
    operations = Self.rows(spans, of: seconds, peaks, byShape: false)
    shapes = Self.rows(spans, of: seconds, peaks, byShape: true)
  }

  private static func rows(
    _ spans: [Profiler.Span], of whole: Double, _ peaks: MachinePeaks, byShape: Bool
  ) -> [Row] {
    Dictionary(grouping: spans) { [$0.name, $0.direction.rawValue, byShape ? $0.shape.description : ""] }
      .map { _, spans in
        let first = spans[0], seconds = spans.reduce(0) { $0 + $1.seconds }
        let limits = spans.compactMap { peaks.limit(of: $0.work) }
        return Row(
          operation: first.name, direction: first.direction, shape: byShape ? first.shape.description : nil,
          calls: spans.count, seconds: seconds, share: seconds / whole,
          gflops: spans.reduce(0) { $0 + $1.work.floatingPointOperations } / seconds / 1e9,
          gigabytesPerSecond: spans.reduce(0) { $0 + $1.work.bytes } / seconds / 1e9,
          limitSeconds: limits.count == spans.count ? limits.reduce(0, +) : nil)
      }
      .sorted { ($0.seconds, $0.operation) > ($1.seconds, $1.operation) }
  }

  /// For people.
  /// - Parameter byShape: a line for every shape of a result.
  package func text(byShape: Bool = false) -> String {
    var table = TextTable(
      header: ["operation", "direction"] + (byShape ? ["result"] : [])
        + ["calls", "ms", "share", "GFLOP/s", "GB/s", "of limit", "ms to gain"])
    let rows = byShape ? shapes : operations
    for row in rows {
      let gain = row.limitSeconds.map { 1e3 * max(0, row.seconds - $0) }
      table.add(
        [row.operation, row.direction.rawValue] + (row.shape.map { [$0] } ?? []) + [
          row.calls.grouped, (1e3 * row.seconds).fixed(2), Self.percent(row.share),
          row.gflops > 0 ? row.gflops.fixed(0) : "", row.gigabytesPerSecond.fixed(0),
          row.ofLimit.map { $0 > 1 ? "> 100 %" : Self.percent($0) } ?? "", gain?.fixed(2) ?? "",
        ])
    }
    let limits = operations.compactMap(\.limitSeconds)
    let limit = limits.count == operations.count ? limits.reduce(0, +) : nil
    let total = limit.map { "; its limit \($0.fixed(3)) s, \(Self.percent($0 / seconds)) reached" } ?? ""
    return """
      \(name), \(threads) threads: \(seconds.fixed(3)) s, in operations \(operationSeconds.fixed(3)) s \
      (\(Self.percent(operationSeconds / seconds)))\(total)
      \(peaks.text)
      \(table.text)
      """
  }

  private static func percent(_ share: Double) -> String { (100 * share).fixed(1) + " %" }
}

extension MachinePeaks {
  /// The median of each peak over measurements in turn with what is timed.
  /// - Precondition: at least one measurement.
  static func median(of measurements: [MachinePeaks]) -> MachinePeaks {
    let gflops = measurements.compactMap(\.gflops)
    return MachinePeaks(
      gflops: gflops.isEmpty ? nil : Spread(gflops).median,
      gigabytesPerSecond: Spread(measurements.map(\.gigabytesPerSecond)).median)
  }

  /// The shortest time that a piece of work can take, in seconds; nil when it has arithmetic and the peak of that is
  /// not known.
  package func limit(of work: Profiler.Work) -> Double? {
    limit(floatingPointOperations: work.floatingPointOperations, bytes: work.bytes)
  }
}

/// What `ramit benchmark --json` writes.
package struct BenchmarkReport: Encodable {
  package var results: [BenchmarkResult] = []
  package var profiles: [Profile] = []

  package init() {}

  /// - Throws: `InputError` that names the file.
  package func write(to path: String) throws { try JSON.write(self, to: path) }
}
