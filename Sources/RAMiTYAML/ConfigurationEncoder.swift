import Yams

/// Turns a Codable value into the configuration that says it, as writing YAML and reading it again would, in a fraction
/// of the time.
package enum ConfigurationEncoder {
  /// - Parameter location: of every piece of the configuration.
  package static func encode<T: Encodable>(_ value: T, location: String) throws -> ConfigurationNode {
    let encoder = NodeEncoder()
    try encoder.encode(value)
    return encoder.node(at: location)
  }
}

/// One piece of a configuration that is being made; its containers write into it.
private final class NodeEncoder: Encoder, SingleValueEncodingContainer {
  enum Content {
    case scalar(String, isPlain: Bool)
    case sequence([NodeEncoder])
    case mapping([(key: String, value: NodeEncoder)])
  }

  /// No value, until there is one.
  var content = Content.scalar("null", isPlain: true)
  /// Types that are encoded here do not ask.
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func node(at location: String) -> ConfigurationNode {
    let content: ConfigurationNode.Content =
      switch content {
      case .scalar(let text, let isPlain): .scalar(text, isPlain: isPlain)
      case .sequence(let items): .sequence(items.map { $0.node(at: location) })
      case .mapping(let entries):
        .mapping(entries.map { .init(key: $0.key, location: location, value: $0.value.node(at: location)) })
      }
    return ConfigurationNode(content: content, location: location)
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    // Several containers of one value share their group.
    if case .mapping = content {} else { content = .mapping([]) }
    return KeyedEncodingContainer(KeyedNodes<Key>(encoder: self))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    if case .sequence = content {} else { content = .sequence([]) }
    return NodeList(encoder: self)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { self }

  func encodeNil() { content = .scalar("null", isPlain: true) }

  func encode<T: Encodable>(_ value: T) throws {
    // The YAML library says how numbers are written, and which texts need quotes.
    guard let value = value as? any YAMLEncodable else { return try value.encode(to: self) }
    guard case .scalar(let scalar) = value.box() else { return try value.encode(to: self) }
    // It puts what is not ASCII between quotes.
    let isPlain = scalar.style == .any && scalar.string.utf8.allSatisfy { $0 < 0x80 }
    content = .scalar(scalar.string, isPlain: isPlain)
  }

  /// The piece under a key, a new one where there is none.
  func child(_ key: any CodingKey) -> NodeEncoder {
    guard case .mapping(var entries) = content else { preconditionFailure("a key of what is no group") }
    let name = key.stringValue
    if let entry = entries.first(where: { $0.key == name }) { return entry.value }
    let child = NodeEncoder()
    entries.append((name, child))
    content = .mapping(entries)
    return child
  }

  /// A new piece at the end of a list.
  func item() -> NodeEncoder {
    guard case .sequence(let items) = content else { preconditionFailure("an item of what is no list") }
    let item = NodeEncoder()
    content = .sequence(items + [item])
    return item
  }
}

private struct KeyedNodes<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let encoder: NodeEncoder
  var codingPath: [any CodingKey] { encoder.codingPath }

  func encodeNil(forKey key: Key) { encoder.child(key).encodeNil() }
  func encode<T: Encodable>(_ value: T, forKey key: Key) throws { try encoder.child(key).encode(value) }
  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> { encoder.child(key).container(keyedBy: type) }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    encoder.child(key).unkeyedContainer()
  }
  func superEncoder() -> any Encoder { encoder }
  func superEncoder(forKey key: Key) -> any Encoder { encoder.child(key) }
}

private struct NodeList: UnkeyedEncodingContainer {
  let encoder: NodeEncoder
  var codingPath: [any CodingKey] { encoder.codingPath }

  var count: Int {
    guard case .sequence(let items) = encoder.content else { return 0 }
    return items.count
  }

  func encodeNil() { encoder.item().encodeNil() }
  func encode<T: Encodable>(_ value: T) throws { try encoder.item().encode(value) }
  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
    encoder.item().container(keyedBy: type)
  }
  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder.item().unkeyedContainer() }
  func superEncoder() -> any Encoder { encoder }
}
