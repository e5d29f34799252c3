import Foundation
import RAMiTDiagnostics
import RAMiTFiles

/// A point of a trade-off plot: a method with its costs and what it achieves.
package struct TradeOffRow: Equatable, Sendable {
  package let name: String
  package let x, y: Double
  /// The area of the circle; nil where it is not known.
  package let size: Double?

  package init(name: String, x: Double, y: Double, size: Double?) {
    (self.name, self.x, self.y, self.size) = (name, x, y, size)
  }
}

/// The columns of a table of results.
package struct TradeOffTable: Sendable {
  /// The table's rows: a name, and numbers by their columns. Names of columns are in lower case.
  struct Line: Sendable {
    let name: String
    let numbers: [String: Double]
    /// What it is for, where the table says so: `x2`.
    let task: String?
  }

  let path: String
  let lines: [Line]

  /// Reads a table: CSV with a header, or JSON: an array of objects, as `ramit reproduce --json` writes it.
  ///
  /// The name is in `name` or `method`. An object's `cells` become columns: of each, ours or else the paper's number.
  /// What several cells are of, such as `psnr`, is a column, too: their mean.
  /// - Throws: `InputError` that names the file and the line.
  package init(reading path: String) throws {
    self.path = path
    let bytes = try WholeFile.read(path, kind: "a table (CSV or JSON)", maximumSize: 1 << 28)
    let start = bytes.first { !" \t\r\n".utf8.contains($0) }
    let isJSON = path.pathEnding == "json" || start == UInt8(ascii: "[") || start == UInt8(ascii: "{")
    lines = isJSON ? try Self.json(bytes, path) : try Self.csv(String(decoding: bytes, as: UTF8.self), path)
    guard !lines.isEmpty else { throw InputError(path, expected: "rows of a table", found: "0 rows") }
  }

  /// The names of all columns of numbers.
  var columns: [String] { Set(lines.flatMap(\.numbers.keys)).sorted() }

  /// The points of a plot; rows that lack x or y are left out.
  /// - Parameters:
  ///   - x: the columns that may hold it, the first that exists is taken.
  ///   - task: takes only the rows of a task.
  /// - Returns: the points, and the names of the rows that are left out.
  /// - Throws: `InputError` for a column that does not exist, with those that do, and where no row is left.
  package func rows(
    x: [String], y: [String], size: [String], task: String?
  ) throws -> (rows: [TradeOffRow], missing: [String]) {
    let lines = task.map { task in self.lines.filter { $0.task == nil || $0.task == task } } ?? self.lines
    let tasks = Set(lines.compactMap(\.task))
    guard tasks.count <= 1 else {
      throw InputError(
        "--task", expected: "one of \(tasks.sorted().joined(separator: ", "))", found: "rows of \(tasks.count) tasks")
    }
    func column(_ names: [String], _ option: String) throws -> String {
      guard let found = names.map({ $0.lowercased() }).first(where: { columns.contains($0) }) else {
        throw InputError(
          "\(path): \(option)", expected: "a column of numbers: \(columns.joined(separator: ", "))", found: names[0])
      }
      return found
    }
    let (x, y) = (try column(x, "--x"), try column(y, "--y"))
    let size = try size.count == 1 ? column(size, "--size") : try? column(size, "--size")
    var rows: [TradeOffRow] = [], missing: [String] = []
    for line in lines {
      if let x = line.numbers[x], let y = line.numbers[y] {
        rows.append(TradeOffRow(name: line.name, x: x, y: y, size: size.flatMap { line.numbers[$0] }))
      } else {
        missing.append(line.name)
      }
    }
    guard !rows.isEmpty else {
      throw InputError(path, expected: "a row with \(x) and \(y)", found: lines.count.counted("row") + " without")
    }
    return (rows, missing)
  }

  // MARK: Reading

  private static let nameColumns = ["name", "method", "model"]

  private static func csv(_ text: String, _ path: String) throws -> [Line] {
    let table = text.split(whereSeparator: \.isNewline).map { fields(String($0)) }
    guard let header = table.first?.map({ $0.lowercased() }),
      let name = header.firstIndex(where: { nameColumns.contains($0) })
    else {
      throw InputError(path, expected: "a header with name or method, and columns of numbers", found: "another text")
    }
    return try table.dropFirst().enumerated().map { number, row in
      guard row.count == header.count else {
        throw InputError(
          "\(path):\(number + 2)", expected: "\(header.count) fields", found: "\(row.count)")
      }
      var numbers: [String: Double] = [:]
      for (column, field) in zip(header, row) { if let value = value(of: field) { numbers[column] = value } }
      return Line(name: row[name], numbers: numbers, task: header.firstIndex(of: "task").map { row[$0] })
    }
  }

  /// Fields in quotes may hold commas, and quotes twice.
  private static func fields(_ line: String) -> [String] {
    var fields = [""], isQuoted = false, last: Character = ","
    for character in line {
      if character == "\"" {
        if !isQuoted, last == "\"" { fields[fields.count - 1].append("\"") }
        isQuoted.toggle()
      } else if character == ",", !isQuoted {
        fields.append("")
      } else {
        fields[fields.count - 1].append(character)
      }
      last = character
    }
    return fields.map { $0.trimmingCharacters(in: .whitespaces) }
  }

  /// Larger numbers are none: the arithmetic of axes stays far from overflow.
  fileprivate static let largest = 1e18

  /// `940K`, `163.4 G`, `1,592` and the like.
  static func value(of field: String) -> Double? {
    let text = field.replacing(",", with: "").replacing(" ", with: "")
    let factors: [Character: Double] = ["K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12]
    let factor = text.last.flatMap { factors[$0] }
    guard let number = Double(factor == nil ? text : String(text.dropLast())), abs(number) < largest else { return nil }
    return number * (factor ?? 1)
  }

  private static func json(_ bytes: [UInt8], _ path: String) throws -> [Line] {
    let objects: [[String: JSONValue]]
    do {
      objects = try JSON.decode([[String: JSONValue]].self, from: bytes)
    } catch {
      throw InputError(path, expected: "a JSON array of objects, one for each method", found: "other content")
    }
    return try objects.enumerated().map { number, object in
      let lower = Dictionary(object.map { ($0.key.lowercased(), $0.value) }) { first, _ in first }
      guard let name = nameColumns.lazy.compactMap({ lower[$0]?.text }).first else {
        throw InputError(path, expected: "a name or a method in each object", found: "none in object \(number + 1)")
      }
      var numbers: [String: Double] = [:]
      for (key, value) in lower where key != "cells" { if let number = value.number { numbers[key] = number } }
      let cells = lower["cells"]?.cells ?? []
      for cell in cells { numbers[cell.name.lowercased()] = cell.number }
      for quantity in Set(cells.map(\.quantity)) where numbers[quantity] == nil {
        numbers[quantity] = mean(of: cells.filter { $0.quantity == quantity })
      }
      return Line(name: name, numbers: numbers, task: lower["task"]?.text)
    }
  }
}

/// The mean of cells: of ours where all have one, else of the paper's, else of what there is.
private func mean(of cells: [TableCell]) -> Double? {
  let (ours, paper) = (cells.compactMap(\.ours), cells.compactMap(\.paper))
  let values = ours.count == cells.count ? ours : paper.count == cells.count ? paper : cells.compactMap(\.number)
  return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
}

/// A cell of a table: what was measured, and what the paper has.
private struct TableCell {
  let name: String
  /// What it is a number of, in lower case: `psnr`.
  let quantity: String
  let ours, paper: Double?

  var number: Double? { ours ?? paper }
}

/// Any JSON.
private enum JSONValue: Decodable {
  case null
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .number(value ? 1 : 0)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  var text: String? { if case .text(let text) = self { text } else { nil } }

  /// A number, alone or as a pair of ours and the paper's.
  var number: Double? {
    switch self {
    case .number(let value): abs(value) < TradeOffTable.largest ? value : nil
    case .text(let text): TradeOffTable.value(of: text)
    case .object(let pair): pair["ours"]?.number ?? pair["paper"]?.number
    default: nil
    }
  }

  /// Cells by name, as an object or as a list of objects that name themselves.
  var cells: [TableCell] {
    switch self {
    case .object(let cells): cells.sorted { $0.key < $1.key }.map { $1.cell(named: $0) }
    case .list(let cells):
      cells.compactMap { cell in
        guard case .object(let parts) = cell else { return nil }
        return (parts["column"]?.text ?? parts["name"]?.text).map { cell.cell(named: $0) }
      }
    default: []
    }
  }

  private func cell(named name: String) -> TableCell {
    guard case .object(let parts) = self else {
      return TableCell(name: name, quantity: Self.quantity(of: name), ours: number, paper: nil)
    }
    return TableCell(
      name: name, quantity: parts["quantity"]?.text?.lowercased() ?? Self.quantity(of: name),
      ours: parts["ours"]?.number, paper: parts["paper"]?.number)
  }

  /// The last word of a column's name.
  private static func quantity(of name: String) -> String {
    name.lowercased().split { !$0.isLetter && !$0.isNumber }.last.map(String.init) ?? ""
  }
}
