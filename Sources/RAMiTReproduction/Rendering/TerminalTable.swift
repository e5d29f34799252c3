import RAMiTDiagnostics

/// A grid for a terminal: in blocks of as many columns as fit, each with the labels of the rows.
struct TerminalTable {
  static let width = 80
  private static let space = 2

  let grid: Grid

  /// The blocks, each as lines of at most `width` columns, as long as labels and one column fit.
  var blocks: [[String]] {
    let columns = grid.columnTitles.indices.map { Column(grid, $0) }
    let labels = labelWidths.reduce(0) { $0 + $1 + Self.space } - Self.space
    guard !columns.isEmpty else { return [lines([])] }
    var blocks: [[Column]] = []
    var used = 0
    for column in columns {
      if blocks.isEmpty || used + Self.space + column.width > Self.width {
        blocks.append([])
        used = labels
      }
      blocks[blocks.count - 1].append(column)
      used += Self.space + column.width
    }
    return blocks.map(lines)
  }

  /// A column: its heading over the paper's values and ours.
  private struct Column {
    let title: String
    let cells: [String]
    let subtitle: String
    let width: Int

    init(_ grid: Grid, _ index: Int) {
      title = grid.columnTitles[index]
      let pairs = grid.rows.map { $0.pairs[index] }
      var parts: [(String, [String])] = []
      if grid.hasPaper(index) || !grid.hasOurs(index) { parts.append(("paper", pairs.map(\.paper))) }
      if grid.hasOurs(index) { parts.append(("ours", pairs.map(\.ours))) }
      let widths = parts.map { name, cells in (cells + [name]).map(\.count).max() ?? 0 }
      func joined(_ row: [String]) -> String {
        zip(row, widths).map { text, width in text.leading(width) }
          .joined(separator: String(repeating: " ", count: TerminalTable.space))
      }
      cells = grid.rows.indices.map { row in joined(parts.map { $0.1[row] }) }
      subtitle = joined(parts.map(\.0))
      width = max(title.count, subtitle.count)
    }
  }

  private var labelWidths: [Int] {
    grid.labelTitles.indices.map { index in
      (grid.rows.map { $0.labels[index] } + [grid.labelTitles[index]]).map(\.count).max() ?? 0
    }
  }

  private func lines(_ columns: [Column]) -> [String] {
    let space = String(repeating: " ", count: Self.space)
    func line(_ labels: [String], _ cells: [String]) -> String {
      let left = zip(labels, labelWidths).map { $0.trailing($1) }
      let right = zip(cells, columns).map { $0.leading($1.width) }
      return (left + right).joined(separator: space).withoutTrailingSpaces
    }
    let blanks = grid.labelTitles.map { _ in "" }
    let head = [line(grid.labelTitles, columns.map(\.title)), line(blanks, columns.map(\.subtitle))]
    return head + grid.rows.enumerated().map { index, row in line(row.labels, columns.map { $0.cells[index] }) }
  }
}

extension String {
  /// With spaces before it, to a width.
  fileprivate func leading(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }

  /// With spaces after it, to a width.
  fileprivate func trailing(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

  fileprivate var withoutTrailingSpaces: String {
    String(self[..<(lastIndex { $0 != " " }.map(index(after:)) ?? startIndex)])
  }
}

/// Text in lines of at most some columns, broken at spaces.
func wrapped(_ text: String, width: Int, indent: String = "") -> [String] {
  var lines: [String] = []
  var line = ""
  for word in text.split(separator: " ", omittingEmptySubsequences: false) {
    if !line.isEmpty, line.count + 1 + word.count > width {
      lines.append(line)
      line = indent + word
    } else {
      line += line.isEmpty ? String(word) : " \(word)"
    }
  }
  return lines + [line]
}
