import RAMiTDiagnostics
import RAMiTModels

/// Fills tables of the paper with what this package has: sizes from configurations, scores from weights and test sets,
/// speeds from this machine.
package struct Reproduction {
  private let configurations: ConfigurationFolder
  private let scale: ReproductionScale
  private let output: String
  private let library: WeightLibrary
  private let sets: TestSets
  private let keeper: ScoreKeeper
  private let note: (String) -> Void

  /// - Parameters:
  ///   - output: the folder of the trainings (`RunsFolder`).
  ///   - note: called with remarks on files.
  package init(
    configurations: ConfigurationFolder, scale: ReproductionScale, output: String, library: WeightLibrary,
    sets: TestSets, keeper: ScoreKeeper, note: @escaping (String) -> Void = { _ in }
  ) {
    (self.configurations, self.scale, self.output) = (configurations, scale, output)
    (self.library, self.sets, self.keeper, self.note) = (library, sets, keeper, note)
  }

  /// A table, filled.
  /// - Throws: `InputError` for a configuration that cannot be read, or weights that are damaged.
  package func reproduced(_ part: PaperPart) throws -> ReproducedPart {
    var columns: [PaperColumn] = []
    if part.rows.contains(where: { $0.parameters != nil }) { columns.append(.parameters) }
    if part.rows.contains(where: { $0.multAdds != nil }) { columns.append(.multAdds) }
    columns += part.columns
    var result = ReproducedPart(
      name: part.name, title: part.title, isTransposed: part.isTransposed, columns: columns,
      rows: try part.rows.map { try reproduced($0, of: part, columns) })
    result.addSeedStatistics()
    return result
  }

  private func reproduced(_ row: PaperRow, of part: PaperPart, _ columns: [PaperColumn]) throws -> ReproducedRow {
    let full = try row.configuration.map { try configurations.experiment($0, seed: row.seed) }
    let experiment = full?.scaled(to: scale, output: output, data: nil)
    let complexity = full.map { Complexity(of: $0.run.model.architecture, outputWidth: 1280, height: 720) }
    let found = try part.needsWeights ? experiment.flatMap { try weights(of: $0, row) } : nil
    let filler = CellFiller(
      row: row, experiment: experiment, fullRun: full?.run, found: found, sets: sets, keeper: keeper,
      trainCommand: full.map { trainCommand($0, part.name) })
    let paper = columns.prefix(columns.count - part.columns.count).map { column in
      column == .parameters ? row.parameters : row.multAdds
    }
    let cells = zip(columns, paper + row.values).map { column, paper in
      switch column {
      case .parameters: filler.size(column, paper, complexity?.parameters)
      case .multAdds: filler.size(column, paper, complexity?.multAdds)
      default: filler.cell(column, paper)
      }
    }
    return ReproducedRow(
      part: part.name, method: row.method, task: row.task, sigma: row.sigma, seed: row.seed,
      parameters: complexity?.parameters, multAdds: complexity?.multAdds, configuration: full?.file,
      weights: found.map { ReproducedRow.Weights(file: $0.file, model: $0.modelName, isOwn: $0.isOwn) }, cells: cells,
      deviations: cells.compactMap { $0.deviation(of: row) })
  }

  private func weights(of experiment: Experiment, _ row: PaperRow) throws -> WeightLibrary.Found? {
    try library.weights(of: experiment, relatives: scale == .full ? row.alsoWeightsOf : [], note: note)
  }

  /// What makes the weights of a row.
  private func trainCommand(_ experiment: Experiment, _ part: String) -> String {
    guard scale == .tiny else { return experiment.trainCommand }
    return "ramit reproduce \(PaperTable.name(ofPart: part)) --scale tiny --train --output \(output)"
  }
}

extension ReproducedCell {
  /// A line for a size or a setting that differs from the printed one.
  fileprivate func deviation(of row: PaperRow) -> String? {
    switch column {
    case .parameters, .multAdds, .setting: break
    default: return nil
    }
    guard agrees == false, let paper else { return nil }
    let counted: String =
      switch ours {
      case .number(let number): "\(Int(number).grouped) here"
      default: "\(oursShown) here"
      }
    let reason = row.deviation.map { ": \($0)" } ?? ""
    return "\(row.method), \(row.task.rawValue), \(column.title): \(counted), \(paper.shown) printed\(reason)"
  }
}
