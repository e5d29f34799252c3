import Foundation

/// A font of lines, drawn for this package: the printable ASCII characters and some signs (`glyphs`). A letter with an
/// accent is drawn without it; any other character as a box.
///
/// Letters stand on whole pixels: the baseline, the tops of small and large letters, their left and right sides, and
/// horizontal lines are moved to the nearest ones, so that text of 10 pixels can be read.
package struct StrokeFont: Sendable {
  /// Pixels of the em; capital letters have 5/7 of it.
  package let size: Double
  private let isBold: Bool
  /// The width of a line.
  let lineWidth: Double
  /// Pixels for each unit of the glyphs' coordinates.
  private let scale: Double

  /// Heights in the glyphs' coordinates.
  static let capHeight = 20.0, smallHeight = 14.0, descent = -6.0
  private static let unitsOfEm = 28.0

  /// - Precondition: the size is positive.
  package init(size: Double, isBold: Bool = false) {
    precondition(size > 0, "a font of \(size) pixels")
    self.size = size
    self.isBold = isBold
    scale = size / Self.unitsOfEm
    lineWidth = max(isBold ? 1.6 : 1, size * (isBold ? 0.13 : 0.082))
  }

  /// A line of a letter: through points in pixels, x to the right and y up from the baseline's start; a single point is
  /// a dot.
  package struct Stroke: Equatable, Sendable {
    package let points: [Point]
    package let width: Double
  }

  /// The width of a text, in pixels: whole ones.
  package func width(of text: String) -> Double {
    let glyphs = Self.glyphs(of: text)
    // Nothing follows the last letter.
    return max(0, glyphs.reduce(0) { $0 + advance($1) } - (glyphs.isEmpty ? 0 : gap(glyphs[glyphs.count - 1])))
  }

  /// The lines of a text.
  package func strokes(of text: String) -> [Stroke] {
    var x = 0.0
    var result: [Stroke] = []
    for glyph in Self.glyphs(of: text) {
      let start = x
      for stroke in glyph.strokes {
        let width = stroke.count == 1 ? lineWidth * 1.3 : lineWidth
        let heights = self.heights(stroke)
        result.append(
          Stroke(
            points: zip(stroke, heights).map { point, y in Point(start + across(point.x, in: glyph), y) },
            width: width))
      }
      x += advance(glyph)
    }
    return result
  }

  /// The widest part of a text's start that fits, with an ellipsis where something is missing.
  package func shortened(_ text: String, toWidth width: Double) -> String {
    if self.width(of: text) <= width { return text }
    var start = text
    while !start.isEmpty {
      start.removeLast()
      let shortened = start.trimmingCharacters(in: .whitespaces) + "…"
      if self.width(of: shortened) <= width { return shortened }
    }
    return ""
  }

  // MARK: Whole pixels

  private func advance(_ glyph: Glyph) -> Double {
    if glyph.strokes.isEmpty { return (glyph.width * scale).rounded() }
    return (glyph.width * scale).rounded() + lineWidth.rounded() + gap(glyph)
  }

  /// Between a letter and the next.
  private func gap(_ glyph: Glyph) -> Double {
    glyph.strokes.isEmpty ? 0 : max(1, ((glyph.isOpen ? 2.2 : isBold ? 2.8 : 3.6) * scale).rounded())
  }

  private func across(_ x: Double, in glyph: Glyph) -> Double {
    guard glyph.width > 0 else { return x * scale + lineWidth / 2 }
    return x / glyph.width * (glyph.width * scale).rounded() + lineWidth / 2
  }

  /// Where the points of a stroke lie above the baseline.
  private func heights(_ stroke: [Point]) -> [Double] {
    var heights = stroke.map { height($0.y) }
    for index in stroke.indices.dropFirst() where stroke[index].y == stroke[index - 1].y {
      let snapped = (heights[index] - lineWidth / 2).rounded() + lineWidth / 2
      (heights[index], heights[index - 1]) = (snapped, snapped)
    }
    return heights
  }

  /// A line at a height lies with its lower side on the baseline, and with its upper side at the top of the letter.
  private func height(_ y: Double) -> Double {
    let half = lineWidth / 2
    let known = [
      (Self.descent, (Self.descent * scale).rounded() + half), (0, half),
      (Self.smallHeight, (Self.smallHeight * scale).rounded() - half),
      (Self.capHeight, (Self.capHeight * scale).rounded() - half),
    ]
    let index = known.dropFirst().dropLast().firstIndex { y < $0.0 } ?? known.count - 1
    let (low, high) = (known[index - 1], known[index])
    return low.1 + (high.1 - low.1) * (y - low.0) / (high.0 - low.0)
  }
}
