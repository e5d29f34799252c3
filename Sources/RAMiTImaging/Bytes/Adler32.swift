/// The checksum behind a zlib stream (RFC 1950, section 8).
struct Adler32 {
  private var sum: UInt32 = 1, sumOfSums: UInt32 = 0
  private static let base: UInt32 = 65521
  /// Sums of so many vectors fit into 32 bits.
  private static let block = 4096

  var value: UInt32 { sumOfSums << 16 | sum }

  mutating func add(_ bytes: UnsafeBufferPointer<UInt8>) {
    var start = 0
    while start < bytes.count {
      let vectors = min((bytes.count - start) / 16, Self.block)
      if vectors == 0 {
        for place in start..<bytes.count {
          sum = (sum + UInt32(bytes[place])) % Self.base
          sumOfSums = (sumOfSums + sum) % Self.base
        }
        return
      }
      add(bytes.baseAddress! + start, vectors: vectors)
      start += 16 * vectors
    }
  }

  /// Lane by lane; a byte counts in the sum of sums as often as bytes follow it, itself included.
  private mutating func add(_ bytes: UnsafePointer<UInt8>, vectors: Int) {
    var sums = SIMD16<UInt32>.zero, before = SIMD16<UInt32>.zero
    for vector in 0..<vectors {
      before &+= sums
      let values = UnsafeRawPointer(bytes + 16 * vector).loadUnaligned(as: SIMD16<UInt8>.self)
      sums &+= SIMD16<UInt32>(truncatingIfNeeded: values)
    }
    var total: UInt64 = 0, weighted: UInt64 = 0
    for lane in 0..<16 {
      total += UInt64(sums[lane])
      weighted += 16 * UInt64(before[lane]) + UInt64(16 - lane) * UInt64(sums[lane])
    }
    let base = UInt64(Self.base)
    sumOfSums = UInt32((UInt64(sumOfSums) + UInt64(16 * vectors) * UInt64(sum) + weighted) % base)
    sum = UInt32((UInt64(sum) + total) % base)
  }
}
