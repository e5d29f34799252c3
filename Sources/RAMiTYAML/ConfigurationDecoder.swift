import RAMiTDiagnostics

/// Reads Codable values from a configuration, strictly: a value of another type, and a key that nothing asks for, are
/// errors that name their location.
package enum ConfigurationDecoder {
  /// - Parameters:
  ///   - refusesUnknownKeys: false to read a part and leave the rest alone.
  ///   - derived: dotted paths of keys whose values follow from other keys: they are read, and never suggested.
  package static func decode<T: Decodable>(
    _ type: T.Type, from node: ConfigurationNode, refusesUnknownKeys: Bool = true, derived: Set<String> = []
  ) throws -> T {
    let known = KnownKeys(derived: derived)
    let value = try NodeDecoder(node: node, written: node, codingPath: [], known: known).decode(type)
    if refusesUnknownKeys { try known.check(node, path: "") }
    return value
  }

  /// Every key that a type knows, given or not, as dotted paths in the order in which the type reads them, without the
  /// derived ones.
  package static func keys<T: Decodable>(
    of type: T.Type, in node: ConfigurationNode, derived: Set<String> = []
  ) throws -> [String] {
    let known = KnownKeys(derived: derived)
    _ = try NodeDecoder(node: node, written: node, codingPath: [], known: known).decode(type)
    return known.leaves(of: "")
  }
}

/// A value that describes its valid forms.
package protocol DescribedChoice {
  static var choices: String { get }
}

/// The keys that were asked for, by the group that they belong to.
private final class KnownKeys {
  private var keys: [String: [String]] = [:]
  private let derived: Set<String>

  init(derived: Set<String>) { self.derived = derived }

  func add(_ key: String, to group: String) {
    if !keys[group, default: []].contains(key) { keys[group, default: []].append(key) }
  }

  /// The keys of a group, and in place of groups of keys those of theirs.
  func leaves(of group: String) -> [String] {
    suggested(of: group).flatMap { key in
      let path = Self.path(of: key, in: group)
      return keys[path] == nil ? [path] : leaves(of: path)
    }
  }

  private static func path(of key: String, in group: String) -> String { group.isEmpty ? key : "\(group).\(key)" }

  /// The keys of a group that a person may write.
  private func suggested(of group: String) -> [String] {
    keys[group, default: []].filter { !derived.contains(Self.path(of: $0, in: group)) }
  }

  /// Refuses the keys of a configuration that nothing asked for.
  func check(_ written: ConfigurationNode, path: String) throws {
    let node = hasGroups(at: path) ? try written.resolved() : written
    try checkKeys(of: node, path: path)
    if case .mapping(let entries) = node.content, keys[path] != nil {
      for entry in entries { try check(entry.value, path: Self.path(of: entry.key, in: path)) }
    }
    if case .sequence(let items) = node.content {
      for (index, item) in items.enumerated() { try check(item, path: "\(path).\(index)") }
    }
  }

  /// Whether keys were asked for in a value, or in the items of a list.
  private func hasGroups(at path: String) -> Bool {
    keys[path] != nil || (!path.isEmpty && keys.keys.contains { $0.hasPrefix(path + ".") })
  }

  /// Refuses keys of a group that nothing asked for.
  func checkKeys(of node: ConfigurationNode, path: String) throws {
    guard case .mapping(let entries) = node.content, let known = keys[path] else { return }
    for entry in entries where !known.contains(entry.key) {
      let group = path.isEmpty ? "a key" : "a key of \(path)", names = suggested(of: path)
      let hint = entry.key.nearest(in: names).map { "perhaps '\($0)'" } ?? "one of " + names.joined(separator: ", ")
      throw InputError(entry.location, expected: "\(group), \(hint)", found: "'\(entry.key)'")
    }
  }
}

private struct NodeDecoder: Decoder {
  let node: ConfigurationNode
  /// The node as a person wrote it: an override before it was read as YAML.
  let written: ConfigurationNode
  let codingPath: [any CodingKey]
  let known: KnownKeys
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  var path: String { codingPath.map(\.stringValue).joined(separator: ".") }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .mapping = node.content else { throw mismatch("a group of keys") }
    for key in NodeKeys<Key>.all ?? [] { known.add(key, to: path) }
    return KeyedDecodingContainer(NodeKeys<Key>(decoder: self))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .sequence(let items) = node.content else { throw mismatch("a list") }
    return NodeItems(decoder: self, items: items)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { NodeValue(decoder: self) }

  func child(_ node: ConfigurationNode, _ key: any CodingKey) -> NodeDecoder {
    NodeDecoder(node: node, written: node, codingPath: codingPath + [key], known: known)
  }

