import RAMiTDiagnostics

extension TrainingPlan {
  /// Epochs, or iterations, in which the learning rate is constant or changes in one direction.
  package struct Row: Equatable, Sendable {
    /// Epochs, or iterations where the schedule counts iterations; from 1 on.
    package let span: ClosedRange<Int>
    package let module: String?
    package let patch, batch, iterationsPerEpoch: Int
    /// At the first iteration, and the value that it moves towards.
    package let firstLearningRate, lastLearningRate: Double
  }

  /// The plan as a table.
  package var rows: [Row] {
    stages.flatMap { stage in
      let times = stage.times
      let starts =
        [times.lowerBound] + stage.learningRates.breaks.filter { $0 > times.lowerBound && $0 < times.upperBound }
      // The stage of a warm start is always counted in epochs.
      let unit = countsIterations && !stage.countsIterations ? stage.iterationsPerEpoch : 1
      let offset = countsIterations == stage.countsIterations ? stage.scheduleStart : 0
      return starts.enumerated().map { index, start in
        let end = index + 1 < starts.count ? starts[index + 1] : times.upperBound
        let (first, last) = stage.learningRates.learningRates(from: start, to: end)
        return Row(
          span: offset + start * unit + 1...offset + end * unit, module: stage.module, patch: stage.patch,
          batch: stage.batch, iterationsPerEpoch: stage.iterationsPerEpoch, firstLearningRate: first,
          lastLearningRate: last)
      }
    }
  }

  /// Rows as columns of text, with a heading.
  var table: [String] {
    let header = [
      countsIterations ? "iterations" : "epochs", "trains", "patch", "batch",
      countsIterations ? "an epoch" : "iterations", "learning rate",
    ]
    var table = TextTable(header: header, textColumns: header.count)
    for row in rows {
      let rate = scientific(row.firstLearningRate)
      table.add([
        "\(row.span.lowerBound)-\(row.span.upperBound)", row.module ?? "all", "\(row.patch)", "\(row.batch)",
        "\(row.iterationsPerEpoch)",
        row.firstLearningRate == row.lastLearningRate ? rate : "\(rate) to \(scientific(row.lastLearningRate))",
      ])
    }
    return table.lines
  }
}
