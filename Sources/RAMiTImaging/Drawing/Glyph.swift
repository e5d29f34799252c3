import Foundation

/// A letter of `StrokeFont`: lines in a coordinate system of 28 units an em, with the baseline at 0.
struct Glyph: Sendable {
  /// From the middle of the leftmost line to that of the rightmost.
  let width: Double
  /// Each through one point or more.
  let strokes: [[Point]]
  /// Whether its sides are open, so that the next letter may come nearer.
  let isOpen: Bool

  /// - Parameter drawing: strokes, separated by `;`. Their parts, separated by spaces, are points `x,y` and arcs
  ///   `@x,y,rx,ry,from,to` of ellipses around (x, y), in degrees: 0 is right, 90 is up.
  init(width: Double, _ drawing: String, isOpen: Bool) {
    self.width = width
    self.isOpen = isOpen
    strokes = drawing.split(separator: ";").map { stroke in
      stroke.split(separator: " ").flatMap { part -> [Point] in
        let isArc = part.hasPrefix("@")
        let numbers = part.drop { $0 == "@" }.split(separator: ",").compactMap { Double($0) }
        precondition(numbers.count == (isArc ? 6 : 2), "no part of a letter: \(part)")
        return isArc ? Self.arc(numbers) : [Point(numbers[0], numbers[1])]
      }
    }
  }

  /// A point every 15 degrees or less.
  private static func arc(_ numbers: [Double]) -> [Point] {
    let from = numbers[4] * .pi / 180, turn = (numbers[5] - numbers[4]) * .pi / 180
    let steps = max(2, Int((abs(turn) / (.pi / 12)).rounded(.up)))
    return (0...steps).map { step in
      let angle = from + turn * Double(step) / Double(steps)
      return Point(numbers[0] + numbers[2] * cos(angle), numbers[1] + numbers[3] * sin(angle))
    }
  }
}

extension StrokeFont {
  /// The letters of a text; one for each character.
  static func glyphs(of text: String) -> [Glyph] { text.map { glyph(of: $0) } }

  private static func glyph(of character: Character) -> Glyph {
    if let glyph = glyphs[character] { return glyph }
    if character.isWhitespace { return glyphs[" "] ?? unknown }
    let base = String(character).decomposedStringWithCanonicalMapping.unicodeScalars.first
    return base.flatMap { glyphs[Character($0)] } ?? unknown
  }

  /// A box.
  static let unknown = Glyph(width: 10, "0,0 0,20 10,20 10,0 0,0", isOpen: false)

  /// The letters whose sides are open.
  private static let openLetters = Set("AFKLPTVWXYZckrtvwxyz/\\")

  /// All letters.
  static let glyphs: [Character: Glyph] = Dictionary(
    uniqueKeysWithValues: drawings.map { ($0.0, Glyph(width: $0.1, $0.2, isOpen: openLetters.contains($0.0))) })
}
