/// Rows of values separated by commas (RFC 4180), with line feeds.
package enum CSV {
  /// A line with its end; fields with commas, quotes or line breaks are quoted.
  package static func line(_ fields: [String]) -> String { fields.map(quoted).joined(separator: ",") + "\n" }

  private static func quoted(_ field: String) -> String {
    let text = field.showingEscapedBytes
    guard text.contains(where: { ",\"".contains($0) || $0.isNewline }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}

/// Tables in Markdown, as GitHub and Pandoc read them.
package enum Markdown {
  /// The lines of a table.
  /// - Parameter textColumns: how many of the first columns hold text; numbers in the others are aligned to the right.
  package static func table(header: [String], textColumns: Int = 1, rows: [[String]]) -> [String] {
    let rule = header.indices.map { $0 < textColumns ? "---" : "---:" }
    return [row(header), "| " + rule.joined(separator: " | ") + " |"] + rows.map(row)
  }

  private static func row(_ cells: [String]) -> String { "| " + cells.map(escaped).joined(separator: " | ") + " |" }

  /// Text on one line, in which nothing is a mark of a table or of emphasis.
  package static func escaped(_ text: String) -> String {
    text.onOneLine.replacing("|", with: "\\|").replacing("*", with: "\\*")
  }
}

extension String {
  /// Text for the content and the quoted attributes of XML and HTML, which know no control characters.
  package var escapedForXML: String {
    // Most texts, and images as text above all, have nothing to escape.
    if utf8.allSatisfy(Self.isPlainInXML) { return self }
    var result = ""
    for scalar in showingEscapedBytes.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n", "\t": result += " "
      case _ where scalar.properties.generalCategory == .control: result += "\u{fffd}"
      case "\u{fffe}", "\u{ffff}": result += "\u{fffd}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func isPlainInXML(_ byte: UInt8) -> Bool {
    (0x20..<0x7f).contains(byte) && !"&<>\"'".utf8.contains(byte)
  }

  /// At most so many characters, by dots in place of the middle.
  package func shortened(to count: Int) -> String {
    guard self.count > count else { return self }
    let kept = max(0, count - 3)
    return String(prefix((kept + 1) / 2)) + "..." + String(suffix(kept / 2))
  }
}
