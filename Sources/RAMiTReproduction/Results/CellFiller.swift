import RAMiTModels

/// Fills the cells of one row.
struct CellFiller {
  let row: PaperRow
  /// At the scale of the trainings.
  let experiment: Experiment?
  /// As the paper trains it.
  let fullRun: BuiltInRun?
  let found: WeightLibrary.Found?
  let sets: TestSets
  let keeper: ScoreKeeper
  /// What makes the weights.
  let trainCommand: String?

  /// Parameters or Mult-Adds.
  func size(_ column: PaperColumn, _ paper: PaperValue?, _ ours: Int?) -> ReproducedCell {
    ReproducedCell(
      column: column, paper: paper, ours: ours.map { .number(Double($0)) }, missing: ours == nil ? .model : nil)
  }

  /// Any other cell.
  func cell(_ column: PaperColumn, _ paper: PaperValue?) -> ReproducedCell {
    func absent(_ missing: ReproducedCell.Missing) -> ReproducedCell {
      ReproducedCell(column: column, paper: paper, ours: nil, missing: missing)
    }
    func filled(_ ours: Double, _ scores: [SetScore] = []) -> ReproducedCell {
      var cell = ReproducedCell(column: column, paper: paper, ours: .number(ours), missing: nil)
      if scores.contains(where: { $0.publishedImages != nil && $0.publishedImages != $0.images }) {
        cell.images = scores.reduce(0) { $0 + $1.images }
        cell.publishedImages = scores.reduce(0) { $0 + ($1.publishedImages ?? $1.images) }
      }
      return cell
    }
    guard let experiment, let fullRun else { return absent(.model) }
    switch column {
    case .parameters, .multAdds: return absent(.other("counted elsewhere"))
    case .setting(let setting):
      guard let text = setting.text(of: fullRun) else { return absent(.other("the configuration does not say")) }
      return ReproducedCell(column: column, paper: paper, ours: .text(text), missing: nil)
    case .framesPerSecond(_, let device?): return absent(.other("measured on an NVIDIA \(device)"))
    case .framesPerSecond(let set, nil):
      do {
        return filled(try keeper.framesPerSecond(experiment, on: set))
      } catch {
        return absent(.data(set, reason: error.reason, command: sets.command(for: set)))
      }
    case .psnr(let scored): return mean(scored, absent, filled, \.psnr)
    case .ssim(let scored): return mean(scored, absent, filled, \.ssim)
    case .deviation(let set): return mean(.one(set), absent, filled, \.deviation)
    case .imagePSNR(let set, let image):
      return mean(.one(set), absent, filled) { score in score.psnr(ofImage: image) }
    }
  }

  /// The mean over sets of what their scores have.
  private func mean(
    _ scored: PaperColumn.ScoredSets, _ absent: (ReproducedCell.Missing) -> ReproducedCell,
    _ filled: (Double, [SetScore]) -> ReproducedCell, _ value: (SetScore) -> Double?
  ) -> ReproducedCell {
    let needed =
      switch scored {
      case .one(let set): [set]
      case .mean: row.task.benchmarkSets
      }
    var scores: [SetScore] = []
    for set in needed {
      do throws(ScoreKeeper.Absence) {
        guard let found else {
          _ = try keeper.testSet(set, task: row.task)
          continue
        }
        scores.append(try keeper.score(found, on: set, sigma: row.sigma))
      } catch {
        if found == nil, let experiment, let trainCommand {
          return absent(.weightsAndData(experiment.name, command: trainCommand, set))
        }
        return absent(.data(set, reason: error.reason, command: sets.command(for: set)))
      }
    }
    guard found != nil, let experiment, let trainCommand else {
      return absent(experiment.map { .weights($0.name, command: trainCommand ?? $0.trainCommand) } ?? .model)
    }
    let values = scores.compactMap(value)
    guard values.count == needed.count else {
      return absent(.other("\(needed.map(\.rawValue).joined(separator: ", ")) of \(experiment.name): \(trainCommand)"))
    }
    return filled(values.reduce(0, +) / Double(values.count), scores)
  }
}
