/// A message in the wire format of Protocol Buffers (https://protobuf.dev/programming-guides/encoding) as it is
/// written: fields one after the other, each with its number and its kind.
///
/// Repeated fields are written one by one, unpacked: every reader takes them so.
package struct ProtobufMessage {
  package private(set) var bytes: [UInt8] = []

  /// The kinds of fields that are needed here.
  private enum Kind: Int { case variableInteger = 0, fixed64 = 1, delimited = 2, fixed32 = 5 }

  package init() {}

  package mutating func add(_ field: Int, _ value: Double) {
    begin(field, .fixed64)
    append(littleEndian: value.bitPattern)
  }

  package mutating func add(_ field: Int, _ value: Float) {
    begin(field, .fixed32)
    append(littleEndian: value.bitPattern)
  }

  /// int64, int32 or an enumeration.
  package mutating func add(_ field: Int, _ value: Int) {
    begin(field, .variableInteger)
    append(variable: UInt64(bitPattern: Int64(value)))
  }

  package mutating func add(_ field: Int, _ value: String) { add(field, Array(value.utf8)) }

  package mutating func add(_ field: Int, _ message: ProtobufMessage) { add(field, message.bytes) }

  package mutating func add(_ field: Int, _ value: [UInt8]) {
    begin(field, .delimited)
    append(variable: UInt64(value.count))
    bytes += value
  }

  private mutating func begin(_ field: Int, _ kind: Kind) { append(variable: UInt64(field << 3 | kind.rawValue)) }

  /// Seven bits a byte, the lowest first; the eighth tells that more follow.
  private mutating func append(variable value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private mutating func append(littleEndian value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }
}
