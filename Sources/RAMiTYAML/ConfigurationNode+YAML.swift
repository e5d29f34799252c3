import Foundation
import RAMiTDiagnostics
import Yams

extension ConfigurationNode {
  /// More than any configuration needs; a larger file is something else.
  private static let maximumBytes = 1 << 16

  /// Reads a YAML file.
  /// - Parameter kind: what it should be, for messages.
  /// - Throws: `InputError` that names the file, and the line where there is one.
  package init(readingFile path: String, kind: String = "a configuration file") throws {
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw InputError(path, expected: kind, found: "no file that can be read")
    }
    defer { try? file.close() }
    guard let data = try? file.read(upToCount: Self.maximumBytes + 1) ?? Data() else {
      throw InputError(path, expected: kind, found: "a folder, or a file that cannot be read")
    }
    guard data.count <= Self.maximumBytes else {
      throw InputError(path, expected: "\(kind) of at most \(Self.maximumBytes) bytes", found: "a larger file")
    }
    guard let yaml = String(data: data, encoding: .utf8) else {
      throw InputError(path, expected: "text in UTF-8", found: "bytes that are none")
    }
    try self.init(yaml: yaml) { "\(path):\($0)" }
  }

  /// Reads an override, `key.path=value`.
  /// - Parameter schema: a whole configuration, which tells the keys that are groups: their values are YAML.
  /// - Throws: `InputError` that names the option.
  package init(setting: String, schema: ConfigurationNode) throws {
    let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let keys = parts[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, keys.allSatisfy({ !$0.isEmpty }) else {
      throw InputError("--set", expected: "key.path=value", found: "'\(setting)'")
    }
    guard setting.utf8.count <= Self.maximumBytes else {
      throw InputError(
        "--set \(parts[0])", expected: "at most \(Self.maximumBytes) bytes", found: "\(setting.utf8.count)")
    }
    let location = "--set \(parts[0])"
    let value = ConfigurationNode(content: .setting(parts[1]), location: location)
    var group: ConfigurationNode? = schema
    for key in keys { group = group?[key] }
    if case .mapping = group?.content { self = try value.resolved() } else { self = value }
    for key in keys.reversed() {
      self.init(content: .mapping([Entry(key: key, location: location, value: self)]), location: location)
    }
  }

  /// Reads the value of an override as YAML; of no text at all it is nothing.
  package init(yamlOf text: String, location: String) throws {
    self = try ConfigurationNode(yaml: text) { _ in location }
    guard case .mapping(let entries) = content, entries.isEmpty, !text.contains("{") else { return }
    content = .scalar("", isPlain: true)
  }

  /// Reads YAML.
  /// - Parameter place: makes a location from a line number.
  package init(yaml: String, place: (_ line: Int) -> String) throws {
    try Self.refuseManyAliases(yaml, place)
    do {
      // The parser owns the anchors, so it lives until all nodes have been seen.
      let parser = try Parser(yaml: yaml)
      let node = try parser.singleRoot()
      // An empty document is an empty group of keys.
      self =
        try withExtendedLifetime(parser) { try node.map { try ConfigurationNode($0, place) } }
        ?? ConfigurationNode(content: .mapping([]), location: place(1))
    } catch let error as YamlError {
      throw InputError(error, in: yaml, place: place)
    }
  }

  private init(_ node: Node, _ place: (Int) -> String) throws {
    let location = place(node.mark?.line ?? 1)
    guard node.anchor == nil else {
      throw InputError(location, expected: "a plain value", found: "a YAML anchor or alias")
    }
    switch node {
    case .scalar(let scalar):
      let isPlain = scalar.style == .plain || scalar.style == .any
      self.init(content: .scalar(scalar.string, isPlain: isPlain), location: location)
    case .sequence(let items):
      self.init(content: .sequence(try items.map { try ConfigurationNode($0, place) }), location: location)
    case .mapping(let pairs):
      let entries = try pairs.map { key, value in
        let keyLocation = place(key.mark?.line ?? 1)
        guard case .scalar(let name) = key else {
          throw InputError(keyLocation, expected: "a key", found: "a list or a group of keys before the colon")
        }
        return Entry(key: name.string, location: keyLocation, value: try ConfigurationNode(value, place))
      }
      self.init(content: .mapping(entries), location: location)
    case .alias:
      throw InputError(location, expected: "a plain value", found: "a YAML alias")
    }
  }

  /// Refuses a text with many aliases before anything expands them: a few lines can stand for billions of values. So
  /// few as remain are harmless, and are refused by name once they are read.
  private static func refuseManyAliases(_ yaml: String, _ place: (Int) -> String) throws {
    var count = 0
    var previous = UInt8(ascii: " ")
    for byte in yaml.utf8 {
      if byte == UInt8(ascii: "*"), " \t\n[{,:-?".utf8.contains(previous) { count += 1 }
      previous = byte
    }
    guard count <= 16 else { throw InputError(place(1), expected: "no YAML aliases", found: "\(count) of them") }
  }
}
