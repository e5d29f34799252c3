import Foundation

/// A picture to draw on: 8 bits, RGB, with smooth edges.
package struct Canvas {
  /// In pixels.
  package let width, height: Int
  /// Row by row from the top.
  private var pixels: [UInt8]

  /// - Precondition: there are pixels.
  package init(width: Int, height: Int, background: Color = .white) {
    precondition(width > 0 && height > 0, "a canvas has pixels, not \(width) x \(height)")
    self.width = width
    self.height = height
    pixels = [UInt8](repeating: 255, count: width * height * 3)
    if background != .white { fillRectangle(x: 0, y: 0, width: Double(width), height: Double(height), background) }
  }

  /// What has been drawn.
  package var image: Image { Image(width: width, height: height, channels: 3, samples: .uint8(pixels)) }

  // MARK: Shapes

  /// Fills polygons; see `CoverageMask.add`.
  package mutating func fill(_ outlines: [[Point]], _ color: Color, opacity: Double = 1) {
    paint([outlines], color, opacity: opacity)
  }

  package mutating func fillRectangle(
    x: Double, y: Double, width: Double, height: Double, _ color: Color, opacity: Double = 1
  ) {
    fill([rectangle(x: x, y: y, width: width, height: height)], color, opacity: opacity)
  }

  /// The frame of a rectangle, drawn outside of it: what it encloses stays visible as a whole.
  package mutating func strokeRectangle(
    x: Double, y: Double, width: Double, height: Double, lineWidth: Double, _ color: Color
  ) {
    let outer = rectangle(
      x: x - lineWidth, y: y - lineWidth, width: width + 2 * lineWidth, height: height + 2 * lineWidth)
    fill([outer, rectangle(x: x, y: y, width: width, height: height).reversed()], color)
  }

  private func rectangle(x: Double, y: Double, width: Double, height: Double) -> [Point] {
    [Point(x, y), Point(x + width, y), Point(x + width, y + height), Point(x, y + height)]
  }

  package mutating func fillCircle(center: Point, radius: Double, _ color: Color, opacity: Double = 1) {
    fill([circle(center, radius)], color, opacity: opacity)
  }

  /// A circle's line, centred on its radius.
  package mutating func strokeCircle(center: Point, radius: Double, lineWidth: Double, _ color: Color) {
    let inner = radius - lineWidth / 2
    let hole = inner > 0 ? [Array(circle(center, inner).reversed())] : []
    fill([circle(center, radius + lineWidth / 2)] + hole, color)
  }

  private func circle(_ center: Point, _ radius: Double) -> [Point] {
    let corners = max(16, Int((4 * radius.squareRoot() * 4).rounded()))
    return (0..<corners).map { corner in
      let angle = 2 * Double.pi * Double(corner) / Double(corners)
      return Point(center.x + radius * cos(angle), center.y + radius * sin(angle))
    }
  }

  /// A line through points, with round ends and joints.
  /// - Parameter dash: the lengths of dashes and of gaps in turn; empty for a whole line.
  package mutating func line(_ points: [Point], lineWidth: Double, _ color: Color, dash: [Double] = []) {
    paint(
      dashes(of: points, dash).flatMap { capsules(along: $0, width: lineWidth) }.map { [$0] }, color, opacity: 1)
  }

  private func dashes(of points: [Point], _ dash: [Double]) -> [[Point]] {
    guard !dash.isEmpty, dash.allSatisfy({ $0 > 0 }), points.count > 1 else { return [points] }
    var result: [[Point]] = [], current = [points[0]]
    var index = 0, left = dash[0]
    for (start, end) in zip(points, points.dropFirst()) {
      let length = hypot(end.x - start.x, end.y - start.y)
      var walked = 0.0
      while length - walked > left {
        walked += left
        let point = Point(
          start.x + (end.x - start.x) * walked / length, start.y + (end.y - start.y) * walked / length)
        if index % 2 == 0 { result.append(current + [point]) }
        current = [point]
        index += 1
        left = dash[index % dash.count]
      }
      left -= length - walked
      current.append(end)
    }
    if index % 2 == 0 { result.append(current) }
    return result
  }

  // MARK: Text

  /// Text in the font of strokes.
  /// - Parameters:
  ///   - position: on the baseline, at the text's start, middle or end; text that is turned runs upward.
  ///   - size: the font's size, in pixels.
  package mutating func text(
    _ text: String, at position: Point, size: Double, isBold: Bool = false, anchor: TextAnchor = .start,
    isTurned: Bool = false, _ color: Color = .black
  ) {
    let font = StrokeFont(size: size, isBold: isBold)
    let start = font.width(of: text) * anchor.share
    // Whole pixels keep the font's lines sharp.
    let origin = Point(
      (position.x - (isTurned ? 0 : start)).rounded(), (position.y + (isTurned ? start : 0)).rounded())
    let pieces = font.strokes(of: text).flatMap { stroke in
      let points = stroke.points.map { point in
        isTurned ? Point(origin.x - point.y, origin.y - point.x) : Point(origin.x + point.x, origin.y - point.y)
      }
      return capsules(along: points, width: stroke.width)
    }
    paint(pieces.map { [$0] }, color, opacity: 1)
  }

  // MARK: Images

  /// Draws an image, gray or RGB, each of its pixels as large as the rectangle asks for. Parts beside the canvas are
  /// left out; alpha is ignored.
  package mutating func draw(_ image: Image, x: Int, y: Int, width: Int, height: Int) {
    let source = (image.bitDepth == 8 ? image : Image(image.tensor())).rgb()
    guard case .uint8(let values) = source.samples, width > 0, height > 0 else { return }
    for row in max(0, y)..<max(0, y, min(self.height, y + height)) {
      let from = (row - y) * image.height / height * image.width
      for column in max(0, x)..<max(0, x, min(self.width, x + width)) {
        let pixel = 3 * (from + (column - x) * image.width / width), to = 3 * (row * self.width + column)
        for c in 0..<3 { pixels[to + c] = values[pixel + c] }
      }
    }
  }

  // MARK: Paint

  /// Paints shapes, each of one or more outlines; pixels that several share are painted once.
  private mutating func paint(_ shapes: [[[Point]]], _ color: Color, opacity: Double) {
    let points = shapes.joined().joined()
    guard !points.isEmpty, points.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else { return }
    func side(_ values: [Double], _ length: Int) -> Range<Int> {
      // Shapes far outside of the canvas take no memory.
      let limit = Double(length) + Self.margin
      let low = max(-Self.margin, min(limit, values.min()!.rounded(.down)))
      return Int(low)..<Int(max(low, min(limit, values.max()!.rounded(.up))))
    }
    let columns = side(points.map(\.x), width), rows = side(points.map(\.y), height).clamped(to: 0..<height)
    var mask = CoverageMask(left: columns.lowerBound, top: rows.lowerBound, width: columns.count, height: rows.count)
    for shape in shapes { mask.add(shape) }
    let colors = [color.red, color.green, color.blue].map(Double.init)
    for row in rows {
      for column in columns.clamped(to: 0..<width) {
        let index = (row - rows.lowerBound) * columns.count + column - columns.lowerBound
        let share = Double(mask.values[index]) * opacity
        guard share > 0 else { continue }
        for c in 0..<3 {
          let place = 3 * (row * width + column) + c, old = Double(pixels[place])
          pixels[place] = UInt8((old + (colors[c] - old) * share).rounded())
        }
      }
    }
  }

  private static let margin = 4096.0
}

/// Which part of a text its position names.
package enum TextAnchor: String, Sendable {
  case start, middle, end

  /// The share of the text's width that lies before the position.
  var share: Double {
    switch self {
    case .start: 0
    case .middle: 0.5
    case .end: 1
    }
  }
}

/// The pieces of a line: from point to point, with half a circle around each end. All turn the same way.
private func capsules(along points: [Point], width: Double) -> [[Point]] {
  let radius = width / 2
  guard points.count > 1 else { return points.map { capsule(from: $0, to: $0, radius: radius) } }
  return zip(points, points.dropFirst()).map { capsule(from: $0, to: $1, radius: radius) }
}

private func capsule(from start: Point, to end: Point, radius: Double) -> [Point] {
  let direction = atan2(end.y - start.y, end.x - start.x), steps = max(4, Int(2 * radius))
  func cap(_ center: Point, from angle: Double) -> [Point] {
    (0...steps).map { step in
      let turned = angle + Double.pi * Double(step) / Double(steps)
      return Point(center.x + radius * cos(turned), center.y + radius * sin(turned))
    }
  }
  return cap(end, from: direction - .pi / 2) + cap(start, from: direction + .pi / 2)
}
