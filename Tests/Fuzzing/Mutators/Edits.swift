import RAMiTCLibFuzzer
import RAMiTTensorCore

/// Changes that mutators of all formats share.
enum Edits {
  /// The edges of every width of integer.
  static let edges: [UInt64] = [
    0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x7fff_ffff,
    0x8000_0000, 0xffff_fffe, 0xffff_ffff, 0x1_0000_0000, 1 << 40, 1 << 61, 1 << 62, 1 << 63, .max - 7, .max,
  ]

  /// What libFuzzer changes: bytes, numbers, pieces, parts of other files, and what the program compares with.
  static func any(_ bytes: inout [UInt8], _ random: inout RandomNumbers, growth: Int = 256) {
    let count = bytes.count, limit = count + 1 + random.below(growth)
    bytes += [UInt8](repeating: 0, count: limit - count)
    let size = bytes.withUnsafeMutableBufferPointer { LLVMFuzzerMutate($0.baseAddress, count, limit) }
    bytes.removeLast(limit - size)
  }

  /// Sets 1, 2, 4 or 8 bytes to the edge of a range, of either byte order.
  static func number(in bytes: inout [UInt8], below limit: Int = .max, _ random: inout RandomNumbers) {
    guard !bytes.isEmpty else { return }
    let start = random.below(min(limit, bytes.count)), size = 1 << random.below(4)
    let value = edges[random.below(edges.count)], isLittle = random.below(2) == 0
    for index in 0..<size where start + index < bytes.count {
      bytes[start + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(isLittle ? index : size - 1 - index)))
    }
  }

  /// Copies, moves or removes one of several parts.
  static func order<Part>(_ parts: inout [Part], _ random: inout RandomNumbers) {
    guard !parts.isEmpty else { return }
    let index = random.below(parts.count)
    switch random.below(3) {
    case 0: parts.remove(at: index)
    case 1: parts.insert(parts[index], at: random.below(parts.count + 1))
    default:
      let part = parts.remove(at: index)
      parts.insert(part, at: random.below(parts.count + 1))
    }
  }
}

extension Array {
  /// One of the elements.
  func random(_ numbers: inout RandomNumbers) -> Element { self[numbers.below(count)] }
}

/// The bytes of an integer.
func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
func big<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }

extension [UInt8] {
  /// The integer at a position, little-endian; nil where the bytes end before.
  func integer<Value: FixedWidthInteger>(_ type: Value.Type, at position: Int) -> Value? {
    guard position >= 0, position <= count - MemoryLayout<Value>.size else { return nil }
    return withUnsafeBytes { Value(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: type)) }
  }
}
