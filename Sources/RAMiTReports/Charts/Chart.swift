import Foundation
import RAMiTDiagnostics
import RAMiTRuns

/// Curves over iterations in one frame: title, axes, grid, and a name with the last value for each curve.
struct Chart {
  let title: String
  let curves: [Curve]
  var prefersLogarithm = false
  var includesZero = false
  /// Without it the page around the chart has to name the curves.
  var hasNames = true

  static let width = 480.0, height = 280.0
  private static let left = 54.0, right = 14.0, top = 30.0, bottom = 42.0
  /// More points than pixels show nothing more.
  private static let stretches = 220
  /// A curve of at most this many points has a mark on each, with its value as a hint.
  private static let mostMarks = 40

  /// The chart as an SVG of its own, which is as wide as its container.
  var svg: Markup {
    """
    <svg class="chart" viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" role="img" \
    xmlns="http://www.w3.org/2000/svg"><title>\(title)</title>\(content)</svg>
    """
  }

  /// What is inside the SVG.
  var content: Markup {
    let points = curves.flatMap(\.points)
    let heading: Markup = "<text class=\"title\" x=\"0\" y=\"15\">\(title)</text>"
    guard !points.isEmpty else {
      return heading + text(Self.width / 2, Self.height / 2, "no points yet", anchor: "middle")
    }
    let frame = Frame(
      x: Axis(until: max(points.map(\.x).max() ?? 1, 1)),
      y: Axis(points.map(\.y) + (includesZero ? [0] : []), prefersLogarithm: prefersLogarithm))
    // Baselines lie below the other curves.
    let ordered = curves.filter(\.style.isBaseline) + curves.filter { !$0.style.isBaseline }
    return heading + names + frame.grid + "\(ordered.map { draw($0, in: frame) })"
  }

  /// At the right of the title, the first curve first.
  private var names: Markup {
    guard hasNames else { return "" }
    let parts: [Markup] = curves.compactMap { curve in
      guard let end = curve.points.last else { return nil }
      return "<tspan dx=\"12\" class=\"\(curve.style.name)\">\(curve.name) \(String(significant: end.y))</tspan>"
    }
    return "<text x=\"\(decimal(Self.width - Self.right))\" y=\"15\" text-anchor=\"end\">\(parts)</text>"
  }

  private func draw(_ curve: Curve, in frame: Frame) -> Markup {
    let points = curve.thinned(to: Self.stretches)
    guard let end = points.last else { return "" }
    let path = curve.corners(points).map { "\(decimal(frame.x($0))),\(decimal(frame.y($0)))" }
      .joined(separator: " ")
    var marks = curve.points.count <= Self.mostMarks && !curve.style.isBaseline ? points : [end]
    if let best = curve.best {
      if !marks.contains(best) { marks.append(best) }
    }
    let dots: [Markup] = marks.map { point in
      let isBest = point == curve.best
      return """
        <circle class="\(curve.style.name)\(isBest ? " best" : "")" cx="\(decimal(frame.x(point)))" \
        cy="\(decimal(frame.y(point)))" r="\(isBest ? "4.5" : "2.5")"><title>\(curve.name), iteration \
        \(String(significant: point.x)): \(String(significant: point.y))\(isBest ? ", best" : "")</title></circle>
        """
    }
    return "<polyline class=\"\(curve.style.name)\" points=\"\(path)\"/>\(dots)"
  }

  // MARK: The frame

  /// Where values are in the picture.
  private struct Frame {
    let x, y: Axis

    func x(_ point: CurvePoint) -> Double { across(x.position(point.x)) }
    func y(_ point: CurvePoint) -> Double { down(y.position(point.y)) }

    private func across(_ share: Double) -> Double { Chart.left + (Chart.width - Chart.left - Chart.right) * share }
    private func down(_ position: Double) -> Double {
      Chart.height - Chart.bottom - (Chart.height - Chart.bottom - Chart.top) * position
    }

    var grid: Markup {
      let (top, bottom) = (down(1), down(0))
      let rows: [Markup] = y.ticks.map { tick in
        let height = down(y.position(tick))
        return line(across(0), height, across(1), height)
          + text(Chart.left - 7, height + 4.5, y.label(tick), anchor: "end")
      }
      let columns: [Markup] = x.ticks.enumerated().map { index, tick in
        let position = across(x.position(tick))
        // The last label stays within the picture.
        let isAtEnd = index + 1 == x.ticks.count && position > across(1) - 20
        return line(position, top, position, bottom)
          + text(isAtEnd ? position + 10 : position, bottom + 18, x.label(tick), anchor: isAtEnd ? "end" : "middle")
      }
      let end = line(across(1), top, across(1), bottom)
      return "\(rows)\(columns)\(end)" + text(across(0.5), Chart.height - 6, "iterations", anchor: "middle")
    }

    private func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> Markup {
      "<line class=\"grid\" x1=\"\(decimal(x1))\" y1=\"\(decimal(y1))\" x2=\"\(decimal(x2))\" y2=\"\(decimal(y2))\"/>"
    }
  }
}

/// A coordinate.
private func decimal(_ value: Double) -> String { value.fixed(1) }

private func text(_ x: Double, _ y: Double, _ content: String, anchor: String) -> Markup {
  "<text x=\"\(decimal(x))\" y=\"\(decimal(y))\" text-anchor=\"\(anchor)\">\(content)</text>"
}

extension String {
  /// Four significant digits, or all before the point.
  init(significant value: Double) {
    self = abs(value) >= 1e4 && abs(value) < 1e15 ? value.fixed(0) : String(format: "%.4g", value)
  }
}
