/// An error in what a person provided: a file, a key, a folder.
///
/// Its description is one line: where, what was expected, what was found. Programmers' errors are preconditions. It is
/// `Codable` for processes that tell others what they have met.
public struct InputError: Error, Codable, Equatable, Sendable, CustomStringConvertible {
  /// The file or folder, with a line and a column where there are (`config.yaml:12:5`), or the option (`--task`).
  public let location: String
  /// Clauses for the message: `at least 1`, `-3`.
  public let expected, found: String

  /// - Parameter location: a file, a folder or an option, as the message begins.
  public init(_ location: String, expected: String, found: String) {
    self.location = location
    self.expected = expected
    self.found = found
  }

  /// One line, without control characters; long clauses are shortened.
  public var description: String {
    // Text that is quoted from a file must not break the line, control the terminal, or fill it.
    "\(location): expected \(Self.shortened(expected)), found \(Self.shortened(found))".onOneLine
  }

  /// In Unicode scalars. The longest lists of names have about 700.
  private static let maximumClause = 1000

  private static func shortened(_ clause: String) -> String {
    guard
      let end = clause.unicodeScalars.index(
        clause.startIndex, offsetBy: maximumClause, limitedBy: clause.unicodeScalars.endIndex),
      end < clause.endIndex
    else { return clause }
    return String(clause.unicodeScalars[..<end]) + "..."
  }
}
