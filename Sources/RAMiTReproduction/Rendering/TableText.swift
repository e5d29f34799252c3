import RAMiTDiagnostics
import RAMiTReports

extension ReproducedPart {
  /// The heading of the table.
  var heading: String { "Table \(number): \(title)" }

  /// `C (a)` of `Ca`.
  private var number: String {
    guard let letter = name.first, letter.isUppercase, let part = name.dropFirst().first else { return name }
    return "\(letter) (\(part))"
  }

  /// For a terminal of 80 columns. A wide table is split into blocks.
  package func text(_ context: TableNotes.Context) -> String {
    let width = TerminalTable.width
    var lines = wrapped(heading, width: width, indent: "  ") + [""]
    for block in TerminalTable(grid: Grid(self)).blocks { lines += block + [""] }
    for group in TableNotes(self, context).groups {
      lines.append(group.heading)
      for line in group.lines { lines += line.wrapped(width: width) }
    }
    while lines.last == "" { lines.removeLast() }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A table of Markdown with its notes.
  package func markdown(_ context: TableNotes.Context) -> String {
    let grid = Grid(self)
    let parts = grid.flattened
    var lines =
      ["## \(heading)", ""]
      + Markdown.table(header: parts.titles, textColumns: grid.labelTitles.count, rows: parts.rows) + [""]
    for group in TableNotes(self, context).groups {
      lines += ["\(group.heading):", ""] + group.texts.map { "- \(Markdown.escaped($0))" } + [""]
    }
    return lines.joined(separator: "\n")
  }
}

extension Grid {
  /// With a column for each of the paper's values and of ours.
  var flattened: (titles: [String], rows: [[String]]) {
    let isShown = columnTitles.indices.map { (paper: hasPaper($0) || !hasOurs($0), ours: hasOurs($0)) }
    let titles =
      labelTitles
      + columnTitles.enumerated().flatMap { index, title in
        switch isShown[index] {
        case (true, true): [title, "ours"]
        case (false, true): ["\(title), ours"]
        default: [title]
        }
      }
    let lines = rows.map { row in
      row.labels
        + row.pairs.enumerated().flatMap { index, pair in
          (isShown[index].paper ? [pair.paper] : []) + (isShown[index].ours ? [pair.ours] : [])
        }
    }
    return (titles, lines)
  }
}

extension [ReproducedPart] {
  /// A page with all tables, which needs no network.
  package func page(_ context: TableNotes.Context) -> TablePage {
    let names = map(\.heading)
    return TablePage(
      title: names.count == 1 ? names[0] : "Tables of the paper",
      tables: map { part in
        let grid = Grid(part), parts = grid.flattened
        return TablePage.Table(
          heading: part.heading, columns: parts.titles, rows: parts.rows, textColumns: grid.labelTitles.count,
          notes: TableNotes(part, context).groups.map { ($0.heading, $0.texts) })
      })
  }
}
