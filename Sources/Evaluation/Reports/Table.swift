import Foundation

/// Columns of text, as wide as their widest cell; the first aligned to the left, the others to the right.
struct Table {
  private var rows: [[String]]

  init(header: [String]) { rows = [header] }

  /// - Precondition: as many cells as the header has.
  mutating func add(_ row: [String]) {
    precondition(row.count == rows[0].count, "\(row.count) cells for \(rows[0].count) columns")
    rows.append(row)
  }

  var text: String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : space + cell
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}

extension Double {
  /// With so many digits after the point.
  func fixed(_ digits: Int) -> String {
    guard isFinite else { return self == .infinity ? "inf" : "-" }
    return String(format: "%.\(digits)f", self)
  }
}

extension Int {
  /// With a comma between thousands.
  var grouped: String {
    var text = ""
    for (place, digit) in String(self).reversed().enumerated() {
      if place > 0, place % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return String(text.reversed())
  }
}
