/// MT19937, the 32-bit Mersenne Twister (Matsumoto and Nishimura, 1998).
struct MersenneTwister {
  private static let size = 624, middle = 397
  private var state: [UInt32]
  private var position = size

  init(seed: UInt32) {
    state = [UInt32](repeating: seed, count: Self.size)
    for i in 1..<Self.size {
      state[i] = 1_812_433_253 &* (state[i - 1] ^ (state[i - 1] >> 30)) &+ UInt32(i)
    }
  }

  /// The next 32 random bits.
  mutating func next() -> UInt32 {
    if position == Self.size { twist() }
    var bits = state[position]
    position += 1
    bits ^= bits >> 11
    bits ^= (bits << 7) & 0x9d2c_5680
    bits ^= (bits << 15) & 0xefc6_0000
    return bits ^ (bits >> 18)
  }

  /// Makes the next words of state, all of them at once.
  private mutating func twist() {
    for i in 0..<Self.size {
      let pair = (state[i] & 0x8000_0000) | (state[(i + 1) % Self.size] & 0x7fff_ffff)
      let turned = (pair >> 1) ^ (pair & 1 == 0 ? 0 : 0x9908_b0df)
      state[i] = state[(i + Self.middle) % Self.size] ^ turned
    }
    position = 0
  }
}
