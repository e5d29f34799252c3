import RAMiTCZlib
import RAMiTFiles

/// Compressed parts of files, so that what is inside of them is changed, too.
enum Deflate {
  /// The content of a stream; nil for a damaged or a large one.
  static func inflated(_ bytes: [UInt8], _ format: Inflater.Format) -> [UInt8]? {
    let inflater = Inflater(format, limit: 1 << 18)
    bytes.withUnsafeBytes { inflater.append($0) }
    return inflater.isComplete ? inflater.bytes : nil
  }

  static func deflated(_ bytes: [UInt8], _ format: Inflater.Format) -> [UInt8] {
    var size = compressBound(uLong(bytes.count))
    var result = [UInt8](repeating: 0, count: Int(size))
    guard compress2(&result, &size, bytes, uLong(bytes.count), 1) == Z_OK else { return [] }
    let stream = result.prefix(Int(size))
    // The header has two bytes, the checksum four.
    return Array(format == .zlib ? stream : stream.dropFirst(2).dropLast(4))
  }
}
