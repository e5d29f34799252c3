import RAMiTFiles
import Testing

struct InflaterTests {
  /// "hello" with a header and a checksum, as zlib writes it, and as one block that is not compressed.
  static let streams: [(Inflater.Format, [UInt8])] = [
    (.zlib, [0x78, 0x9c, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x06, 0x2c, 0x02, 0x15]),
    (.raw, [0x01, 0x05, 0x00, 0xfa, 0xff] + Array("hello".utf8)),
  ]

  private func inflate(_ format: Inflater.Format, _ stream: [UInt8], by size: Int, limit: Int) -> Inflater {
    let inflater = Inflater(format, limit: limit)
    for start in stride(from: 0, to: stream.count, by: size) {
      stream[start..<min(start + size, stream.count)].withUnsafeBytes { inflater.append($0) }
    }
    return inflater
  }

  @Test(arguments: streams)
  func piecesGiveTheContent(format: Inflater.Format, stream: [UInt8]) {
    for size in 1...stream.count {
      let inflater = inflate(format, stream, by: size, limit: 5)
      #expect(inflater.isComplete && inflater.bytes == Array("hello".utf8))
      // What follows the stream is not part of it.
      let longer = inflate(format, stream + [1, 2, 3], by: size, limit: 5)
      #expect(longer.isComplete && longer.bytes == Array("hello".utf8))
    }
  }

  @Test(arguments: streams)
  func streamsThatAreCutTooLongOrDamagedAreNotComplete(format: Inflater.Format, stream: [UInt8]) {
    for count in 0..<stream.count { #expect(!inflate(format, Array(stream.prefix(count)), by: 4, limit: 5).isComplete) }
    #expect(!inflate(format, stream, by: 4, limit: 4).isComplete)
    var damaged = stream
    damaged[3] ^= 0x55
    #expect(!inflate(format, damaged, by: 4, limit: 5).isComplete)
  }
}
