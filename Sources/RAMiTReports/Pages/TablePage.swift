import RAMiTFiles

/// A page of tables, each with notes below it.
package struct TablePage {
  /// A table of texts.
  package struct Table {
    let heading: String
    let columns: [String]
    let rows: [[String]]
    let textColumns: Int
    let notes: [(heading: String, lines: [String])]

    /// - Parameters:
    ///   - rows: each with a text for every column.
    ///   - textColumns: how many of the first columns hold words; the others hold numbers.
    package init(
      heading: String, columns: [String], rows: [[String]], textColumns: Int,
      notes: [(heading: String, lines: [String])]
    ) {
      (self.heading, self.columns, self.rows) = (heading, columns, rows)
      (self.textColumns, self.notes) = (textColumns, notes)
    }
  }

  /// Longer notes are closed at first.
  private static let openLines = 6

  private let title: String
  private let tables: [Table]

  package init(title: String, tables: [Table]) { (self.title, self.tables) = (title, tables) }

  /// The page as HTML.
  package var text: String {
    let parts: [Markup] = tables.map { table in
      let rows: [[Markup]] = table.rows.map { $0.map { "\($0)" } }
      let markup = PageTable(columns: table.columns, rows: rows, textColumns: Set(0..<table.textColumns)).markup
      let notes: [Markup] = table.notes.map { heading, lines in
        let items: [Markup] = lines.map { "<p>\($0)</p>\n" }
        let open: Markup = lines.count <= Self.openLines ? " open" : ""
        return "<details\(open)><summary>\(heading)</summary>\n\(items)</details>\n"
      }
      return "<h2>\(table.heading)</h2>\n\(markup)\(notes)"
    }
    return Page(title: title, content: "<h1>\(title)</h1>\n\(parts)").text
  }

  /// Checks before the work that the page can be written, and makes its folder.
  /// - Throws: `InputError` when there is another file, or none can be written.
  package static func prepare(_ path: String) throws {
    try TextFile.html.prepare(path)
    try Page.check(path)
  }

  /// Writes the page, but never over a file that is no such page.
  /// - Throws: `InputError` when there is another file, or it cannot be written.
  package func write(to path: String) throws { try Page.write(text, to: path) }
}
