import RAMiTRuns

/// Points that belong together, and how they look.
struct Curve {
  /// How a curve is drawn: in one of the colours, or dashed as a baseline, in the colour of its run where it is that
  /// of one run only.
  enum Style: Equatable {
    case color(Int)
    case baseline(of: Int?)

    var isBaseline: Bool { if case .baseline = self { true } else { false } }
  }

  let name: String
  let style: Style
  /// The points that can be drawn.
  let points: [CurvePoint]
  /// The best point, which gets a ring.
  var best: CurvePoint?
  /// Whether a value holds until a lower one takes its place; otherwise points are joined by lines.
  var fallsInSteps = false

  init(_ name: String, _ style: Style, _ points: [CurvePoint], best: CurvePoint? = nil) {
    self.name = name
    self.style = style
    // The frame's arithmetic stays far from overflow.
    self.points = points.filter { abs($0.x) <= Self.largest && abs($0.y) <= Self.largest }
    self.best = best.flatMap { self.points.contains($0) ? $0 : nil }
  }

  private static let largest = 1e30

  /// A curve of fewer points, about twice `stretches` at most, that looks the same. It keeps the lowest and the highest
  /// point of each stretch, and the ends.
  func thinned(to stretches: Int) -> [CurvePoint] {
    guard points.count > 2 * stretches + 2 else { return points }
    var result = [points[0]]
    let inner = 1..<points.count - 1
    for stretch in 0..<stretches {
      let part =
        inner.lowerBound + inner.count * stretch / stretches..<inner.lowerBound + inner.count * (stretch + 1)
        / stretches
      let lowest = part.min { points[$0].y < points[$1].y } ?? part.lowerBound
      let highest = part.max { points[$0].y < points[$1].y } ?? part.lowerBound
      result.append(points[min(lowest, highest)])
      if lowest != highest { result.append(points[max(lowest, highest)]) }
    }
    result.append(points[points.count - 1])
    return result
  }

  /// The corners of a curve through these points.
  func corners(_ points: [CurvePoint]) -> [CurvePoint] {
    guard fallsInSteps else { return points }
    return points.indices.flatMap { index in
      let point = points[index]
      let isStep = index > 0 && point.y < points[index - 1].y
      return isStep ? [CurvePoint(x: point.x, y: points[index - 1].y), point] : [point]
    }
  }
}
