import RAMiTDiagnostics
import RAMiTRuns

/// A run in a few numbers, as reports write them; what is not known is a dash.
struct RunSummary {
  private let record: RunRecord
  let best: MetricsLine?

  init(_ record: RunRecord) {
    self.record = record
    best = record.history.best
  }

  static let unknown = "-"

  /// The best validation's gain over the baseline, in dB; nil if it is unknown, or the means are of different images.
  var gain: Double? { best.flatMap { Self.gain($0) } }

  static func gain(_ line: MetricsLine) -> Double? {
    line.infinite == nil && line.baselineInfinite == nil ? difference(line.psnr, line.baselinePSNR) : nil
  }

  var parameters: String { record.starts.starts.last.map { $0.parameters.grouped } ?? Self.unknown }

  var lastLoss: String { record.history.losses.last.map { String(significant: $0.y) } ?? Self.unknown }

  var time: String { record.starts.starts.isEmpty ? Self.unknown : duration(record.starts.seconds) }

  /// Iterations done, of those planned.
  var iterations: String {
    let done = record.iteration.grouped
    return record.starts.starts.last.map { "\(done)/\($0.plannedIterations.grouped)" } ?? done
  }

  var progress: String {
    func iterations(_ count: Int) -> String { count.counted("iteration", isGrouped: true) }
    let done = record.iteration.grouped
    guard let planned = record.starts.starts.last?.plannedIterations else { return iterations(record.iteration) }
    if let reason = record.starts.starts.last?.stoppedEarly {
      return "Complete after \(done) of \(iterations(planned)): \(reason)"
    }
    return isComplete ? "Complete, \(iterations(planned))" : "\(done) of \(iterations(planned))"
  }

  /// Whether all that was planned is done, or the run has stopped early.
  var isComplete: Bool {
    guard let last = record.starts.starts.last else { return false }
    return last.stoppedEarly != nil || last.plannedIterations == record.iteration
  }

  /// How much of the run is done, 0 to 1.
  var share: Double? {
    guard let last = record.starts.starts.last, case let planned = last.plannedIterations, planned > 0 else {
      return nil
    }
    if last.stoppedEarly != nil { return 1 }
    return min(max(Double(record.iteration) / Double(planned), 0), 1)
  }

  static func difference(_ value: Double?, _ other: Double?) -> Double? {
    guard let value, let other, (value - other).isFinite else { return nil }
    return value - other
  }

  /// - Parameter infinite: the images that equal their targets, which the mean leaves out.
  static func decibels(_ value: Double?, infinite: Int? = nil) -> String {
    guard let value else { return unknown }
    return value.fixed(2) + (value.isFinite ? infinite.map { " + \($0) inf" } ?? "" : "")
  }
  static func similarity(_ value: Double?) -> String { value.map { $0.fixed(4) } ?? unknown }

  static func signed(_ value: Double?, digits: Int = 2) -> String {
    value.map { ($0 < 0 ? "" : "+") + $0.fixed(digits) } ?? unknown
  }
}
