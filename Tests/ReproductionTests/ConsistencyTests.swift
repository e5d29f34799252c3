import RAMiTModels
import RAMiTReproduction
import Testing

/// Every part of every table.
let paperParts = PaperTable.allCases.flatMap(\.parts)

/// The paper's numbers agree with each other. They were copied from a text in which tables are scrambled; a cell that
/// was copied wrong contradicts another one.
@Suite struct ConsistencyTests {
  @Test func everyTableIsThere() {
    #expect(
      paperParts.map(\.name) == [
        "1", "2", "3a", "3b", "4a", "4b", "4c", "5a", "5b", "Aa", "Ab", "B", "Ca", "Cb", "D", "E", "F", "Ga", "Gb", "H",
      ])
    let cells = paperParts.flatMap { part in part.rows.flatMap { $0.values + [$0.parameters, $0.multAdds] } }
    #expect(cells.compactMap(\.self).count > 900)
    // Speeds of this machine are no cells of the paper; one PSNR is not known.
    let unknown = paperParts.flatMap { part in
      part.rows.flatMap { row in zip(part.columns, row.values).filter { $1 == nil }.map { (part.name, $0.0) } }
    }
    #expect(unknown.filter { $0.0 != "E" }.map(\.0) == ["4b"])
    let speeds = unknown.filter { $0.0 == "E" }.map(\.1)
    #expect(speeds.allSatisfy { if case .framesPerSecond(_, nil) = $0 { true } else { false } })
  }

  /// A row of Tables 2, 3 and 5 for a method, whatever another table calls it.
  private func source(of row: PaperRow, _ column: PaperColumn) -> [Double]? {
    for part in paperParts where ["2", "3a", "3b", "5a", "5b"].contains(part.name) {
      let isSSIM = if case .ssim = column { true } else { false }
      let found = part.rows.first { other in
        let isSame = row.configuration.map { $0 == other.configuration } ?? (row.method == other.method)
        return isSame && other.task == row.task && other.sigma == row.sigma && (row.seed ?? 0) == 0
      }
      guard let found else { continue }
      let sets = row.task.benchmarkSets
      return sets.compactMap { set in
        let wanted = isSSIM ? PaperColumn.ssim(.one(set)) : .psnr(.one(set))
        return part.columns.firstIndex(of: wanted).flatMap { found.values[$0]?.number }
      }
    }
    return nil
  }

  /// The averages of Tables 4, A, B and C are the means of the rows of Tables 2, 3 and 5.
  @Test func averagesAreMeans() {
    var compared: [String: Int] = [:]
    for part in paperParts {
      for row in part.rows {
        for (column, value) in zip(part.columns, row.values) {
          guard [.psnr(.mean), .ssim(.mean)].contains(column), let value, let scores = source(of: row, column)
          else { continue }
          #expect(scores.count == row.task.benchmarkSets.count)
          let mean = scores.reduce(0, +) / Double(scores.count)
          #expect(value.agrees(with: mean), "Table \(part.name), \(row.method) \(row.task): \(value.text), \(mean)")
          compared[part.name, default: 0] += 1
        }
      }
    }
    #expect(compared == ["4a": 5, "4b": 4, "4c": 3, "Ab": 5, "B": 3, "Ca": 36, "Cb": 6])
  }

  /// A table that has the sets and their mean agrees with itself.
  @Test func ownAveragesAreMeans() {
    let part = PaperTable.tableC.parts[1]
    for row in part.rows {
      for (offset, column) in [(0, PaperColumn.psnr(.mean)), (1, .ssim(.mean))] {
        let index = part.columns.firstIndex(of: column)!
        let scores = stride(from: offset, to: 10, by: 2).compactMap { row.values[$0]?.number }
        #expect(scores.count == 5)
        #expect(row.values[index]!.agrees(with: scores.reduce(0, +) / 5), "\(row.method) \(row.task)")
      }
    }
  }

  /// Sizes and scores that two tables have of one method are the same, as far as both print digits.
  @Test func tablesAgreeWithEachOther() {
    var sizes = 0, scores = 0
    let all = paperParts.flatMap { part in part.rows.map { (part: part, row: $0) } }
    for (index, one) in all.enumerated() {
      for other in all[(index + 1)...] where one.row.isSame(as: other.row) {
        for (a, b) in [(one.row.parameters, other.row.parameters), (one.row.multAdds, other.row.multAdds)] {
          guard let a, let b else { continue }
          #expect(a.agrees(with: b.number!) || b.agrees(with: a.number!), "\(one.part.name) \(other.part.name)")
          sizes += 1
        }
        guard one.row.sigma == other.row.sigma, one.row.seed ?? 0 == other.row.seed ?? 0 else { continue }
        for (column, a) in zip(one.part.columns, one.row.values) where column.isNumber {
          guard let place = other.part.columns.firstIndex(of: column), let a, let b = other.row.values[place]
          else { continue }
          #expect(
            a.agrees(with: b.number!),
            "\(column.title) of \(one.row.method) \(one.row.task), Tables \(one.part.name) and \(other.part.name)")
          scores += 1
        }
      }
    }
    #expect(sizes > 100 && scores > 100)
  }

  @Test func meanAndDeviationAreThoseOfTheImages() throws {
    let part = PaperTable.tableF.parts[0]
    for row in part.rows {
      let images = row.values.prefix(15).compactMap { $0?.number }
      #expect(images.count == 15)
      let mean = images.reduce(0, +) / 15
      let deviation = (images.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 15).squareRoot()
      // The images' scores are rounded, so the last digit of the mean may differ.
      #expect(abs(try #require(row.values[15]?.number) - mean) < 0.0051)
      #expect(abs(try #require(row.values[16]?.number) - deviation) < 0.0051)
    }
  }
}

extension PaperRow {
  /// Whether this is the same method for the same task.
  fileprivate func isSame(as other: PaperRow) -> Bool {
    guard task == other.task, configuration == other.configuration else { return false }
    // Table D names a seed beside the method.
    func name(_ method: String) -> String { method.replacing(" (α)", with: "") }
    return configuration != nil || name(method) == name(other.method)
  }
}
