/// Something a person gave us (a file, a key, a folder) is not what it must be.
///
/// It prints as one line: where, what was expected, what was found. Programmers' errors are preconditions instead.
public struct InputError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file or folder, with a line number where there is one (`config.yaml:12`), or the option (`--task`).
  public let location: String
  public let expected: String
  public let found: String

  public init(_ location: String, expected: String, found: String) {
    self.location = location
    self.expected = expected
    self.found = found
  }

  public var description: String {
    // What is quoted from a file must neither break the line nor steer the terminal.
    "\(location): expected \(expected), found \(found)".onOneLine
  }
}
