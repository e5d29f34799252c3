import RAMiTImaging

/// An image on a page with words below it, and marks on it.
struct Panel {
  /// A mark on a panel, in pixels of the panel as it is shown.
  enum Mark {
    case frame(Rectangle, Color)
    case dot(Point, Color)
  }

  var image: Image
  /// As it is shown.
  var width, height: Double
  /// Lines below the image; the first is bold.
  var caption: [String]
  var marks: [Mark] = []
  /// The colour of a line around the image; nil for none.
  var frame: Color?

  /// Shows each pixel as `zoom` x `zoom` pixels.
  init(_ image: Image, zoom: Int, caption: [String], marks: [Mark] = []) {
    self.init(
      image, width: Double(image.width * zoom), height: Double(image.height * zoom), caption: caption, marks: marks)
  }

  init(_ image: Image, width: Double, height: Double, caption: [String], marks: [Mark] = []) {
    self.image = image
    (self.width, self.height) = (width, height)
    (self.caption, self.marks) = (caption, marks)
  }
}

extension [Panel] {
  /// The panels in rows of at most so many.
  func rows(of columns: Int) -> [[Panel?]] {
    stride(from: 0, to: count, by: columns).map { self[$0..<Swift.min($0 + columns, count)].map { Optional($0) } }
  }
}

/// Panels in rows and columns.
struct PanelGrid {
  static let margin = 14.0, gap = 12.0, textSize = 13.0, lineHeight = 17.0

  /// Rows of panels; nil leaves a place free.
  var rows: [[Panel?]]
  /// Names at the left of the rows; empty for none.
  var rowTitles: [String] = []

  /// The page, with `extra` pixels left free below the panels.
  func page(title: String, extra: Double = 0) -> FigurePage {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.compactMap { $0.count > column ? $0[column].map(Self.width) : nil }.max() ?? 0
    }
    let left = Self.margin + (rowTitles.isEmpty ? 0 : Self.lineHeight + 4)
    let heights = rows.map { row in
      (row.compactMap { $0?.height }.max() ?? 0, Double(row.compactMap { $0?.caption.count }.max() ?? 0))
    }
    let width = left + widths.reduce(0, +) + Self.gap * Double(max(0, columns - 1)) + Self.margin
    let height = heights.reduce(0) { $0 + $1.0 + $1.1 * Self.lineHeight + Self.gap } + 2 * Self.margin - Self.gap + 4
    var page = FigurePage(title: title, width: width.rounded(.up), height: (height + extra).rounded(.up))
    var y = Self.margin
    for (number, row) in rows.enumerated() {
      if rowTitles.count > number {
        let place = Point(Self.margin + Self.textSize, y + heights[number].0 / 2)
        page.add(
          FigureText(
            text: StrokeFont(size: Self.textSize, isBold: true).shortened(
              rowTitles[number], toWidth: heights[number].0),
            position: place, size: Self.textSize, isBold: true, anchor: .middle, isTurned: true))
      }
      var x = left
      for (column, panel) in row.enumerated() {
        if let panel {
          Self.draw(panel, x: (x + (widths[column] - panel.width) / 2).rounded(), y: y, &page)
        }
        x += widths[column] + Self.gap
      }
      y += heights[number].0 + heights[number].1 * Self.lineHeight + Self.gap
    }
    return page
  }

  /// This grid with another one at its right.
  func page(title: String, beside right: PanelGrid) -> FigurePage {
    let (first, second) = (page(title: title), right.page(title: title))
    var page = FigurePage(
      title: title, width: first.width + second.width - Self.margin, height: max(first.height, second.height))
    page.add(first, x: 0, y: 0)
    page.add(second, x: first.width - Self.margin, y: 0)
    return page
  }

  /// A caption may be wider than its panel, up to a limit.
  private static func width(of panel: Panel) -> Double {
    let texts = panel.caption.enumerated().map { FigureText.width(of: $1, size: textSize, isBold: $0 == 0) }
    return max(panel.width, min(texts.max() ?? 0, max(panel.width, 190))).rounded(.up)
  }

  private static func draw(_ panel: Panel, x: Double, y: Double, _ page: inout FigurePage) {
    page.add(.image(panel.image, Rectangle(x, y, panel.width, panel.height)))
    if let frame = panel.frame {
      page.add(.rectangle(Rectangle(x, y, panel.width, panel.height), fill: nil, frame: frame, lineWidth: 2))
    }
    for mark in panel.marks {
      switch mark {
      case .frame(let place, let color):
        // White beside the colour: one of them is seen on any photo.
        let moved = Rectangle(x + place.x, y + place.y, place.width, place.height)
        page.add(.rectangle(moved, fill: nil, frame: .white, lineWidth: 3))
        page.add(.rectangle(moved, fill: nil, frame: color, lineWidth: 2))
      case .dot(let point, let color):
        page.add(
          .circle(
            center: Point(x + point.x, y + point.y), radius: 4, fill: color, opacity: 1, frame: .white, lineWidth: 1.5))
      }
    }
    for (line, text) in panel.caption.enumerated() {
      let font = StrokeFont(size: textSize, isBold: line == 0)
      page.add(
        FigureText(
          text: font.shortened(text, toWidth: max(panel.width, width(of: panel))),
          position: Point(x + panel.width / 2, y + panel.height + lineHeight * Double(line + 1) - 2),
          size: textSize, isBold: line == 0, anchor: .middle, color: line == 0 ? .black : .muted))
    }
  }
}
