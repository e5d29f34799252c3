/// A protocol buffer's message as it is written: fields one after the other, each with its number and its kind.
struct ProtobufMessage {
  private(set) var bytes: [UInt8] = []

  /// The kinds of fields that are needed here.
  private enum Kind: UInt64 { case variableInteger = 0, fixed64 = 1, delimited = 2, fixed32 = 5 }

  mutating func add(_ field: UInt64, _ value: Double) {
    begin(field, .fixed64)
    append(littleEndian: value.bitPattern)
  }

  mutating func add(_ field: UInt64, _ value: Float) {
    begin(field, .fixed32)
    append(littleEndian: value.bitPattern)
  }

  mutating func add(_ field: UInt64, _ value: Int) {
    begin(field, .variableInteger)
    append(variable: UInt64(bitPattern: Int64(value)))
  }

  mutating func add(_ field: UInt64, _ value: String) { add(field, Array(value.utf8)) }

  mutating func add(_ field: UInt64, _ message: ProtobufMessage) { add(field, message.bytes) }

  mutating func add(_ field: UInt64, _ value: [UInt8]) {
    begin(field, .delimited)
    append(variable: UInt64(value.count))
    bytes += value
  }

  private mutating func begin(_ field: UInt64, _ kind: Kind) { append(variable: field << 3 | kind.rawValue) }

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
