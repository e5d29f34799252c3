import Foundation
import RAMiTDiagnostics
import RAMiTImaging

extension FigurePage {
  /// The figure as an SVG that needs no other file: images are PNGs inside of it, and texts are texts, in the font of
  /// the reader and as wide as the figure has room for.
  /// - Throws: `InputError` when an image cannot be encoded.
  package func svg() throws -> String {
    var lines = [
      """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(number(width))" height="\(number(height))" \
      viewBox="0 0 \(number(width)) \(number(height))" font-family="Helvetica, Arial, sans-serif" role="img">
      """,
      "<metadata>\(Self.mark)</metadata>",
      "<title>\(title.escapedForXML)</title>",
      "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
    ]
    for element in elements { lines.append(try Self.svg(element)) }
    lines.append("</svg>\n")
    return lines.joined(separator: "\n")
  }

  private static func svg(_ element: Element) throws -> String {
    switch element {
    case .rectangle(let place, let fill, let frame, let lineWidth):
      var parts: [String] = []
      if let fill { parts.append("<rect \(attributes(place)) fill=\"\(hex(fill))\"/>") }
      if let frame {
        // A line lies on both sides of its path; the frame is outside.
        let half = lineWidth / 2
        let path = Rectangle(place.x - half, place.y - half, place.width + lineWidth, place.height + lineWidth)
        parts.append(
          "<rect \(attributes(path)) fill=\"none\" stroke=\"\(hex(frame))\" stroke-width=\"\(number(lineWidth))\"/>")
      }
      return parts.joined()
    case .line(let points, let lineWidth, let color, let dash):
      let path = points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
      let dashes = dash.isEmpty ? "" : " stroke-dasharray=\"\(dash.map(number).joined(separator: " "))\""
      return """
        <polyline points="\(path)" fill="none" stroke="\(hex(color))" stroke-width="\(number(lineWidth))" \
        stroke-linecap="round" stroke-linejoin="round"\(dashes)/>
        """
    case .circle(let center, let radius, let fill, let opacity, let frame, let lineWidth):
      let paint = fill.map { "\(hex($0))\" fill-opacity=\"\(number(opacity))" } ?? "none"
      let line = frame.map { " stroke=\"\(hex($0))\" stroke-width=\"\(number(lineWidth))\"" } ?? ""
      return """
        <circle cx="\(number(center.x))" cy="\(number(center.y))" r="\(number(radius))" fill="\(paint)"\(line)/>
        """
    case .text(let text): return svg(text)
    case .image(let image, let place):
      let file = Data(try ImageFile.png(enlarged(image, to: place), named: "figure"))
      return """
        <image \(attributes(place)) preserveAspectRatio="none" style="image-rendering: pixelated" \
        href="data:image/png;base64,\(file.base64EncodedString())"/>
        """
    }
  }

  /// The image in the page's pixels, where it is smaller: some programs blur an image that they enlarge, whatever its
  /// style says.
  private static func enlarged(_ image: Image, to place: Rectangle) -> Image {
    let (width, height) = (Int(place.width.rounded()), Int(place.height.rounded()))
    guard width > image.width || height > image.height else {
      return image.bitDepth == 8 ? image : Image(image.tensor())
    }
    var canvas = Canvas(width: max(width, 1), height: max(height, 1))
    canvas.draw(image, x: 0, y: 0, width: width, height: height)
    return canvas.image
  }

  private static func svg(_ text: FigureText) -> String {
    guard !text.text.isEmpty else { return "" }
    let width = FigureText.width(of: text.text, size: text.size, isBold: text.isBold)
    let weight = text.isBold ? " font-weight=\"bold\"" : ""
    let (x, y) = (number(text.position.x), number(text.position.y))
    let turn = text.isTurned ? " transform=\"rotate(-90 \(x) \(y))\"" : ""
    // The width of the PNG's letters, for which there is room, whatever the reader's font is.
    return """
      <text x="\(x)" y="\(y)" font-size="\(number(text.size))"\(weight) text-anchor="\(text.anchor.rawValue)" \
      fill="\(hex(text.color))" textLength="\(number(width))" lengthAdjust="spacingAndGlyphs"\(turn)>\
      \(text.text.escapedForXML)</text>
      """
  }

  private static func attributes(_ place: Rectangle) -> String {
    """
    x="\(number(place.x))" y="\(number(place.y))" width="\(number(place.width))" height="\(number(place.height))"
    """
  }

  private static func hex(_ color: Color) -> String {
    String(format: "#%02x%02x%02x", color.red, color.green, color.blue)
  }
}

/// A coordinate, without zeros at the end.
private func number(_ value: Double) -> String {
  let text = value.fixed(2)
  let trimmed = text.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed()
  return text.contains(".") ? (trimmed.isEmpty ? "0" : String(trimmed)) : text
}
