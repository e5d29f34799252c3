/// A table for a terminal. Each column is as wide as its widest cell.
package struct TextTable {
  private var rows: [[String]]
  private let textColumns: Int

  /// - Parameter textColumns: how many of the first columns hold text, which is aligned to the left; numbers in the
  ///   other columns are aligned to the right.
  package init(header: [String], textColumns: Int = 1) {
    rows = [header]
    self.textColumns = textColumns
  }

  /// - Precondition: the row has as many cells as the header.
  package mutating func add(_ row: [String]) {
    precondition(row.count == rows[0].count, "\(row.count) cells for \(rows[0].count) columns")
    rows.append(row)
  }

  /// The header and the rows, without trailing spaces.
  package var lines: [String] {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column < textColumns ? cell + space : space + cell
      }
      let line = cells.joined(separator: "  ")
      return String(line[..<(line.lastIndex { $0 != " " }.map(line.index(after:)) ?? line.startIndex)])
    }
  }

  package var text: String { lines.joined(separator: "\n") }
}
