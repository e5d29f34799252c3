/// A piece of a page or of an SVG. Text that is put into it is escaped, so that a name can never be taken for marks;
/// only other pieces stay as they are.
struct Markup: ExpressibleByStringInterpolation {
  private(set) var source: String

  init(stringLiteral source: String) { self.source = source }

  init(stringInterpolation: StringInterpolation) { source = stringInterpolation.source }

  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var source = ""

    init(literalCapacity: Int, interpolationCount: Int) { source.reserveCapacity(literalCapacity) }

    mutating func appendLiteral(_ literal: String) { source += literal }

    mutating func appendInterpolation(_ text: String) { source += Markup.escaped(text) }

    mutating func appendInterpolation(_ number: Int) { source += String(number) }

    mutating func appendInterpolation(_ piece: Markup) { source += piece.source }

    mutating func appendInterpolation(_ pieces: [Markup]) { for piece in pieces { source += piece.source } }
  }

  static func + (first: Markup, second: Markup) -> Markup { "\(first)\(second)" }

  /// Text for content and for quoted attributes. XML knows no control characters.
  private static func escaped(_ text: String) -> String {
    // Most texts, and images as text above all, have nothing to escape.
    if text.utf8.allSatisfy(isPlain) { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n", "\t": result += " "
      case _ where scalar.properties.generalCategory == .control: result += "\u{fffd}"
      case "\u{fffe}", "\u{ffff}": result += "\u{fffd}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"): false
    default: (0x20..<0x7f).contains(byte)
    }
  }
}
