import Yams

/// A place in a text: `12:5`.
public struct TextPosition: Equatable, Sendable, CustomStringConvertible {
  /// From 1. Columns are counted in Unicode scalars.
  public let line, column: Int

  /// The first column of the first line.
  static let start = TextPosition(line: 1, column: 1)

  init(line: Int, column: Int) { (self.line, self.column) = (line, column) }

  init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }

  /// Where a node begins.
  init(_ node: Node) { self = node.mark.map { TextPosition($0) } ?? .start }

  /// Line and column with a colon between them.
  public var description: String { "\(line):\(column)" }
}
