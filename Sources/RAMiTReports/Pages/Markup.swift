import RAMiTDiagnostics

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

    mutating func appendInterpolation(_ text: String) { source += text.escapedForXML }

    mutating func appendInterpolation(_ number: Int) { source += String(number) }

    mutating func appendInterpolation(_ piece: Markup) { source += piece.source }

    mutating func appendInterpolation(_ pieces: [Markup]) { for piece in pieces { source += piece.source } }
  }

  static func + (first: Markup, second: Markup) -> Markup { "\(first)\(second)" }
}
