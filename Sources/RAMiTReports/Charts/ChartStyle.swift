/// How charts look, in light and in dark surroundings.
enum ChartStyle {
  /// They differ in hue and lightness; after the last come the first again, dashed.
  private static let colors: [(light: String, dark: String)] = [
    ("#1d5fd1", "#7fb0ff"), ("#c2410c", "#ff9a5c"), ("#15803d", "#63d391"), ("#8b2fc9", "#cf9bff"),
    ("#0e7490", "#5fd0e6"), ("#be185d", "#ff8fc0"), ("#8a6500", "#e6c64f"), ("#4b5563", "#b6c0cd"),
  ]

  static func name(_ number: Int) -> String {
    let cycle = number / colors.count % 3
    return "c\(number % colors.count)" + (cycle == 0 ? "" : " dash\(cycle)")
  }

  /// Rules for everything of class `chart` and `swatch`.
  static var css: String {
    """
    .chart text { font: 13px system-ui, sans-serif; fill: #555b66; stroke: none; }
    .chart .title { font-weight: 600; fill: #1c2027; }
    .chart .grid { stroke: #e3e5e9; stroke-width: 1; }
    .chart polyline { fill: none; stroke-width: 2; stroke-linejoin: round; }
    .chart circle.best { fill: none; stroke-width: 2; }
    .chart polyline.base { fill: none; stroke: #7b828e; }
    .chart circle.base, .chart .base { fill: #6b7280; }
    .chart .dash1 { stroke-dasharray: 8 3; }
    .chart .dash2 { stroke-dasharray: 2 3; }
    \(rules { $0.light })
    @media (prefers-color-scheme: dark) {
    .chart text { fill: #a7aebb; }
    .chart .title { fill: #eef0f4; }
    .chart .grid { stroke: #30353f; }
    .chart polyline.base { stroke: #8f97a5; }
    .chart circle.base, .chart .base { fill: #9aa2b0; }
    \(rules { $0.dark })
    }
    .chart polyline.base { fill: none; stroke-dasharray: 6 4; }
    """
  }

  private static func rules(_ color: ((light: String, dark: String)) -> String) -> String {
    colors.enumerated().map { number, pair in
      let color = color(pair)
      return """
        .chart polyline.c\(number), .chart circle.best.c\(number) { stroke: \(color); }
        .chart circle.c\(number), .chart tspan.c\(number) { fill: \(color); }
        .chart circle.best.c\(number) { fill: none; }
        .swatch.c\(number) { background: \(color); }
        """
    }.joined(separator: "\n")
  }
}

extension Curve.Style {
  /// The class that the rules are for.
  var name: String {
    switch self {
    case .color(let number): ChartStyle.name(number)
    case .baseline(let run): "base" + (run.map { " " + ChartStyle.name($0) } ?? "")
    }
  }
}
