import Foundation

/// The curves of a run, loss above and PSNR below, as an SVG file that needs nothing else.
struct CurveChart {
  let title: String
  let metrics: [MetricsLine]

  private static let width = 760.0, height = 620.0
  private static let left = 70.0, right = 24.0
  private static let ink = "#444", grid = "#e4e4e4", font = "font-family=\"sans-serif\" font-size=\"12\""

  var svg: String {
    let losses = metrics.filter { $0.kind == .training }.compactMap { line in
      line.loss.map { (Double(line.iteration), $0) }
    }
    let scores = metrics.filter { $0.kind == .validation }
    let restored = scores.compactMap { line in line.psnr.map { (Double(line.iteration), $0) } }
    let baseline = scores.compactMap { line in line.baselinePSNR.map { (Double(line.iteration), $0) } }
    let last = max(Double(metrics.map(\.iteration).max() ?? 1), 1)
    var parts = [
      """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" \
      width="\(Int(Self.width))" height="\(Int(Self.height))">
      <rect width="100%" height="100%" fill="white"/>
      <text x="\(Int(Self.left))" y="24" font-family="sans-serif" font-size="16" fill="\(Self.ink)">\
      \(escaped(title))</text>
      """
    ]
    parts += panel(
      top: 48, height: 240, last: last, label: "L1 loss (mean since the last point)",
      curves: [Curve(name: "loss", color: "#c2410c", isDashed: false, points: losses)])
    parts += panel(
      top: 336, height: 240, last: last, label: "validation PSNR, dB",
      curves: [
        Curve(name: "restored", color: "#1d4ed8", isDashed: false, points: restored),
        Curve(name: "before", color: "#6b7280", isDashed: true, points: baseline),
      ])
    parts.append(text(Self.width / 2, Self.height - 8, "iterations", anchor: "middle"))
    parts.append("</svg>\n")
    return parts.joined(separator: "\n")
  }

  private struct Curve {
    let name: String
    let color: String
    let isDashed: Bool
    let points: [(x: Double, y: Double)]
  }

  /// Axes, grid and curves in one frame.
  private func panel(top: Double, height: Double, last: Double, label: String, curves: [Curve]) -> [String] {
    let values = curves.flatMap(\.points).map(\.y).filter(\.isFinite)
    let ticks = Self.ticks(values.min() ?? 0, values.max() ?? 1)
    let (low, high) = (ticks[0], ticks[ticks.count - 1])
    let plotWidth = Self.width - Self.left - Self.right
    func x(_ value: Double) -> Double { Self.left + plotWidth * value / last }
    func y(_ value: Double) -> Double { top + height * (high - value) / (high - low) }

    var parts = [text(Self.left, top - 8, label)]
    for tick in ticks {
      parts.append(line(Self.left, y(tick), Self.width - Self.right, y(tick), Self.grid))
      parts.append(text(Self.left - 8, y(tick) + 4, Self.label(tick, step: ticks[1] - ticks[0]), anchor: "end"))
    }
    for tick in Self.ticks(0, last).filter({ $0 <= last }) {
      parts.append(line(x(tick), top, x(tick), top + height, Self.grid))
      parts.append(text(x(tick), top + height + 16, Self.label(tick, step: 1), anchor: "middle"))
    }
    for (place, curve) in curves.enumerated() {
      let points = curve.points.filter { $0.y.isFinite }
      let path = points.map { "\(decimals(x($0.x), 1)),\(decimals(y($0.y), 1))" }.joined(separator: " ")
      let dash = curve.isDashed ? " stroke-dasharray=\"6 4\"" : ""
      parts.append(
        "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(curve.color)\" stroke-width=\"2\"\(dash)/>")
      if let end = points.last {
        parts.append(
          "<circle cx=\"\(decimals(x(end.x), 1))\" cy=\"\(decimals(y(end.y), 1))\" r=\"3\" fill=\"\(curve.color)\"/>")
        let value = "\(curve.name) \(String(format: "%.4g", end.y))"
        parts.append(
          text(Self.width - Self.right, top - 8 - 16 * Double(place), value, anchor: "end", color: curve.color))
      }
    }
    return parts
  }

  /// Round numbers that enclose a range, at most about six of them.
  private static func ticks(_ low: Double, _ high: Double) -> [Double] {
    let span = max(high - low, max(abs(high), 1) * 1e-6)
    let power = pow(10, (log10(span / 5)).rounded(.down))
    let step = [1, 2, 5, 10].map { $0 * power }.first { span / $0 <= 5 } ?? 10 * power
    let first = (low / step).rounded(.down), last = max((high / step).rounded(.up), first + 1)
    return (0...Int(last - first)).map { (first + Double($0)) * step }
  }

  private static func label(_ value: Double, step: Double) -> String {
    decimals(value, max(0, Int((-log10(step)).rounded(.up))))
  }

  private func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ color: String) -> String {
    let (x1, y1, x2, y2) = (decimals(x1, 1), decimals(y1, 1), decimals(x2, 1), decimals(y2, 1))
    return "<line x1=\"\(x1)\" y1=\"\(y1)\" x2=\"\(x2)\" y2=\"\(y2)\" stroke=\"\(color)\"/>"
  }

  private func text(
    _ x: Double, _ y: Double, _ content: String, anchor: String = "start", color: String = Self.ink
  ) -> String {
    "<text x=\"\(decimals(x, 1))\" y=\"\(decimals(y, 1))\" \(Self.font) fill=\"\(color)\" text-anchor=\"\(anchor)\">"
      + escaped(content) + "</text>"
  }

  private func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
