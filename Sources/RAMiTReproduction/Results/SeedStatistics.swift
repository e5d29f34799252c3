import RAMiTDiagnostics

extension ReproducedPart {
  /// Adds, for each task, the mean and the standard deviation (of a sample: divided by their number less one) over the
  /// seeds of a method; nothing where the table has no seeds.
  mutating func addSeedStatistics() {
    let seeded = rows.filter { $0.seed != nil }
    var tasks: [ReproducedRow] = []
    for row in seeded where !tasks.contains(where: { $0.task == row.task }) { tasks.append(row) }
    for first in tasks {
      let group = seeded.filter { $0.task == first.task }
      guard group.count > 1 else { continue }
      let last = rows.lastIndex { $0.task == first.task } ?? rows.count - 1
      rows.insert(
        contentsOf: [
          statistic("mean of \(group.count) seeds", group) { $0.reduce(0, +) / Double($0.count) },
          statistic("deviation of \(group.count) seeds", group, \.sampleDeviation),
        ], at: last + 1)
    }
  }

  private func statistic(
    _ name: String, _ group: [ReproducedRow], _ value: ([Double]) -> Double
  ) -> ReproducedRow {
    let cells = columns.indices.map { index in
      let cells = group.map { $0.cells[index] }
      let paper = cells.compactMap { $0.paper?.number }
      let ours = cells.compactMap { cell -> Double? in
        if case .number(let number) = cell.ours { number } else { nil }
      }
      // A mean over some of the seeds is none over all.
      let isComplete = ours.count == group.count
      var cell = ReproducedCell(
        column: columns[index], paper: paper.count == group.count ? PaperValue(value(paper).fixed(3)) : nil,
        ours: isComplete ? .number(value(ours)) : nil,
        missing: isComplete ? nil : cells.lazy.compactMap(\.missing).first ?? .model)
      if let partial = cells.first(where: { $0.publishedImages != nil }), isComplete {
        (cell.images, cell.publishedImages) = (partial.images, partial.publishedImages)
      }
      return cell
    }
    return ReproducedRow(
      part: self.name, method: name, task: group[0].task, sigma: nil, seed: nil, parameters: nil, multAdds: nil,
      configuration: nil, weights: nil, cells: cells, deviations: [])
  }
}
