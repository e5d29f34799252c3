import CZlib

/// How the pieces of a TIFF image are packed.
enum TIFFCompression: Int {
  case none = 1
  case lzw = 5
  case deflate = 8
  case packBits = 32773
  case oldDeflate = 32946

  /// The most bytes that one byte can stand for, or a little more.
  var mostExpansion: Int {
    switch self {
    case .none: 1
    case .packBits: 64
    case .lzw: 4096
    case .deflate, .oldDeflate: 1032
    }
  }

  /// What a number that is none of these means, for messages.
  static func name(_ method: Int) -> String {
    switch method {
    case 2...4: "fax compression"
    case 6, 7: "JPEG compression"
    default: "compression \(method)"
    }
  }

  /// The first `count` bytes of what was packed.
  /// - Throws: `ImageFault` when there are fewer.
  func expand(_ packed: ArraySlice<UInt8>, count: Int) throws -> [UInt8] {
    let bytes =
      switch self {
      case .none: Array(packed.prefix(count))
      case .packBits: Self.unpackBits(packed, count)
      case .lzw: try Self.expandLZW(packed, count)
      case .deflate, .oldDeflate: try Self.inflate(packed, count)
      }
    guard bytes.count >= count else { throw ImageFault("a piece of \(bytes.count) bytes of \(count)") }
    return bytes
  }

  /// Runs of literal bytes, and of one byte repeated.
  private static func unpackBits(_ packed: ArraySlice<UInt8>, _ count: Int) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(count)
    var rest = packed
    while result.count < count, let head = rest.popFirst() {
      switch head {
      case 0...127:
        result.append(contentsOf: rest.prefix(Int(head) + 1))
        rest = rest.dropFirst(Int(head) + 1)
      case 128: break
      default: if let byte = rest.popFirst() { result.append(contentsOf: repeatElement(byte, count: 257 - Int(head))) }
      }
    }
    return Array(result.prefix(count))
  }

  /// Codes of 9 to 12 bits, highest bit first; the width grows one code early (TIFF 6.0, section 13).
  private static func expandLZW(_ packed: ArraySlice<UInt8>, _ count: Int) throws -> [UInt8] {
    let clear = 256, end = 257
    var result: [UInt8] = []
    result.reserveCapacity(count)
    // Each entry is a run of the result that was written before: where it begins, and how long it is.
    var entries: [(start: Int, length: Int)] = []
    var previous: (start: Int, length: Int)?
    var width = 9, bits = 0, held = 0
    for byte in packed {
      held = (held << 8 | Int(byte)) & 0xff_ffff
      bits += 8
      guard bits >= width else { continue }
      bits -= width
      let code = held >> bits & (1 << width - 1)
      if code == end { break }
      if code == clear {
        entries.removeAll(keepingCapacity: true)
        (width, previous) = (9, nil)
        continue
      }
      let start = result.count
      if code < 256 {
        result.append(UInt8(code))
      } else if code - 258 < entries.count {
        let entry = entries[code - 258]
        for i in entry.start..<entry.start + entry.length { result.append(result[i]) }
      } else if code - 258 == entries.count, let previous {
        // The entry that is being made: the previous run and its own first byte again.
        for i in previous.start..<previous.start + previous.length { result.append(result[i]) }
        result.append(result[previous.start])
      } else {
        throw ImageFault("a damaged LZW code")
      }
      if let previous, entries.count < 4096 - 258 { entries.append((previous.start, previous.length + 1)) }
      previous = (start, result.count - start)
      if result.count >= count { break }
      switch entries.count + 258 + 1 {
      case 512..<1024: width = 10
      case 1024..<2048: width = 11
      case 2048...: width = 12
      default: width = 9
      }
    }
    return Array(result.prefix(count))
  }

  private static func inflate(_ packed: ArraySlice<UInt8>, _ count: Int) throws -> [UInt8] {
    var result = [UInt8](repeating: 0, count: count)
    var size = uLongf(count)
    let status = packed.withUnsafeBufferPointer { uncompress(&result, &size, $0.baseAddress, uLong($0.count)) }
    // More than `count` bytes is not a fault: what is beyond is not wanted (Z_BUF_ERROR, with the result full).
    guard status == Z_OK || (status == Z_BUF_ERROR && size == uLongf(count)) else {
      throw ImageFault("damaged Deflate data")
    }
    return Array(result.prefix(Int(size)))
  }
}
