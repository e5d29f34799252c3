import RAMiTDiagnostics
import Yams

extension InputError {
  /// What is wrong with a text that should be YAML, on one line.
  /// - Parameters:
  ///   - yaml: the text.
  ///   - locate: makes a location from a position.
  public init(_ error: YamlError, in yaml: String, locate: (TextPosition) -> String) {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      let position = TextPosition(mark), location = locate(position)
      // An option has no lines.
      let place = location.hasSuffix("\(position)") ? "" : " in column \(position.column)"
      self.init(location, expected: "YAML", found: "an error\(place): \(problem)")
    case .duplicatedKeysInMapping(let names, let context):
      // The parser gives the position of the first use of the name that sorts first.
      let name = names.min() ?? "key"
      let first = context.mark
      let second = RepeatedKey(name: name, first: first).second(in: yaml)
      self.init(
        locate(TextPosition(second ?? first)), expected: "each key once",
        found: "another \(name)" + (second == nil ? "" : ", after the one in line \(first.line)"))
    default:
      self.init(locate(.start), expected: "YAML", found: "bytes that cannot be read as YAML")
    }
  }
}

/// A key that a group has twice. The parser gives the position of the first one only.
private struct RepeatedKey {
  let name: String
  let first: Mark

  /// More keys than this are not renamed in search of one.
  private static let mostRenamed = 32

  /// The position of the second one, which the parser finds once the first one has another name; nil if not found.
  func second(in yaml: String) -> Mark? {
    var text = yaml
    let alias = "first of the repeated key "
    guard Self.rename(at: first, by: alias, in: &text) else { return nil }
    for number in 0..<Self.mostRenamed {
      do {
        let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
        let root = try parser.singleRoot()
        return withExtendedLifetime(parser) { root.flatMap { Self.find(name, beside: alias + name, in: $0) } }
      } catch YamlError.duplicatedKeysInMapping(let names, let context) {
        // A third one of the name, or another key.
        if names.min() == name, isInSameGroup(context.mark, of: text) { return context.mark }
        guard Self.rename(at: context.mark, by: "renamed \(number) ", in: &text) else { return nil }
      } catch {
        return nil
      }
    }
    return nil
  }

  /// In block style the keys of a group are below each other.
  private func isInSameGroup(_ mark: Mark, of text: String) -> Bool {
    mark.line > first.line && mark.column == first.column
  }

  /// Puts a prefix before the key at a position; false where there is no plain or quoted text.
  private static func rename(at mark: Mark, by prefix: String, in text: inout String) -> Bool {
    var scalars = text.unicodeScalars
    var line = 1, position = scalars.startIndex
    while line < mark.line, position < scalars.endIndex {
      if scalars[position] == "\n" { line += 1 }
      position = scalars.index(after: position)
    }
    guard line == mark.line,
      var key = scalars.index(position, offsetBy: mark.column - 1, limitedBy: scalars.endIndex), key < scalars.endIndex
    else { return false }
    if scalars[key] == "\"" || scalars[key] == "'" { key = scalars.index(after: key) }
    guard key < scalars.endIndex, !"!&*[{?|>".unicodeScalars.contains(scalars[key]) else { return false }
    scalars.insert(contentsOf: prefix.unicodeScalars, at: key)
    text = String(scalars)
    return true
  }

  /// The position of a key in the group that has another one.
  private static func find(_ name: String, beside other: String, in node: Node) -> Mark? {
    switch node {
    case .mapping(let mapping):
      if mapping.contains(where: { $0.key.scalar?.string == other }) {
        return mapping.first { $0.key.scalar?.string == name }?.key.mark
      }
      for (key, value) in mapping {
        if let mark = find(name, beside: other, in: key) ?? find(name, beside: other, in: value) { return mark }
      }
    case .sequence(let items):
      for item in items { if let mark = find(name, beside: other, in: item) { return mark } }
    case .scalar, .alias: break
    }
    return nil
  }
}
