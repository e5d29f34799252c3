import Foundation
import RAMiTDiagnostics
import RAMiTYAML
import Yams

extension DatasetManifest {
  private static let maximumBytes = 1 << 16

  /// Reads a manifest file.
  /// - Throws: `InputError` with the file and the line.
  public init(readingFile path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw InputError(path, expected: "a manifest", found: "no file that can be read")
    }
    guard data.count <= Self.maximumBytes, let text = String(data: data, encoding: .utf8) else {
      throw InputError(
        path, expected: "text in UTF-8, at most \(Self.maximumBytes) bytes",
        found: data.count <= Self.maximumBytes ? "\(data.count) bytes that are no text" : "\(data.count) bytes")
    }
    try self.init(yaml: text, file: path)
    folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
  }

  /// Reads YAML; `file` is for messages.
  public init(yaml: String, file: String) throws {
    let root = try ManifestNode(yaml: yaml, file: file)
    try root.refuseUnknownKeys([
      "name", "title", "use", "tasks", "count", "repeat", "channels", "gray", "page", "cite", "folders", "layouts",
      "members",
    ])
    name = try root.text("name")
    title = try root.text("title")
    use = try root.choice("use")
    tasks = try root.choices("tasks")
    count = try root.number("count", in: 1...100_000_000)
    `repeat` = try root["repeat"].map { _ in try root.factor("repeat") }
    channels = try root["channels"].map { _ in try root.number("channels", in: 1...3) } ?? 3
    gray = try root["gray"]?.texts ?? []
    page = try root["page"].map { try $0.text }
    citation = try root["cite"].map { try $0.text }
    folders = try root["folders"]?.texts ?? []
    members = try root["members"]?.texts ?? []
    layouts = try root["layouts"]?.items.map { try FolderLayout($0) } ?? []
    folder = nil
    guard layouts.isEmpty != members.isEmpty else {
      throw root.error(expected: "layouts or members, one of them", found: layouts.isEmpty ? "no such key" : "both")
    }
    guard channels != 2 else { throw root.error(expected: "channels: 1 or 3", found: "2") }
  }
}

extension FolderLayout {
  fileprivate init(_ node: ManifestNode) throws {
    try node.refuseUnknownKeys(["targets", "inputs"])
    guard let targets = try node["targets"]?.texts, !targets.isEmpty else {
      throw node.error(expected: "targets: a folder", found: "a layout without targets")
    }
    let inputs = try node["inputs"]?.texts ?? []
    guard inputs.isEmpty || inputs.count == targets.count else {
      throw node.error(expected: "as many inputs as targets", found: "\(inputs.count) and \(targets.count)")
    }
    for path in targets + inputs {
      let isInside = !path.hasPrefix("/") && !path.split(separator: "/").contains("..")
      guard !path.isEmpty, isInside else { throw node.error(expected: "a folder in the set's own", found: "'\(path)'") }
    }
    self.init(targets: targets, inputs: inputs)
  }
}

/// A piece of a manifest and its place.
private struct ManifestNode {
  private let node: Node
  private let file: String

  private init(_ node: Node, file: String) {
    self.node = node
    self.file = file
  }

  init(yaml: String, file: String) throws {
    var previous = UInt8(ascii: " ")
    for byte in yaml.utf8 {
      guard byte != UInt8(ascii: "*") || !" \t\n[{,:-?".utf8.contains(previous) else {
        throw InputError(file, expected: "no YAML aliases (a name that begins with * is quoted)", found: "one")
      }
      previous = byte
    }
    do {
      guard let node = try Yams.compose(yaml: yaml) else {
        throw InputError(file, expected: "a manifest", found: "an empty file")
      }
      self.init(node, file: file)
    } catch let error as YamlError {
      throw InputError(error, in: yaml) { "\(file):\($0)" }
    }
  }

  func error(expected: String, found: String) -> InputError {
    InputError("\(file):\(node.mark?.line ?? 1)", expected: expected, found: found)
  }

  subscript(key: String) -> ManifestNode? {
    node.mapping?.first { $0.key.string == key }.map { ManifestNode($0.value, file: file) }
  }

  func refuseUnknownKeys(_ known: [String]) throws {
    guard let mapping = node.mapping else { throw error(expected: "keys and values", found: summary) }
    for (key, _) in mapping where !known.contains(key.string ?? "") {
      let name = key.string ?? "a list"
      let hint = name.nearest(in: known).map { "perhaps '\($0)'" } ?? "one of " + known.joined(separator: ", ")
      throw ManifestNode(key, file: file).error(expected: "a key of a manifest, \(hint)", found: "'\(name)'")
    }
  }

  /// What this is, for a message.
  private var summary: String {
    switch node {
    case .scalar(let scalar): scalar.string.isEmpty ? "nothing" : "'\(scalar.string)'"
    case .sequence: "a list"
    case .mapping: "a group of keys"
    case .alias: "an alias"
    }
  }

  var text: String {
    get throws {
      guard let text = node.scalar?.string, !text.isEmpty else {
        throw error(expected: "text", found: summary)
      }
      return text
    }
  }

  /// The texts of a list, or one text.
  var texts: [String] {
    get throws { try node.sequence == nil ? [text] : items.map { try $0.text } }
  }

  var items: [ManifestNode] {
    get throws {
      guard let items = node.sequence else { throw error(expected: "a list", found: summary) }
      return items.map { ManifestNode($0, file: file) }
    }
  }

  private func value(_ key: String) throws -> ManifestNode {
    guard let value = self[key] else { throw error(expected: "a value for \(key)", found: "a group without it") }
    return value
  }

  func text(_ key: String) throws -> String { try value(key).text }

  func number(_ key: String, in range: ClosedRange<Int>) throws -> Int {
    let value = try value(key)
    guard let number = Int(try value.text), range ~= number else {
      throw value.error(expected: "\(key): \(range.lowerBound) to \(range.upperBound)", found: "'\(try value.text)'")
    }
    return number
  }

  func factor(_ key: String) throws -> Double {
    let value = try value(key)
    guard let number = Double(try value.text), number > 0, number <= 1_000_000 else {
      throw value.error(expected: "\(key): a positive number", found: "'\(try value.text)'")
    }
    return number
  }

  func choice<T: RawRepresentable & CaseIterable>(_ key: String) throws -> T where T.RawValue == String {
    try value(key).chosen()
  }

  func choices<T: RawRepresentable & CaseIterable>(_ key: String) throws -> [T] where T.RawValue == String {
    try value(key).items.map { try $0.chosen() }
  }

  private func chosen<T: RawRepresentable & CaseIterable>() throws -> T where T.RawValue == String {
    guard let value = T(rawValue: try text) else {
      throw error(expected: "one of \(T.allCases.map(\.rawValue).joined(separator: ", "))", found: "'\(try text)'")
    }
    return value
  }
}
