import Foundation
import RAMiTDiagnostics
import RAMiTFiles

/// A page of its own: its style, charts and images are in it, and it needs no script and no network.
struct Page {
  let title: String
  /// The seconds after which a browser loads the page again; nil for never.
  var reloadSeconds: Int?
  let content: Markup

  /// What tells this program's pages from others.
  static let mark = "<meta name=\"generator\" content=\"ramit report\"/>"

  var text: String {
    let reload: Markup = reloadSeconds.map { "<meta http-equiv=\"refresh\" content=\"\($0)\"/>\n" } ?? ""
    let page: Markup = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      \(Markup(stringLiteral: Self.mark))
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta name="color-scheme" content="light dark"/>
      \(reload)<title>\(title)</title>
      <style>
      \(PageStyle.css)
      \(ChartStyle.css)
      </style>
      </head>
      <body>
      <main>
      \(content)
      </main>
      </body>
      </html>

      """
    return page.source
  }
}

extension Page {
  /// Checks that a path leads to no file, or to a page of this program.
  /// - Throws: `InputError` when there is another file.
  static func check(_ path: String) throws {
    guard FileStatus.exists(path) else { return }
    guard FileStream.bears(mark, path) else {
      throw InputError(
        path, expected: "a new file, or an earlier report", found: "a file that this program did not write")
    }
  }

  /// Writes a page, but never over a file that is no such page.
  /// - Throws: `InputError` when there is another file, or it cannot be written.
  static func write(_ page: String, to path: String) throws {
    try check(path)
    try WholeFile.write(Data(page.utf8), to: path)
  }
}

/// A table: what its columns are, and rows of cells.
struct PageTable {
  let columns: [String]
  var rows: [[Markup]] = []
  /// Columns of text are aligned left, those of numbers right.
  var textColumns: Set<Int> = [0]

  var markup: Markup {
    let head: [Markup] = columns.enumerated().map { "<th\(alignment($0))>\($1)</th>" }
    let body: [Markup] = rows.map { row in
      let cells: [Markup] = row.enumerated().map { "<td\(alignment($0))>\($1)</td>" }
      return "<tr>\(cells)</tr>\n"
    }
    return """
      <div class="scroll"><table>
      <thead><tr>\(head)</tr></thead>
      <tbody>
      \(body)</tbody>
      </table></div>

      """
  }

  private func alignment(_ column: Int) -> Markup { textColumns.contains(column) ? " class=\"words\"" : "" }
}

/// Names beside values.
func definitions(_ pairs: [(String, Markup)]) -> Markup {
  let rows: [Markup] = pairs.map { "<div><dt>\($0)</dt><dd>\($1)</dd></div>\n" }
  return "<dl>\n\(rows)</dl>\n"
}
