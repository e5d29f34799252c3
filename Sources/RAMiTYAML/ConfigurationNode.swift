/// A piece of a configuration: what it says, and where it says so.
package struct ConfigurationNode {
  package enum Content {
    /// Text, and whether it was written without quotes, so that it may be a number, a truth value or nothing.
    case scalar(String, isPlain: Bool)
    case sequence([ConfigurationNode])
    case mapping([Entry])
    /// The value of an override as it was written. What it means depends on the key: text stays as it is, anything
    /// else is YAML.
    case setting(String)
  }

  package struct Entry {
    package let key: String
    package let location: String
    package var value: ConfigurationNode
  }

  package var content: Content
  /// A file with a line and a column (`config.yaml:12:5`), or an option (`--set data.train.patch`).
  package let location: String

  /// The value of a key, when this is a mapping that has it.
  package subscript(key: String) -> ConfigurationNode? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key == key }?.value
  }

  /// True for what YAML reads as no value: `~`, `null`, or no text at all. An override without text, as an unset shell
  /// variable leaves it, removes nothing.
  package var isNull: Bool {
    switch content {
    case .scalar(let text, isPlain: true): ["", "~", "null"].contains(text)
    case .setting:
      (try? resolved()).map { $0.isNull && $0.text?.isEmpty == false } ?? false
    default: false
    }
  }

  /// The same for a key whose value is text: `--set KEY=null` removes it, and nothing else does.
  package var isNullText: Bool {
    if case .setting(let text) = content { text == "null" } else { isNull }
  }

  /// The value for a key that does not hold text: an override is read as YAML.
  /// - Throws: `InputError` when an override is not YAML.
  package func resolved() throws -> ConfigurationNode {
    guard case .setting(let text) = content else { return self }
    return try ConfigurationNode(yamlOf: text, location: location)
  }

  /// What this is, for a message.
  package var summary: String {
    switch content {
    case .scalar: return isNull ? "nothing" : "'\(text ?? "")'"
    case .sequence: return "a list"
    case .mapping: return "a group of keys"
    case .setting(let text): return text.isEmpty ? "an empty value" : "'\(text)'"
    }
  }

  package var text: String? {
    switch content {
    case .scalar(let text, _), .setting(let text): text
    default: nil
    }
  }

  /// This configuration with `other` laid over it: groups of keys merge, anything else is replaced.
  package func overlaid(by other: ConfigurationNode) -> ConfigurationNode {
    guard case .mapping(var entries) = content, case .mapping(let changes) = other.content else { return other }
    for change in changes {
      guard let index = entries.firstIndex(where: { $0.key == change.key }) else {
        entries.append(change)
        continue
      }
      entries[index] = Entry(
        key: change.key, location: change.location, value: entries[index].value.overlaid(by: change.value))
    }
    return ConfigurationNode(content: .mapping(entries), location: other.location)
  }

  /// The location of a dotted path's value, such as `schedule.stages.1.patch`; that of its group if it is missing.
  package func location(of path: String) -> String {
    var node = self
    for part in path.split(separator: ".") {
      let next: ConfigurationNode? =
        switch node.content {
        case .scalar, .setting: nil
        case .sequence(let items): Int(part).flatMap { items.indices.contains($0) ? items[$0] : nil }
        case .mapping: node[String(part)]
        }
      guard let next else { break }
      node = next
    }
    return node.location
  }

  /// Every scalar, and every list as one text, under its dotted path.
  package func flattened() -> [String: String] {
    var result: [String: String] = [:]
    flatten(under: "", into: &result)
    return result
  }

  private func flatten(under path: String, into result: inout [String: String]) {
    switch content {
    case .scalar(let text, _), .setting(let text): result[path] = text
    case .sequence(let items): result[path] = "[" + items.map(\.inline).joined(separator: ", ") + "]"
    case .mapping(let entries):
      for entry in entries {
        entry.value.flatten(under: path.isEmpty ? entry.key : path + "." + entry.key, into: &result)
      }
    }
  }

  /// The value of a dotted path; nil where there is none.
  package func value(of path: String) -> ConfigurationNode? {
    path.split(separator: ".").reduce(self) { $0?[String($1)] }
  }

  /// This group of keys without some of them.
  package func filtered(_ isIncluded: (_ key: String) -> Bool) -> ConfigurationNode {
    guard case .mapping(let entries) = content else { return self }
    return ConfigurationNode(content: .mapping(entries.filter { isIncluded($0.key) }), location: location)
  }

  /// This group of keys with one more.
  package func adding(_ key: String, _ text: String, at location: String) -> ConfigurationNode {
    guard case .mapping(let entries) = content else { return self }
    let value = ConfigurationNode(content: .scalar(text, isPlain: true), location: location)
    return ConfigurationNode(
      content: .mapping([Entry(key: key, location: location, value: value)] + entries), location: self.location)
  }

  /// This configuration with another value at a dotted path, which it has.
  package func replacing(_ path: String, by value: ConfigurationNode) -> ConfigurationNode {
    let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
    guard case .mapping(let entries) = content else { return self }
    let changed = entries.map { entry in
      guard entry.key == parts[0] else { return entry }
      let new = parts.count == 1 ? value : entry.value.replacing(parts[1], by: value)
      return Entry(key: entry.key, location: entry.location, value: new)
    }
    return ConfigurationNode(content: .mapping(changed), location: location)
  }

  /// On one line, as YAML's flow style has it, so that it reads back as the same value.
  package var flowText: String {
    switch content {
    case .scalar(let text, let isPlain): Self.flowText(text, isPlain: isPlain)
    case .setting(let text): Self.flowText(text, isPlain: true)
    case .sequence(let items): "[" + items.map(\.flowText).joined(separator: ", ") + "]"
    case .mapping(let entries): "{" + entries.map { "\($0.key): \($0.value.flowText)" }.joined(separator: ", ") + "}"
    }
  }

  private static func flowText(_ text: String, isPlain: Bool) -> String {
    // What looks like a number, or has a mark of YAML in it, is text only between quotes.
    let isSafe = !text.isEmpty && text.allSatisfy { $0.isLetter || $0.isNumber || "-+_./".contains($0) }
    return isPlain && isSafe ? readableNumber(text) : quoted(text)
  }

  /// Between single quotes, or, as those would fold line breaks, between double quotes with escapes.
  private static func quoted(_ text: String) -> String {
    func isEscaped(_ scalar: Unicode.Scalar) -> Bool {
      [.control, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
    }
    guard text.unicodeScalars.contains(where: isEscaped) else { return "'" + text.replacing("'", with: "''") + "'" }
    let scalars = text.unicodeScalars.map { scalar in
      if isEscaped(scalar) {
        let digits = String(scalar.value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
      return scalar == "\"" || scalar == "\\" ? "\\\(scalar)" : "\(scalar)"
    }
    return "\"" + scalars.joined() + "\""
  }

  /// A number as a person writes it, 80 in place of 8e+1; other text stays as it is.
  package static func readableNumber(_ text: String) -> String {
    guard text.contains("e+") || text.contains("e-"), let value = Double(text), abs(value) >= 1e-3, abs(value) < 1e9
    else { return text }
    return value == value.rounded() ? "\(Int(value))" : "\(value)"
  }

  /// On one line, as YAML's flow style has it.
  private var inline: String {
    switch content {
    case .scalar(let text, _), .setting(let text): text
    case .sequence(let items): "[" + items.map(\.inline).joined(separator: ", ") + "]"
    case .mapping(let entries): "{" + entries.map { "\($0.key): \($0.value.inline)" }.joined(separator: ", ") + "}"
    }
  }
}
