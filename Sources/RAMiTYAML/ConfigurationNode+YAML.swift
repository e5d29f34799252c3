import Foundation
import RAMiTDiagnostics
import Yams

extension ConfigurationNode {
  /// More than any configuration needs; a larger file is not one.
  private static let maximumBytes = 1 << 16

  /// Reads a YAML file.
  /// - Parameter kind: what it should be, for messages.
  /// - Throws: `InputError` that names the file, and the line and the column where there are.
  package init(readingFile path: String, kind: String = "a configuration file") throws {
    let descriptor = path.withPathBytes { open($0, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw InputError(path, expected: kind, found: "no file that can be read") }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    guard let data = try? file.read(upToCount: Self.maximumBytes + 1) ?? Data() else {
      throw InputError(path, expected: kind, found: "a folder, or a file that cannot be read")
    }
    guard data.count <= Self.maximumBytes else {
      throw InputError(path, expected: "\(kind) of at most \(Self.maximumBytes) bytes", found: "a larger file")
    }
    guard let yaml = String(data: data, encoding: .utf8) else {
      throw InputError(path, expected: "text in UTF-8", found: "bytes that are not UTF-8")
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

  /// Reads the value of an override as YAML; an empty text means no value.
  package init(yamlOf text: String, location: String) throws {
    self = try ConfigurationNode(yaml: text) { _ in location }
    guard case .mapping(let entries) = content, entries.isEmpty, !text.contains("{") else { return }
    content = .scalar("", isPlain: true)
  }

  /// Reads YAML.
  /// - Parameter locate: makes a location from a position.
  package init(yaml: String, locate: (TextPosition) -> String) throws {
    try Self.refuseManyAliases(yaml, locate)
    do {
      // The parser owns the anchors, so it lives until all nodes have been seen. It needs no types of values, which
      // keys say here: two keys are the same if their texts are. The default encoding is looked for in the environment.
      let parser = try Parser(yaml: yaml, resolver: .basic, encoding: .utf8)
      let node = try parser.singleRoot()
      // An empty document is an empty group of keys.
      self =
        try withExtendedLifetime(parser) { try node.map { try ConfigurationNode($0, locate) } }
        ?? ConfigurationNode(content: .mapping([]), location: locate(.start))
    } catch let error as YamlError {
      throw InputError(error, in: yaml, locate: locate)
    }
  }

  private init(_ node: Node, _ locate: (TextPosition) -> String) throws {
    let location = locate(TextPosition(node))
    guard node.anchor == nil else {
      throw InputError(location, expected: "a plain value", found: "a YAML anchor or alias")
    }
    switch node {
    case .scalar(let scalar):
      let isPlain = scalar.style == .plain || scalar.style == .any
      self.init(content: .scalar(scalar.string, isPlain: isPlain), location: location)
    case .sequence(let items):
      self.init(content: .sequence(try items.map { try ConfigurationNode($0, locate) }), location: location)
    case .mapping(let pairs):
      let entries = try pairs.map { key, value in
        let keyLocation = locate(TextPosition(key))
        guard case .scalar(let name) = key else {
          throw InputError(keyLocation, expected: "a key", found: "a list or a group of keys before the colon")
        }
        return Entry(key: name.string, location: keyLocation, value: try ConfigurationNode(value, locate))
      }
      self.init(content: .mapping(entries), location: location)
    case .alias:
      throw InputError(location, expected: "a plain value", found: "a YAML alias")
    }
  }

  /// Refuses a text with many aliases before anything expands them: a few lines can stand for billions of values. The
  /// few that may remain are harmless, and are refused by location once they are read.
  private static func refuseManyAliases(_ yaml: String, _ locate: (TextPosition) -> String) throws {
    var count = 0
    var previous = UInt8(ascii: " ")
    for byte in yaml.utf8 {
      if byte == UInt8(ascii: "*"), " \t\n[{,:-?".utf8.contains(previous) { count += 1 }
      previous = byte
    }
    guard count <= 16 else { throw InputError(locate(.start), expected: "no YAML aliases", found: "\(count) aliases") }
  }
}
