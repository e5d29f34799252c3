import Foundation
import RAMiTDiagnostics
import RAMiTImaging

/// What methods achieve for what they cost, with circles whose areas are their sizes (figures 1 and F of the paper).
package struct TradeOffFigure {
  package let page: FigurePage

  private static let width = 720.0, height = 510.0, left = 74.0, right = 26.0, top = 58.0, bottom = 62.0
  private static let colors: [Color] = [
    Color(red: 29, green: 95, blue: 209), Color(red: 194, green: 65, blue: 12), Color(red: 21, green: 128, blue: 61),
    Color(red: 139, green: 47, blue: 201), Color(red: 14, green: 116, blue: 144), Color(red: 190, green: 24, blue: 93),
    Color(red: 138, green: 101, blue: 0), Color(red: 75, green: 85, blue: 99),
  ]

  /// - Parameters:
  ///   - titles: of the figure, empty for none, and of its axes.
  ///   - highlighted: beginnings of the names that are red and bold; the others are coloured in turn.
  ///   - isLogarithmic: whether the horizontal axis is, where all numbers are positive.
  ///   - sizeTitle: what circles are large by; nil for circles of one size.
  /// - Precondition: there is a row.
  package init(
    _ rows: [TradeOffRow], titles: (figure: String, x: String, y: String), highlighted: [String] = [],
    isLogarithmic: Bool = false, sizeTitle: String? = nil
  ) {
    var page = FigurePage(
      title: titles.figure.isEmpty ? "\(titles.y) against \(titles.x)" : titles.figure, width: Self.width,
      height: Self.height)
    let frame = Rectangle(
      Self.left, Self.top, Self.width - Self.left - Self.right, Self.height - Self.top - Self.bottom)
    let horizontal = PlotAxis(rows.map(\.x), isLogarithmic: isLogarithmic), vertical = PlotAxis(rows.map(\.y))
    func point(_ row: TradeOffRow) -> Point {
      Point(
        frame.x + frame.width * horizontal.position(row.x), frame.bottom - frame.height * vertical.position(row.y))
    }
    Self.draw(horizontal, vertical, frame, titles, &page)

    let largest = rows.compactMap(\.size).max() ?? 0
    let circles = rows.map { row in
      let share = row.size.flatMap { largest > 0 && $0 > 0 ? ($0 / largest).squareRoot() : nil }
      return LabelPlacement.Circle(center: point(row), radius: largest > 0 ? max(4, 24 * (share ?? 0.2)) : 6)
    }
    let isHighlighted = rows.map { row in highlighted.contains { row.name.lowercased().hasPrefix($0.lowercased()) } }
    var next = 0
    let colors = isHighlighted.map { isHighlighted -> Color in
      if isHighlighted { return .mark }
      defer { next += 1 }
      // Red is taken where something is highlighted.
      return Self.colors[next % Self.colors.count]
    }
    // Small circles over large ones.
    for index in circles.indices.sorted(by: { (circles[$0].radius, $1) > (circles[$1].radius, $0) }) {
      page.add(
        .circle(
          center: circles[index].center, radius: circles[index].radius, fill: colors[index], opacity: 0.45,
          frame: colors[index], lineWidth: 1.5))
    }
    let labels = LabelPlacement(circles: circles, frame: frame, textSize: 13)
      .labels(rows.map(\.name), isBold: isHighlighted)
    for (label, (circle, color)) in zip(labels, zip(circles, colors)) {
      if label.isFar { page.add(Self.leader(from: label.text.bounds, to: circle, color)) }
      var text = label.text
      text.color = color.darker
      page.add(text)
    }
    if let sizeTitle, largest > 0 { Self.legend(largest, sizeTitle, frame, &page) }
    self.page = page
  }

  private static func draw(
    _ horizontal: PlotAxis, _ vertical: PlotAxis, _ frame: Rectangle, _ titles: (figure: String, x: String, y: String),
    _ page: inout FigurePage
  ) {
    for tick in horizontal.ticks {
      let x = frame.x + frame.width * horizontal.position(tick)
      page.add(.line([Point(x, frame.y), Point(x, frame.bottom)], lineWidth: 1, .grid, dash: []))
      page.add(
        FigureText(
          text: horizontal.label(tick), position: Point(x, frame.bottom + 19), anchor: .middle, color: .muted))
    }
    for tick in vertical.ticks {
      let y = frame.bottom - frame.height * vertical.position(tick)
      page.add(.line([Point(frame.x, y), Point(frame.right, y)], lineWidth: 1, .grid, dash: []))
      page.add(
        FigureText(text: vertical.label(tick), position: Point(frame.x - 9, y + 5), anchor: .end, color: .muted))
    }
    page.add(
      .line(
        [Point(frame.x, frame.y), Point(frame.x, frame.bottom), Point(frame.right, frame.bottom)], lineWidth: 1.2,
        .muted, dash: []))
    if !titles.figure.isEmpty {
      let font = StrokeFont(size: 16, isBold: true)
      page.add(
        FigureText(
          text: font.shortened(titles.figure, toWidth: frame.width - 190), position: Point(frame.x, 34), size: 16,
          isBold: true))
    }
    page.add(
      FigureText(
        text: titles.x, position: Point(frame.x + frame.width / 2, page.height - 16), size: 14, anchor: .middle))
    page.add(
      FigureText(
        text: titles.y, position: Point(22, frame.y + frame.height / 2), size: 14, anchor: .middle, isTurned: true))
  }

  private static func leader(from label: Rectangle, to circle: LabelPlacement.Circle, _ color: Color)
    -> FigurePage.Element
  {
    let near = Point(
      min(max(circle.center.x, label.x), label.right), min(max(circle.center.y, label.y), label.bottom))
    let (dx, dy) = (near.x - circle.center.x, near.y - circle.center.y)
    let length = max((dx * dx + dy * dy).squareRoot(), 1e-9)
    let edge = Point(circle.center.x + dx / length * circle.radius, circle.center.y + dy / length * circle.radius)
    return .line([edge, near], lineWidth: 1, color, dash: [])
  }

  /// How large a circle is: in the title's line, at the right.
  private static func legend(_ largest: Double, _ title: String, _ frame: Rectangle, _ page: inout FigurePage) {
    let round = PlotAxis.roundNumber(below: largest)
    let radius = 24 * (round / largest).squareRoot()
    let text = FigureText(
      text: "\(title): \(PlotAxis.short(round))", position: Point(frame.right, 33), size: 12, anchor: .end,
      color: .muted)
    page.add(text)
    page.add(
      .circle(
        center: Point(text.bounds.x - radius - 8, 29), radius: radius, fill: nil, opacity: 1, frame: .muted,
        lineWidth: 1.2))
  }
}

