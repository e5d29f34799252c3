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
  /// Not set to zeros, which would take longer than most streams do: the texts of an image, small tensors.
  private let portion = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 16)
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
    portion.deallocate()
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
        stream.pointee.next_out = portion.baseAddress
        stream.pointee.avail_out = uInt(portion.count)
        status = inflate(stream, Z_NO_FLUSH)
        let count = portion.count - Int(stream.pointee.avail_out)
        bytes.append(contentsOf: UnsafeBufferPointer(start: portion.baseAddress, count: count))
      }
      // The input is used up, and the stream continues in the next part.
      if status == Z_BUF_ERROR { status = Z_OK }
    }
  }
}
