/// What the next bits of a deflate stream stand for (RFC 1951, sections 3.2.2 and 3.2.5), found by one look-up for
/// short codes and two for long ones.
///
/// An entry holds, from its lowest bits on:
///
///     bits 0 ... 7    how many bits its codes take
///     bits 8 ... 11   its kind
///     bits 12 ... 15  how many extra bits follow (lengths and distances)
///     bits 16 ... 31  one or two literals, a length, a distance, or where the table of a long code begins
struct HuffmanTable {
  /// How many bits the first look-up takes.
  let bits: Int
  let entries: UnsafeMutablePointer<UInt32>
  private let capacity: Int

  static let longestCode = 15

  enum Kind {
    static let invalid: UInt32 = 0 << 8
    static let literal: UInt32 = 1 << 8
    static let twoLiterals: UInt32 = 2 << 8
    /// A length or a distance.
    static let number: UInt32 = 4 << 8
    static let end: UInt32 = 8 << 8
    /// The code is longer than `bits`.
    static let long: UInt32 = 12 << 8
    static let mask: UInt32 = 15 << 8
  }

  /// - Parameter symbols: the most that a code has.
  init(bits: Int, symbols: Int) {
    self.bits = bits
    // Each symbol may have a long code of its own.
    capacity = 1 << bits + symbols << (Self.longestCode - bits)
    entries = .allocate(capacity: capacity)
    entries.initialize(repeating: 0, count: capacity)
  }

  func deallocate() { entries.deallocate() }

  /// Fills the table.
  /// - Parameters:
  ///   - lengths: of the codes, by symbol; 0 for a symbol that does not occur.
  ///   - meanings: an entry for each symbol, without how many bits its code takes.
  ///   - pairs: whether two literals may share an entry.
  /// - Returns: false when these lengths do not make a code in which all bits stand for something. No code at all and
  ///   one of a single bit are allowed: distances are coded so where there is none, or only one.
  func fill(_ lengths: UnsafeBufferPointer<UInt8>, _ meanings: UnsafePointer<UInt32>, pairs: Bool) -> Bool {
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 2 * (Self.longestCode + 1)) { counts in
      counts.initialize(repeating: 0)
      for length in lengths { counts[Int(length)] += 1 }
      counts[0] = 0
      // The first code of each length follows the last one of the length before.
      let next = UnsafeMutableBufferPointer(rebasing: counts[(Self.longestCode + 1)...])
      var code = 0, used = 0
      for length in 1...Self.longestCode {
        code = (code + counts[length - 1]) << 1
        next[length] = code
        used += counts[length] << (Self.longestCode - length)
      }
      let isComplete = used == 1 << Self.longestCode
      let isSingle = used == 1 << (Self.longestCode - 1) && counts[1] == 1
      guard isComplete || isSingle || used == 0 else { return false }
      let size = 1 << bits
      entries.update(repeating: Kind.invalid, count: size)
      var end = size
      for symbol in 0..<lengths.count where lengths[symbol] > 0 {
        let length = Int(lengths[symbol])
        // Codes come from their highest bit on, in bytes that are read from their lowest bit on.
        let reversed = Int(UInt16(truncatingIfNeeded: next[length]).bitReversed >> UInt16(16 - length))
        next[length] += 1
        let entry = meanings[symbol] | UInt32(truncatingIfNeeded: length)
        if length <= bits {
          for place in stride(from: reversed, to: size, by: 1 << length) { entries[place] = entry }
          continue
        }
        let first = reversed & (size - 1), long = 1 << (Self.longestCode - bits)
        if entries[first] == Kind.invalid {
          entries[first] = Kind.long | UInt32(truncatingIfNeeded: end) << 16
          (entries + end).update(repeating: Kind.invalid, count: long)
          end += long
        }
        let start = Int(entries[first] >> 16)
        for place in stride(from: reversed >> bits, to: long, by: 1 << (length - bits)) {
          entries[start + place] = entry
        }
      }
      if pairs { pairLiterals() }
      return true
    }
  }

  /// Two short literals that follow one another are found by one look-up: literals are most of what photos are.
  private func pairLiterals() {
    let size = 1 << bits
    // From the last place on: what follows a code has a smaller place, and must still be a single literal.
    for place in stride(from: size - 1, through: 0, by: -1) {
      let first = entries[place]
      guard first & Kind.mask == Kind.literal else { continue }
      let length = Int(first & 0xff)
      let second = entries[place >> length]
      let total = length + Int(second & 0xff)
      guard second & Kind.mask == Kind.literal, total <= bits else { continue }
      entries[place] =
        Kind.twoLiterals | UInt32(truncatingIfNeeded: total) | first & 0xff_0000 | (second & 0xff_0000) << 8
    }
  }
}

extension UInt16 {
  fileprivate var bitReversed: UInt16 {
    var value = self
    value = value >> 1 & 0x5555 | (value & 0x5555) << 1
    value = value >> 2 & 0x3333 | (value & 0x3333) << 2
    value = value >> 4 & 0x0f0f | (value & 0x0f0f) << 4
    return value.byteSwapped
  }
}
