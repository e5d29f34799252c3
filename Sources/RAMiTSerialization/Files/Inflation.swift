import RAMiTCZlib

/// The raw deflate streams of zip archives.
enum Inflation {
  /// What a stream holds; nil unless it ends after exactly `size` bytes.
  static func inflate(_ packed: UnsafeRawBufferPointer, size: Int) -> [UInt8]? {
    var stream = z_stream()
    // A negative number of bits: no zlib header.
    guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    var isWhole = false
    let result = [UInt8](unsafeUninitializedCapacity: size + 1) { output, filled in
      packed.withMemoryRebound(to: UInt8.self) { input in
        guard let start = input.baseAddress else { return }
        // zlib counts in 32 bits; larger entries are given to it part by part.
        var given = 0, status = Z_OK
        while status == Z_OK {
          let part = min(input.count - given, 1 << 30), room = min(size + 1 - filled, 1 << 30)
          stream.next_in = UnsafeMutablePointer(mutating: start + given)
          stream.avail_in = UInt32(part)
          stream.next_out = output.baseAddress! + filled
          stream.avail_out = UInt32(room)
          status = RAMiTCZlib.inflate(&stream, Z_NO_FLUSH)
          let (taken, made) = (part - Int(stream.avail_in), room - Int(stream.avail_out))
          given += taken
          filled += made
          if taken == 0, made == 0 { break }
        }
        isWhole = status == Z_STREAM_END && filled == size
      }
    }
    return isWhole ? result : nil
  }
}
