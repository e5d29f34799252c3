import RAMiTCZlib

/// Decompresses a deflate stream that comes in pieces (RFC 1950 and 1951).
package final class Inflater {
  package enum Format {
    /// With a header and a checksum, as in PNG.
    case zlib
    /// The stream alone, as in zip archives.
    case raw
  }

  /// The content of the stream so far.
  package private(set) var bytes: [UInt8] = []

  private let limit: Int
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private var portion = [UInt8](repeating: 0, count: 1 << 16)
  private var status: Int32

  /// - Parameters:
  ///   - limit: the most bytes of content; the rest of a longer stream is left out, and the stream is not complete.
  ///   - expected: the likely bytes of content, for which memory is reserved.
  package init(_ format: Format, limit: Int, expected: Int = 0) {
    self.limit = limit
    bytes.reserveCapacity(expected)
    stream.initialize(to: z_stream())
    // 15 bits are the largest window; a negative number stands for a stream without a header.
    let bits: Int32 = format == .zlib ? 15 : -15
    status = inflateInit2_(stream, bits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Whether the stream has ended, undamaged and within the limit.
  package var isComplete: Bool { status == Z_STREAM_END && bytes.count <= limit }

  /// Decompresses the next piece of the stream.
  package func append(_ piece: UnsafeRawBufferPointer) {
    // zlib counts in 32 bits.
    for start in stride(from: 0, to: piece.count, by: 1 << 30) {
      let part = UnsafeRawBufferPointer(rebasing: piece[start..<min(start + 1 << 30, piece.count)])
      // zlib does not write to its input.
      stream.pointee.next_in = UnsafeMutablePointer(mutating: part.assumingMemoryBound(to: UInt8.self).baseAddress)
      stream.pointee.avail_in = uInt(part.count)
      while status == Z_OK, bytes.count <= limit {
        portion.withUnsafeMutableBufferPointer {
          stream.pointee.next_out = $0.baseAddress
          stream.pointee.avail_out = uInt($0.count)
          status = inflate(stream, Z_NO_FLUSH)
        }
        bytes += portion.dropLast(Int(stream.pointee.avail_out))
      }
      // The input is used up, and the stream continues in the next part.
      if status == Z_BUF_ERROR { status = Z_OK }
    }
  }
}