  func mismatch(_ expected: String) -> InputError {
    let subject = path.isEmpty ? expected : "\(expected) for \(path)"
    return InputError(node.location, expected: subject, found: written.summary)
  }

  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    do {
      // Text is taken as it was written; what anything else means is for YAML to say.
      if T.self == String.self { return try T(from: self) }
      let resolved = try node.resolved()
      if resolved.isNull, let choices = Self.namedChoices(of: type) { throw mismatch(choices) }
      return try T(from: NodeDecoder(node: resolved, written: written, codingPath: codingPath, known: known))
    } catch is DecodingError {
      // Codable itself refuses only the names of an enumeration here.
      throw mismatch(Self.namedChoices(of: type) ?? "a value")
    }
  }

  private static func namedChoices<T>(of type: T.Type) -> String? {
    if let described = type as? any DescribedChoice.Type { return described.choices }
    return (type as? any CaseIterable.Type).map { "one of " + $0.names.joined(separator: ", ") }
  }

  /// The text of a value that is written without quotes.
  private func plain(_ expected: String) throws -> String {
    guard case .scalar(let text, isPlain: true) = node.content, !node.isNull else { throw mismatch(expected) }
    return text
  }

  func bool() throws -> Bool {
    switch try plain("true or false") {
    case "true": true
    case "false": false
    default: throw mismatch("true or false")
    }
  }

  func integer<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
    guard let value = T(try plain("a whole number")) else { throw mismatch("a whole number") }
    return value
  }

  func number() throws -> Double {
    guard let value = Double(try plain("a number")), value.isFinite else { throw mismatch("a number") }
    return value
  }

  func string() throws -> String {
    if case .setting(let text) = node.content { return text }
    guard let text = node.text, !node.isNull else { throw mismatch("text") }
    return text
  }
}

extension CaseIterable {
  fileprivate static var names: [String] {
    allCases.map { ($0 as? any RawRepresentable)?.rawValue as? String ?? "\($0)" }
  }

  fileprivate static var keyNames: [String] { allCases.compactMap { ($0 as? any CodingKey)?.stringValue } }
}

private struct NodeValue: SingleValueDecodingContainer {
  let decoder: NodeDecoder
  var codingPath: [any CodingKey] { decoder.codingPath }

  func decodeNil() -> Bool { decoder.node.isNull }
  func decode(_ type: Bool.Type) throws -> Bool { try decoder.bool() }
  func decode(_ type: String.Type) throws -> String { try decoder.string() }
  func decode(_ type: Double.Type) throws -> Double { try decoder.number() }
  func decode(_ type: Float.Type) throws -> Float { Float(try decoder.number()) }
  func decode(_ type: Int.Type) throws -> Int { try decoder.integer(type) }
  func decode(_ type: Int8.Type) throws -> Int8 { try decoder.integer(type) }
  func decode(_ type: Int16.Type) throws -> Int16 { try decoder.integer(type) }
  func decode(_ type: Int32.Type) throws -> Int32 { try decoder.integer(type) }
  func decode(_ type: Int64.Type) throws -> Int64 { try decoder.integer(type) }
  func decode(_ type: UInt.Type) throws -> UInt { try decoder.integer(type) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try decoder.integer(type) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try decoder.integer(type) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try decoder.integer(type) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try decoder.integer(type) }
  func decode<T: Decodable>(_ type: T.Type) throws -> T { try decoder.decode(type) }
}

private struct NodeKeys<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let decoder: NodeDecoder
  var codingPath: [any CodingKey] { decoder.codingPath }
  var allKeys: [Key] { [] }

  /// All keys of the group, where its type lists them.
  static var all: [String]? { (Key.self as? any CaseIterable.Type)?.keyNames }

  func contains(_ key: Key) -> Bool { value(of: key) != nil }

  func decodeNil(forKey key: Key) -> Bool { value(of: key)?.isNull ?? true }

  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try child(key).decode(type) }

  func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
    guard let value = value(of: key), !value.isNullText else { return nil }
    return try child(key).decode(type)
  }

  func superDecoder() throws -> any Decoder { decoder }
  func superDecoder(forKey key: Key) throws -> any Decoder { try child(key) }
  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> { try child(key).container(keyedBy: type) }
  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try child(key).unkeyedContainer()
  }

  private func value(of key: Key) -> ConfigurationNode? {
    decoder.known.add(key.stringValue, to: decoder.path)
    return decoder.node[key.stringValue]
  }

  private func child(_ key: Key) throws -> NodeDecoder {
    guard let value = value(of: key) else {
      // A misspelt key leaves the right one without a value.
      if Self.all != nil { try decoder.known.checkKeys(of: decoder.node, path: decoder.path) }
      let path = decoder.path.isEmpty ? key.stringValue : "\(decoder.path).\(key.stringValue)"
      throw InputError(decoder.node.location, expected: "a value for \(path)", found: "a group without it")
    }
    return decoder.child(value, key)
  }
}

private struct NodeItems: UnkeyedDecodingContainer {
  let decoder: NodeDecoder
  let items: [ConfigurationNode]
  private(set) var currentIndex = 0

  init(decoder: NodeDecoder, items: [ConfigurationNode]) {
    self.decoder = decoder
    self.items = items
  }

  var codingPath: [any CodingKey] { decoder.codingPath }
  var count: Int? { items.count }
  var isAtEnd: Bool { currentIndex >= items.count }

  private struct Index: CodingKey {
    let intValue: Int?
    var stringValue: String { "\(intValue ?? 0)" }
    init(intValue: Int) { self.intValue = intValue }
    init?(stringValue: String) { nil }
  }

  private mutating func next() throws -> NodeDecoder {
    guard !isAtEnd else { throw decoder.mismatch("a longer list") }
    defer { currentIndex += 1 }
    return decoder.child(items[currentIndex], Index(intValue: currentIndex))
  }

  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd, items[currentIndex].isNull else { return false }
    currentIndex += 1
    return true
  }
  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try next().decode(type) }
  mutating func superDecoder() throws -> any Decoder { try next() }
  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> { try next().container(keyedBy: type) }
  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try next().unkeyedContainer() }
}