extension Color {
  /// For letters of a circle's colour.
  fileprivate var darker: Color {
    Color(
      red: UInt8(Double(red) * 0.8), green: UInt8(Double(green) * 0.8), blue: UInt8(Double(blue) * 0.8))
  }
}

/// An axis with some room on both sides of the values, and round numbers between.
struct PlotAxis {
  let ticks: [Double]
  private let low, high: Double
  private let isLogarithmic: Bool

  init(_ values: [Double], isLogarithmic: Bool = false) {
    let (least, most) = (values.min() ?? 0, values.max() ?? 1)
    self.isLogarithmic = isLogarithmic && least > 1e-18
    if self.isLogarithmic {
      let room = max(log10(most / least) * 0.1, 0.05)
      (low, high) = (log10(least) - room, log10(most) + room)
      let powers = Int(low.rounded(.down))...Int(high.rounded(.up))
      let factors = high - low > 2 ? [1.0] : high - low > 0.8 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 8]
      let (low, high) = (self.low, self.high)
      ticks = powers.flatMap { power in factors.map { $0 * pow(10, Double(power)) } }
        .filter { low <= log10($0) && log10($0) <= high }
    } else {
      let room = max((most - least) * 0.1, abs(most) * 1e-3, 1e-9)
      // Room below 0 would look as if costs could be negative.
      (low, high) = (least >= 0 ? max(0, least - room) : least - room, most + room)
      let step = Self.step(high - low)
      ticks = (Int((low / step).rounded(.up))...Int((high / step).rounded(.down))).map { Double($0) * step }
    }
  }

  /// 0 at the axis' beginning, 1 at its end.
  func position(_ value: Double) -> Double {
    ((isLogarithmic ? log10(max(value, .leastNormalMagnitude)) : value) - low) / (high - low)
  }

  /// 1, 2 or 5 times a power of ten, for about six ticks.
  private static func step(_ span: Double) -> Double {
    let power = pow(10, log10(span / 6).rounded(.down))
    return [1, 2, 5, 10].map { $0 * power }.first { span / $0 <= 7 } ?? 10 * power
  }

  /// The largest of 1, 2 and 5 times a power of ten that is not above a number.
  static func roundNumber(below value: Double) -> Double {
    let power = pow(10, log10(value).rounded(.down))
    return [5, 2, 1].map { $0 * power }.first { $0 <= value * (1 + 1e-9) } ?? power
  }

  func label(_ tick: Double) -> String {
    let step = ticks.count > 1 && !isLogarithmic ? ticks[1] - ticks[0] : tick
    return Self.short(tick, step: step)
  }

  /// `163 G`, `940 K`, `35.2`.
  static func short(_ value: Double, step: Double? = nil) -> String {
    if value != 0, abs(value) < 1e-3 { return String(format: "%.2g", value) }
    let unit = [(1e12, " T"), (1e9, " G"), (1e6, " M"), (1e3, " K")].first { abs(value) >= $0.0 && value != 0 }
    let (factor, name) = unit ?? (1, "")
    let distance = abs((step ?? value) / factor)
    let digits = (0..<6).first { digits in
      let shifted = distance * pow(10, Double(digits))
      return abs(shifted - shifted.rounded()) < 1e-6 * max(1, shifted)
    }
    return (value / factor).fixed(digits ?? 6) + name
  }
}
