import RAMiTImaging

extension FigurePage {
  /// The figure as an image.
  /// - Parameter zoom: pixels of the image for each pixel of the page; at least 1.
  package func image(zoom: Int = 1) -> Image {
    let zoom = Double(max(1, zoom))
    var canvas = Canvas(
      width: max(1, Int((width * zoom).rounded(.up))), height: max(1, Int((height * zoom).rounded(.up))))
    func scaled(_ point: Point) -> Point { Point(point.x * zoom, point.y * zoom) }
    for element in elements {
      switch element {
      case .rectangle(let place, let fill, let frame, let lineWidth):
        let (x, y, width, height) = (place.x * zoom, place.y * zoom, place.width * zoom, place.height * zoom)
        if let fill { canvas.fillRectangle(x: x, y: y, width: width, height: height, fill) }
        if let frame {
          canvas.strokeRectangle(x: x, y: y, width: width, height: height, lineWidth: lineWidth * zoom, frame)
        }
      case .line(let points, let lineWidth, let color, let dash):
        canvas.line(points.map(scaled), lineWidth: lineWidth * zoom, color, dash: dash.map { $0 * zoom })
      case .circle(let center, let radius, let fill, let opacity, let frame, let lineWidth):
        if let fill { canvas.fillCircle(center: scaled(center), radius: radius * zoom, fill, opacity: opacity) }
        if let frame {
          canvas.strokeCircle(center: scaled(center), radius: radius * zoom, lineWidth: lineWidth * zoom, frame)
        }
      case .text(let text):
        canvas.text(
          text.text, at: scaled(text.position), size: text.size * zoom, isBold: text.isBold, anchor: text.anchor,
          isTurned: text.isTurned, text.color)
      case .image(let image, let place):
        canvas.draw(
          image, x: Int((place.x * zoom).rounded()), y: Int((place.y * zoom).rounded()),
          width: Int((place.width * zoom).rounded()), height: Int((place.height * zoom).rounded()))
      }
    }
    return canvas.image
  }
}
