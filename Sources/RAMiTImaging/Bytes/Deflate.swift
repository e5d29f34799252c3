import RAMiTCZlib
import RAMiTFiles

/// zlib streams of metadata, whose sizes are not known before.
enum Deflate {
  /// - Returns: nil when the stream is damaged or not whole, or becomes longer than the limit.
  static func inflated(_ packed: ArraySlice<UInt8>, limit: Int) -> [UInt8]? {
    let inflater = Inflater(.zlib, limit: limit)
    packed.withUnsafeBytes { inflater.append($0) }
    return inflater.isComplete ? inflater.bytes : nil
  }

  static func deflated(_ bytes: [UInt8]) throws -> [UInt8] {
    var size = compressBound(uLong(bytes.count))
    var result = [UInt8](repeating: 0, count: Int(size))
    guard compress2(&result, &size, bytes, uLong(bytes.count), 9) == Z_OK else { throw ImageError("no memory") }
    result.removeLast(result.count - Int(size))
    return result
  }
}
