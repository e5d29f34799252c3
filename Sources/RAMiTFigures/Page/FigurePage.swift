import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging

/// A figure: shapes, images and texts at fixed places, which a PNG and an SVG show alike.
package struct FigurePage {
  /// What is drawn, each over the ones before.
  enum Element {
    case rectangle(Rectangle, fill: Color?, frame: Color?, lineWidth: Double)
    case line([Point], lineWidth: Double, Color, dash: [Double])
    case circle(center: Point, radius: Double, fill: Color?, opacity: Double, frame: Color?, lineWidth: Double)
    case text(FigureText)
    /// An enlarged image shows its pixels as squares.
    case image(Image, Rectangle)
  }

  /// What the figure shows, for programs that read it aloud.
  package let title: String
  /// In pixels of a PNG that is not enlarged.
  package var width: Double, height: Double
  private(set) var elements: [Element] = []

  init(title: String, width: Double, height: Double) {
    self.title = title
    self.width = width
    self.height = height
  }

  mutating func add(_ element: Element) { elements.append(element) }

  mutating func add(_ text: FigureText) { elements.append(.text(text)) }

  /// Adds what another page shows, moved.
  mutating func add(_ page: FigurePage, x: Double, y: Double) {
    for element in page.elements { elements.append(element.moved(x: x, y: y)) }
  }

  /// The kinds of files that a figure is written as.
  package enum Format: String, CaseIterable, Sendable { case png, svg }

  /// Writes the figure.
  /// - Parameters:
  ///   - format: by the path's ending where it is nil.
  ///   - zoom: the pixels of a PNG for each pixel of the page.
  /// - Throws: `InputError` that names the path.
  package func write(to path: String, format: Format? = nil, zoom: Int = 1) throws {
    switch try format ?? Self.format(of: path) {
    case .png:
      var metadata = ImageMetadata()
      metadata.text = [.init(keyword: "Software", value: Self.mark), .init(keyword: "Title", value: title)]
      try WholeFile.write(ImageFile.png(image(zoom: zoom), metadata: metadata, named: path), to: path)
    case .svg: try WholeFile.write(Array(svg().utf8), to: path)
    }
  }

  /// What every figure holds near its beginning, so that it is known from other pictures.
  static let mark = "RAMiT figure"

  /// Whether a file is a figure.
  package static func isFigure(_ path: String) -> Bool { FileStream.bears(mark, path) }

  /// What a path's ending says.
  /// - Throws: `InputError` for another ending.
  package static func format(of path: String) throws -> Format {
    if let format = Format(rawValue: path.pathEnding) { return format }
    throw InputError(
      path, expected: "a name that ends in .png or .svg, or --format",
      found: path.pathEnding.isEmpty ? "no ending" : ".\(path.pathEnding)")
  }
}

extension FigurePage.Element {
  fileprivate func moved(x: Double, y: Double) -> Self {
    func moved(_ place: Rectangle) -> Rectangle { Rectangle(place.x + x, place.y + y, place.width, place.height) }
    func moved(_ point: Point) -> Point { Point(point.x + x, point.y + y) }
    switch self {
    case .rectangle(let place, let fill, let frame, let lineWidth):
      return .rectangle(moved(place), fill: fill, frame: frame, lineWidth: lineWidth)
    case .line(let points, let lineWidth, let color, let dash):
      return .line(points.map(moved), lineWidth: lineWidth, color, dash: dash)
    case .circle(let center, let radius, let fill, let opacity, let frame, let lineWidth):
      return .circle(
        center: moved(center), radius: radius, fill: fill, opacity: opacity, frame: frame, lineWidth: lineWidth)
    case .text(var text):
      text.position = moved(text.position)
      return .text(text)
    case .image(let image, let place): return .image(image, moved(place))
    }
  }
}

/// A rectangle on a page.
struct Rectangle: Equatable {
  var x, y, width, height: Double

  init(_ x: Double, _ y: Double, _ width: Double, _ height: Double) {
    (self.x, self.y, self.width, self.height) = (x, y, width, height)
  }

  var right: Double { x + width }
  var bottom: Double { y + height }

  /// The area that two rectangles share.
  func overlap(_ other: Rectangle) -> Double {
    max(0, min(right, other.right) - max(x, other.x)) * max(0, min(bottom, other.bottom) - max(y, other.y))
  }
}

/// A text on a page.
struct FigureText: Equatable {
  let text: String
  /// On the baseline, where the anchor says.
  var position: Point
  var size = 13.0
  var isBold = false
  var anchor = TextAnchor.start
  /// Whether it runs upward.
  var isTurned = false
  var color = Color.black

  /// The text's width on a page.
  static func width(of text: String, size: Double, isBold: Bool = false) -> Double {
    StrokeFont(size: size, isBold: isBold).width(of: text)
  }

  /// The rectangle of a text that is not turned: from the top of its capitals to the lowest letters.
  var bounds: Rectangle {
    let width = Self.width(of: text, size: size, isBold: isBold)
    return Rectangle(position.x - width * share, position.y - size * 0.74, width, size * 0.96)
  }

  private var share: Double { anchor == .start ? 0 : anchor == .middle ? 0.5 : 1 }
}

extension Color {
  /// For frames and marks on photos, which have few pixels of this colour.
  static let mark = Color(red: 230, green: 30, blue: 40)
  static let secondMark = Color(red: 30, green: 110, blue: 230)
  /// For words and lines that stay in the background.
  static let muted = Color(red: 95, green: 101, blue: 112)
  static let grid = Color(red: 226, green: 229, blue: 234)
}
