import Foundation
import RAMiTCZlib

/// The hash function SHA-256 (FIPS 180-4, section 6.2), by which files of the same content are recognised.
package struct SHA256 {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  /// The last bytes, which do not fill a block yet.
  private var rest: [UInt8] = []
  private var count: UInt64 = 0

  private static let blockSize = 64
  /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
  private static let constants: [UInt32] = {
    let primes = (2...311).filter { number in !(2..<number).contains { $0 * $0 <= number && number % $0 == 0 } }
    return primes.map { prime in
      // The cube root times 2^32, rounded down; its cube fits into 128 bits.
      var root: UInt64 = 0
      for bit in (0..<36).reversed() {
        let candidate = root | 1 << UInt64(bit)
        let square = candidate.multipliedFullWidth(by: candidate)
        let cube = UInt128(square.high) << 64 | UInt128(square.low)
        let (product, overflow) = cube.multipliedReportingOverflow(by: UInt128(candidate))
        if !overflow, product <= UInt128(prime) << 96 { root = candidate }
      }
      return UInt32(truncatingIfNeeded: root)
    }
  }()

  package init() {}

  /// The hash of some bytes, as 64 hexadecimal digits.
  package static func hex(_ bytes: UnsafeRawBufferPointer) -> String {
    var hash = SHA256()
    hash.update(bytes)
    return hash.hex()
  }

  package static func hex(_ bytes: some ContiguousBytes) -> String { bytes.withUnsafeBytes { hex($0) } }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    count += UInt64(bytes.count)
    var bytes = bytes[...]
    if !rest.isEmpty {
      let missing = bytes.prefix(Self.blockSize - rest.count)
      rest += missing
      bytes = bytes.dropFirst(missing.count)
      guard rest.count == Self.blockSize else { return }
      rest.withUnsafeBytes { Self.process($0, &state) }
      rest = []
    }
    let whole = bytes.count / Self.blockSize * Self.blockSize
    Self.process(UnsafeRawBufferPointer(rebasing: bytes.prefix(whole)), &state)
    rest += bytes.dropFirst(whole)
  }

  /// Pads the message and returns its hash.
  /// - Returns: 64 hexadecimal digits.
  package mutating func hex() -> String {
    let bits = count * 8
    var end: [UInt8] = [0x80]
    end += [UInt8](repeating: 0, count: (2 * Self.blockSize - 9 - rest.count) % Self.blockSize)
    end += (0..<8).map { UInt8(truncatingIfNeeded: bits >> UInt64(56 - 8 * $0)) }
    end.withUnsafeBytes { update($0) }
    return state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  private static func process(_ blocks: UnsafeRawBufferPointer, _ state: inout [UInt32]) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
      constants.withUnsafeBufferPointer { k in
        for start in stride(from: 0, to: blocks.count, by: blockSize) {
          for i in 0..<16 {
            w[i] = UInt32(bigEndian: blocks.loadUnaligned(fromByteOffset: start + 4 * i, as: UInt32.self))
          }
          for i in 16..<64 {
            let s0 = rotated(w[i - 15], 7) ^ rotated(w[i - 15], 18) ^ w[i - 15] >> 3
            let s1 = rotated(w[i - 2], 17) ^ rotated(w[i - 2], 19) ^ w[i - 2] >> 10
            w[i] = w[i - 16] &+ s0 &+ w[i - 7] &+ s1
          }
          var (a, b, c, d) = (state[0], state[1], state[2], state[3])
          var (e, f, g, h) = (state[4], state[5], state[6], state[7])
          for i in 0..<64 {
            let s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
            let first = h &+ s1 &+ (e & f ^ ~e & g) &+ k[i] &+ w[i]
            let s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
            let second = s0 &+ (a & b ^ a & c ^ b & c)
            (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
          }
          for (i, value) in [a, b, c, d, e, f, g, h].enumerated() { state[i] &+= value }
        }
      }
    }
  }

  private static func rotated(_ value: UInt32, _ count: UInt32) -> UInt32 { value >> count | value << (32 - count) }
}

/// The checksum of zip, gzip and PNG (polynomial 0xEDB88320).
package enum CRC32 {
  /// - Parameter start: the checksum of the bytes before these.
  package static func checksum(_ bytes: UnsafeRawBufferPointer, after start: UInt32 = 0) -> UInt32 {
    guard let first = bytes.baseAddress else { return start }
    return UInt32(truncatingIfNeeded: crc32_z(UInt(start), first.assumingMemoryBound(to: UInt8.self), bytes.count))
  }
}
