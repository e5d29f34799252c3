/// A message in the wire format of Protocol Buffers (https://protobuf.dev/programming-guides/encoding).
protocol ProtobufMessage {
  func encode(into writer: inout ProtobufWriter)
}

extension ProtobufMessage {
  /// The message's bytes.
  var encoded: [UInt8] {
    var writer = ProtobufWriter()
    encode(into: &writer)
    return writer.bytes
  }
}

/// Writes fields one after the other. Repeated fields are written one by one, unpacked: every reader takes them so.
struct ProtobufWriter {
  private(set) var bytes: [UInt8] = []

  /// How a field is written; the number stands in its tag.
  private enum Wire: UInt64 { case varint = 0, delimited = 2, fixed32 = 5 }

  /// int64, int32 or an enumeration.
  mutating func write(_ field: Int, _ value: Int) {
    tag(field, .varint)
    varint(UInt64(bitPattern: Int64(value)))
  }

  mutating func write(_ field: Int, _ values: [Int]) {
    for value in values { write(field, value) }
  }

  mutating func write(_ field: Int, _ value: Float) {
    tag(field, .fixed32)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func write(_ field: Int, _ values: [Float]) {
    for value in values { write(field, value) }
  }

  mutating func write(_ field: Int, _ text: String) { write(field, bytes: Array(text.utf8)) }

  mutating func write(_ field: Int, _ texts: [String]) {
    for text in texts { write(field, text) }
  }

  mutating func write(_ field: Int, bytes content: [UInt8]) {
    tag(field, .delimited)
    varint(UInt64(content.count))
    bytes.append(contentsOf: content)
  }

  mutating func write(_ field: Int, _ message: some ProtobufMessage) { write(field, bytes: message.encoded) }

  mutating func write(_ field: Int, _ messages: [some ProtobufMessage]) {
    for message in messages { write(field, message) }
  }

  private mutating func tag(_ field: Int, _ wire: Wire) { varint(UInt64(field) << 3 | wire.rawValue) }

  /// Seven bits a byte, the lowest first; the eighth bit says that more follow.
  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
