import Foundation

/// Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", 2011).
///
/// A stream is named by its key, for example (seed, epoch, sample, purpose), and a number by its place in the stream.
/// No state is carried from one use to the next, so nothing has to be saved to resume, and no thread can disturb
/// another.
public struct RandomNumbers: RandomNumberGenerator, Sendable {
  private let key: (UInt32, UInt32)
  private let stream: (UInt32, UInt32)
  private var block: UInt64 = 0
  /// The last block. Its first `left` words are still unused; the last of them is used next.
  private var words = SIMD4<UInt32>()
  private var left = 0

  /// The stream with this name; different names give independent streams.
  public init(seed: UInt64, _ name: UInt64...) {
    // FNV-1a over the words of the name, finished by a 64-bit mix so that near names lie far apart.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for word in name {
      hash = (hash ^ Self.mix(word)) &* 0x0000_0100_0000_01b3
    }
    hash = Self.mix(hash)
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    stream = (UInt32(truncatingIfNeeded: hash), UInt32(truncatingIfNeeded: hash >> 32))
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var x = value &+ 0x9e37_79b9_7f4a_7c15
    x = (x ^ (x >> 30)) &* 0xbf58_476d_1ce4_e5b9
    x = (x ^ (x >> 27)) &* 0x94d0_49bb_1331_11eb
    return x ^ (x >> 31)
  }

  /// 32 random bits.
  package mutating func nextWord() -> UInt32 {
    if left == 0 {
      let c = Self.philox(
        counter: (UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32), stream.0, stream.1),
        key: key)
      words = SIMD4(c.3, c.2, c.1, c.0)
      left = 4
      block &+= 1
    }
    left &-= 1
    return words[left]
  }

  /// 64 random bits, the first word above the second.
  public mutating func next() -> UInt64 { UInt64(nextWord()) << 32 | UInt64(nextWord()) }

  /// Uniform in [0, 1), with 24 random bits.
  public mutating func uniform() -> Float { Float(nextWord() >> 8) * 0x1p-24 }

  /// Uniform in [0, bound), without bias.
  /// - Precondition: the bound is positive.
  public mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

  /// Two independent standard normal values (Box and Muller, 1958).
  public mutating func normalPair() -> (Float, Float) {
    let radius = (-2 * log(1 - Double(uniform()))).squareRoot()
    let angle = 2 * Double.pi * Double(uniform())
    return (Float(radius * cos(angle)), Float(radius * sin(angle)))
  }

  /// Ten rounds over the counter under the key.
  package static func philox(
    counter: (UInt32, UInt32, UInt32, UInt32), key: (UInt32, UInt32)
  ) -> (UInt32, UInt32, UInt32, UInt32) {
    var (c, k) = (counter, key)
    for _ in 0..<10 {
      let first = UInt64(c.0) &* 0xd251_1f53
      let second = UInt64(c.2) &* 0xcd9e_8d57
      c = (
        UInt32(truncatingIfNeeded: second >> 32) ^ c.1 ^ k.0, UInt32(truncatingIfNeeded: second),
        UInt32(truncatingIfNeeded: first >> 32) ^ c.3 ^ k.1, UInt32(truncatingIfNeeded: first)
      )
      k = (k.0 &+ 0x9e37_79b9, k.1 &+ 0xbb67_ae85)
    }
    return c
  }
}
