import RAMiTModels
import RAMiTRuns

/// The charts of one run.
struct RunCharts {
  let all: [Chart]

  init(_ history: RunHistory, task: RestorationTask) {
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
          Self.baseline(task.baselineName, history.scores(baseline), until: history.lastIteration),
        ])
    }
    var charts = [
      Chart(title: "training loss", curves: [Curve("loss", .color(1), history.losses)], prefersLogarithm: true)
    ]
    if !history.validations.isEmpty { charts.append(scores("validation PSNR, dB", \.psnr, \.baselinePSNR)) }
    charts.append(
      Chart(
        title: "learning rate", curves: [Curve("rate", .color(2), history.learningRates)], includesZero: true))
    if !history.validations.isEmpty { charts.append(scores("validation SSIM", \.ssim, \.baselineSSIM)) }
    all = charts
  }

  /// A constant baseline is a line through the whole chart.
  static func baseline(_ name: String, _ points: [CurvePoint], until last: Int) -> Curve {
    guard let first = points.first, points.allSatisfy({ $0.y == first.y }) else {
      return Curve(name, .baseline, points)
    }
    return Curve(name, .baseline, [CurvePoint(x: 0, y: first.y), CurvePoint(x: Double(last), y: first.y)])
  }
}
