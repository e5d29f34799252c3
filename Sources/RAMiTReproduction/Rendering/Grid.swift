import RAMiTDiagnostics

/// A filled table as text: labels at the left, and pairs of the paper's and our value.
struct Grid {
  /// A value of the paper and ours.
  struct Pair: Equatable {
    let paper, ours: String
    /// Whether our value differs from the printed digits.
    var differs = false
  }

  /// Over the labels of rows.
  var labelTitles: [String]
  var columnTitles: [String]
  var rows: [(labels: [String], pairs: [Pair])]

  init(_ part: ReproducedPart) {
    let hasTasks = Set(part.rows.map(\.taskText)).count > 1 || !part.isTransposed
    labelTitles = ["method", "task"]
    columnTitles = part.columns.map(\.title)
    rows = part.rows.map { row in
      (
        [row.method, row.taskText],
        row.cells.map { Pair(paper: $0.paperShown, ours: $0.oursShown, differs: $0.agrees == false) }
      )
    }
    guard part.isTransposed else { return }
    let titles = part.rows.map { hasTasks ? "\($0.method), \($0.taskText)" : $0.method }
    let lines = columnTitles.indices.map { index in
      (labels: [columnTitles[index]], pairs: rows.map { $0.pairs[index] })
    }
    (labelTitles, columnTitles, rows) = ([""], titles, lines)
  }

  /// Whether a column has values of ours, or words for what is missing.
  func hasOurs(_ column: Int) -> Bool { rows.contains { $0.pairs[column].ours != "-" } }

  /// Whether the paper prints anything in a column.
  func hasPaper(_ column: Int) -> Bool { rows.contains { $0.pairs[column].paper != "-" } }
}
