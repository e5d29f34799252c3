/// Which values dropout drops, and the factor 1 / (1 - rate) of the others (Srivastava et al., 2014).
///
/// A hash of the mask's key and the value's place decides: nothing is stored between the forward and the backward pass,
/// and the number of threads does not matter. Two rounds of a 32-bit mixing function are enough for dropout, not for
/// random numbers in general.
public struct DropoutMask: Sendable {
  private let key: (UInt32, UInt32)
  private let threshold: UInt32
  private let scale: Float

  /// - Precondition: the rate is in [0, 1).
  public init(rate: Double, key: UInt64) {
    precondition(rate >= 0 && rate < 1, "a dropout rate is at least 0 and below 1, not \(rate)")
    self.key = (UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32))
    threshold = UInt32(rate * 0x1p32)
    scale = Float(1 / (1 - rate))
  }

  /// The same rate with independent choices.
  package func derived(_ number: UInt32) -> DropoutMask {
    DropoutMask(self, key: (key.0 &+ number &* 0x9e37_79b9, ~key.1))
  }

  private init(_ mask: DropoutMask, key: (UInt32, UInt32)) {
    self.key = key
    threshold = mask.threshold
    scale = mask.scale
  }

  /// The factors, 0 or 1 / (1 - rate), of the 16 values from `place` on.
  @inline(__always)
  func factors(at place: Int) -> Vector {
    let lanes = SIMD16<UInt32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    let low = SIMD16(repeating: UInt32(truncatingIfNeeded: place)) &+ lanes
    let high = UInt32(truncatingIfNeeded: place >> 32)
    let first = Self.mix(low ^ SIMD16(repeating: key.0))
    let hash = Self.mix(first ^ SIMD16(repeating: key.1 &+ high &* 0x85eb_ca6b))
    // What hash - threshold borrows, found with bits: the standard library compares integers lane by lane.
    let threshold = SIMD16(repeating: threshold)
    let borrow = ((~hash & threshold) | ((~hash | threshold) & (hash &- threshold))) &>> 31
    let factor = SIMD16(repeating: scale.bitPattern) & (borrow &- 1)
    return unsafeBitCast(factor, to: Vector.self)
  }

  /// A bijection of 32 bits in which every input bit changes every output bit with a chance of nearly one half.
  @inline(__always)
  private static func mix(_ value: SIMD16<UInt32>) -> SIMD16<UInt32> {
    var x = value
    x ^= x &>> 16
    x = x &* 0x7feb_352d
    x ^= x &>> 15
    x = x &* 0x846c_a68b
    x ^= x &>> 16
    return x
  }

  /// y = x times the factors, over `count` values whose first one lies at `place`; overwrites y (or adds to it), which
  /// may be x. It is its own pullback.
  @inline(__always)
  func apply(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int, place: Int, accumulate: Bool = false
  ) {
    var i = 0
    while i < count {
      let lanes = count &- i
      var value = load(x + i, count: lanes) * factors(at: place &+ i)
      if accumulate { value += load(y + i, count: lanes) }
      store(value, y + i, count: lanes)
      i &+= vectorWidth
    }
  }

  /// The same over a whole tensor, in parallel.
  package func apply(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int, accumulate: Bool) {
    forEachRange(of: count, grain: streamingGrain) { range in
      let start = range.lowerBound
      apply(x + start, y + start, count: range.count, place: start, accumulate: accumulate)
    }
  }
}
