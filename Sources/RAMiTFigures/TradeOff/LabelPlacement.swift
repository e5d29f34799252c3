import Foundation
import RAMiTImaging

/// Finds places for the names of circles, so that they cover neither each other nor a circle.
struct LabelPlacement {
  struct Circle {
    let center: Point
    let radius: Double
  }

  let circles: [Circle]
  /// Names stay inside of it.
  let frame: Rectangle
  let textSize: Double

  /// A name's place, on the page.
  struct Label {
    let text: FigureText
    /// Whether a line should lead to the circle, which is not beside the name.
    let isFar: Bool
  }

  /// Overlaps of less than a pixel, as roundings make them, are none.
  private static let free = 1.0

  /// Places one name for each circle. The name with the least room goes first: in the middle of a crowd.
  /// - Parameter isBold: the names that are bold.
  func labels(_ names: [String], isBold: [Bool]) -> [Label] {
    var placed: [Rectangle] = []
    var labels: [Int: Label] = [:]
    let order = names.indices.sorted { crowding($0) == crowding($1) ? $0 < $1 : crowding($0) > crowding($1) }
    for index in order {
      var best: (label: Label, cost: Double)?
      for candidate in candidates(names[index], circle: circles[index], isBold: isBold[index]) {
        let cost = cost(candidate, own: index, placed: placed)
        if cost < best?.cost ?? .infinity { best = (candidate, cost) }
        if cost < Self.free { break }
      }
      guard let label = best?.label else { continue }
      placed.append(label.text.bounds)
      labels[index] = label
    }
    return names.indices.map { labels[$0]! }
  }

  /// How near other circles are.
  private func crowding(_ index: Int) -> Double {
    let own = circles[index]
    return circles.indices.reduce(0) { sum, other in
      guard other != index else { return sum }
      let (dx, dy) = (circles[other].center.x - own.center.x, circles[other].center.y - own.center.y)
      return sum + 1 / (1 + (dx * dx + 4 * dy * dy).squareRoot())
    }
  }

  /// Places around a circle: beside, above, below, at the corners, and farther away.
  private func candidates(_ name: String, circle: Circle, isBold: Bool) -> [Label] {
    let middle = textSize * 0.36
    return [4.0, 14, 26, 40, 58, 80].flatMap { gap -> [Label] in
      let reach = circle.radius + gap
      // Right, left, above, below, then between them.
      let angles = [0.0, 180, 90, 270, 45, 135, 315, 225, 22, 158, 338, 202, 68, 112, 292, 248]
      return angles.map { degrees in
        let (across, up) = (cos(degrees * .pi / 180), sin(degrees * .pi / 180))
        let anchor: TextAnchor = across > 0.3 ? .start : across < -0.3 ? .end : .middle
        let lift = up > 0.3 ? 0 : up < -0.3 ? 2 * middle : middle
        let position = Point(circle.center.x + reach * across, circle.center.y - reach * up + lift)
        return Label(
          text: FigureText(text: name, position: position, size: textSize, isBold: isBold, anchor: anchor),
          isFar: gap > 14)
      }
    }
  }

  /// 0 for a free place.
  private func cost(_ label: Label, own: Int, placed: [Rectangle]) -> Double {
    let bounds = label.text.bounds
    let padded = Rectangle(bounds.x - 3, bounds.y - 2, bounds.width + 6, bounds.height + 4)
    var cost = placed.reduce(0) { $0 + 3 * padded.overlap($1) }
    for circle in circles {
      let square = Rectangle(
        circle.center.x - circle.radius * 0.9, circle.center.y - circle.radius * 0.9, circle.radius * 1.8,
        circle.radius * 1.8)
      cost += padded.overlap(square)
    }
    let inside = padded.overlap(frame)
    return cost + 10 * (padded.width * padded.height - inside)
  }
}
