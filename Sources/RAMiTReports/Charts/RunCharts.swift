import RAMiTModels
import RAMiTRuns

/// The charts of one run.
struct RunCharts {
  let all: [Chart]

  init(_ record: RunRecord) {
    let (history, task) = (record.history, record.configuration.task)
    let best = history.best
    func scores(
      _ title: String, _ score: KeyPath<MetricsLine, Double?>, _ baseline: KeyPath<MetricsLine, Double?>
    ) -> Chart {
      let points = history.scores(score)
      let marked = points.first { $0.x == best.map { Double($0.iteration) } && $0.y == best?[keyPath: score] }
      return Chart(
        title: title,
        curves: [
          Curve("restored", .color(0), points, best: marked),
          Self.baseline(task.baselineName, history.scores(baseline), of: nil, until: history.lastIteration),
        ])
    }
    var charts = [
      Chart(title: "training loss", curves: [Curve("loss", .color(1), history.losses)], prefersLogarithm: true)
    ]
    if !history.validations.isEmpty { charts.append(scores("validation PSNR, dB", \.psnr, \.baselinePSNR)) }
    charts.append(
      Chart(title: "learning rate", curves: [Self.learningRates("now", .color(2), record)], includesZero: true))
    if !history.validations.isEmpty { charts.append(scores("validation SSIM", \.ssim, \.baselineSSIM)) }
    all = charts
  }

  /// The learning rate of a run, which falls in steps or smoothly as its schedule says.
  static func learningRates(_ name: String, _ style: Curve.Style, _ record: RunRecord) -> Curve {
    var curve = Curve(name, style, record.history.learningRates)
    curve.fallsInSteps = [.constant, .milestones].contains(record.configuration.schedule.decay)
    return curve
  }

  /// A constant baseline is a line through the whole chart.
  /// - Parameter run: the number of the only run that it belongs to.
  static func baseline(_ name: String, _ points: [CurvePoint], of run: Int?, until last: Int) -> Curve {
    guard let first = points.first, points.allSatisfy({ $0.y == first.y }) else {
      return Curve(name, .baseline(of: run), points)
    }
    let ends = [CurvePoint(x: 0, y: first.y), CurvePoint(x: Double(last), y: first.y)]
    return Curve(name, .baseline(of: run), ends)
  }
}
