import RAMiTDiagnostics
import RAMiTImaging

/// What became of a process's share of a batch, as it tells it to the others.
package struct RestorationShare: Codable {
  private struct Row: Codable {
    let input: String
    let output: String?
    let status: RestorationReport.Status
    let reason: String?
    let notes: [String]
    let size, outputSize: RestorationReport.Size?
    let tile: Int?
    let seconds: Double?
    let error: InputError?
  }

  private let rows: [Row]
  fileprivate let errors: [InputError]

  package init(_ report: RestorationReport) {
    errors = report.errors
    rows = report.rows.map { row in
      Row(
        input: row.input, output: row.output, status: row.status, reason: row.reason, notes: row.notes, size: row.size,
        outputSize: row.outputSize, tile: row.tile, seconds: row.seconds, error: row.error)
    }
  }

  fileprivate var reportRows: [RestorationReport.Row] {
    rows.map { row in
      var result = RestorationReport.Row(row.input, output: row.output, row.status, reason: row.reason)
      (result.notes, result.size, result.outputSize) = (row.notes, row.size, row.outputSize)
      (result.tile, result.seconds, result.error) = (row.tile, row.seconds, row.error)
      return result
    }
  }
}

extension RestorationReport {
  /// The report of a whole batch.
  /// - Parameters:
  ///   - shares: what became of each process's `RestorationPlan.share`, in the order of the processes.
  ///   - plan: of the whole batch.
  ///   - seconds: that all took together, in seconds.
  package init(_ shares: [RestorationShare], of plan: RestorationPlan, seconds: Double) {
    let rows = shares.map(\.reportRows)
    // The first one's begin with the errors of the plan, and end with what was left out.
    let heads = rows.indices.map { $0 == 0 ? plan.errors.count : 0 }
    self.rows = Array(rows[0].prefix(heads[0]))
    for item in plan.items.indices {
      let share = item % shares.count
      self.rows.append(rows[share][heads[share] + item / shares.count])
    }
    let own = stride(from: 0, to: plan.items.count, by: shares.count).reduce(0) { count, _ in count + 1 }
    self.rows += rows[0].dropFirst(heads[0] + own)
    omissions = plan.omissions
    errors = shares.flatMap(\.errors)
    self.seconds = seconds
  }
}
