import RAMiTCZlib

/// zlib streams of metadata, whose sizes are not known before.
enum Deflate {
  /// - Returns: nil when the stream is damaged or not whole, or becomes longer than the limit.
  static func inflated(_ packed: ArraySlice<UInt8>, limit: Int) -> [UInt8]? {
    var stream = z_stream()
    guard packed.count <= Int(UInt32.max),
      inflateInit_(&stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
    defer { inflateEnd(&stream) }
    var result: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    return packed.withUnsafeBufferPointer { packed -> [UInt8]? in
      // zlib does not write to its input.
      stream.next_in = UnsafeMutablePointer(mutating: packed.baseAddress)
      stream.avail_in = uInt(packed.count)
      while true {
        let (status, count) = piece.withUnsafeMutableBufferPointer { piece -> (Int32, Int) in
          stream.next_out = piece.baseAddress
          stream.avail_out = uInt(piece.count)
          let status = inflate(&stream, Z_NO_FLUSH)
          return (status, piece.count - Int(stream.avail_out))
        }
        guard result.count + count <= limit else { return nil }
        result += piece[..<count]
        if status == Z_STREAM_END { return result }
        guard status == Z_OK, count > 0 || stream.avail_in > 0 else { return nil }
      }
    }
  }

  static func deflated(_ bytes: [UInt8]) throws -> [UInt8] {
    var size = compressBound(uLong(bytes.count))
    var result = [UInt8](repeating: 0, count: Int(size))
    guard compress2(&result, &size, bytes, uLong(bytes.count), 9) == Z_OK else { throw ImageError("no memory") }
    result.removeLast(result.count - Int(size))
    return result
  }
}
