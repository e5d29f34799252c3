/// Decompresses a zlib stream (RFC 1950 and 1951) that lies in memory as a whole, part by part: about twice as fast as
/// zlib, which takes its input in pieces, on the streams of photos.
///
/// It takes undamaged streams only. Whoever needs to know what is wrong with another one, or what can be saved of it,
/// asks zlib.
struct DeflateDecoder: ~Copyable {
  /// Bytes that must lie behind the stream, whatever they are: input is loaded in words.
  static let inputMargin = 16
  /// Bytes of the output behind those that are asked for, where a match may end and words are stored.
  static let outputMargin = 288
  /// How far back a match reaches.
  static let window = 1 << 15

  private enum Block {
    case none
    case stored(rest: Int)
    case compressed
  }

  private let input: UnsafePointer<UInt8>
  private let count: Int
  private var place = 2
  /// Bits that were loaded, the next one lowest, and how many of them count.
  private var held: UInt64 = 0
  private var heldBits = 0
  private var block = Block.none
  private var isLast = false
  private let literals = HuffmanTable(bits: 11, symbols: 288)
  private let distances = HuffmanTable(bits: 9, symbols: 32)

  /// Nil where the stream's header says that it is none, or needs a dictionary.
  /// - Parameter input: the stream, with `inputMargin` bytes behind it; it must outlive this.
  init?(_ input: UnsafeRawBufferPointer, count: Int) {
    precondition(input.count >= count + Self.inputMargin, "a stream of \(count) bytes without a margin")
    self.input = input.baseAddress!.assumingMemoryBound(to: UInt8.self)
    self.count = count
    let (method, flags) = (Int(input[0]), Int(input[1]))
    guard count >= 6, method & 15 == 8, method >> 4 <= 7, (method << 8 | flags) % 31 == 0, flags & 0x20 == 0 else {
      return nil
    }
  }

  deinit {
    literals.deallocate()
    distances.deallocate()
  }

  /// The checksum behind the content; nil before the stream has ended, and when it does not end with its bytes.
  var checksum: UInt32? {
    guard hasEnded else { return nil }
    let end = inputUsed
    guard end + 4 == count else { return nil }
    return (0..<4).reduce(0) { $0 << 8 | UInt32(input[end + $1]) }
  }

  /// How many bytes of the stream were needed so far.
  var inputUsed: Int { place - heldBits / 8 }

  private var hasEnded: Bool {
    if case .none = block { isLast } else { false }
  }

  /// Decompresses until the output has `limit` bytes or a few more, or the stream ends.
  /// - Parameters:
  ///   - output: has room for `limit` and `outputMargin` bytes, and begins with the `filled` bytes before, or as many
  ///     as a match reaches back.
  ///   - isStart: whether `output` holds all bytes since the beginning.
  /// - Returns: how many bytes the output has; nil when the stream is damaged.
  mutating func decode(into output: UnsafeMutablePointer<UInt8>, filled: Int, limit: Int) -> Int? {
    var filled = filled
    while filled < limit, !hasEnded {
      switch block {
      case .none:
        guard beginBlock() else { return nil }
      case .stored(let rest):
        let size = min(rest, limit - filled)
        guard place + size <= count else { return nil }
        (output + filled).update(from: input + place, count: size)
        place += size
        filled += size
        block = rest == size ? .none : .stored(rest: rest - size)
      case .compressed:
        guard let end = decodeSymbols(into: output, filled: filled, limit: limit) else { return nil }
        filled = end
      }
    }
    return filled
  }

  /// Loads as many whole bytes as fit in: at least 56 bits are held then.
  @inline(__always) private mutating func refill() {
    let word = UnsafeRawPointer(input + place).loadUnaligned(as: UInt64.self)
    held |= UInt64(littleEndian: word) &<< UInt64(truncatingIfNeeded: heldBits)
    place &+= (63 &- heldBits) &>> 3
    heldBits |= 56
  }

  /// Takes bits, at most 16, that are held.
  private mutating func take(_ bits: Int) -> Int {
    let value = Int(held & (1 << UInt64(bits) - 1))
    held >>= UInt64(bits)
    heldBits -= bits
    return value
  }

  private mutating func beginBlock() -> Bool {
    guard place <= count + 8 else { return false }
    refill()
    isLast = take(1) == 1
    switch take(2) {
    case 0:
      // What is left of the byte is not used. Whole bytes that were loaded are given back.
      _ = take(heldBits % 8)
      place -= heldBits / 8
      (held, heldBits) = (0, 0)
      guard place + 4 <= count else { return false }
      let size = Int(input[place]) | Int(input[place + 1]) << 8
      let complement = Int(input[place + 2]) | Int(input[place + 3]) << 8
      guard size ^ complement == 0xffff else { return false }
      place += 4
      block = size == 0 ? .none : .stored(rest: size)
      return true
    case 1:
      block = .compressed
      return fillFixedTables()
    case 2:
      block = .compressed
      return readTables()
    default: return false
    }
  }

  private func fillFixedTables() -> Bool {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 288 + 32) { lengths in
      for symbol in 0..<288 { lengths[symbol] = symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8 }
      for symbol in 288..<320 { lengths[symbol] = 5 }
      return fillTables(UnsafeBufferPointer(lengths), literals: 288)
    }
  }

  private func fillTables(_ lengths: UnsafeBufferPointer<UInt8>, literals count: Int) -> Bool {
    let first = UnsafeBufferPointer(rebasing: lengths[..<count])
    let second = UnsafeBufferPointer(rebasing: lengths[count...])
    return DeflateSymbols.literals.withUnsafeBufferPointer { literals.fill(first, $0.baseAddress!, pairs: true) }
      && DeflateSymbols.distances.withUnsafeBufferPointer { distances.fill(second, $0.baseAddress!, pairs: false) }
  }

  /// Reads the codes of a block, which are lengths that are coded themselves (RFC 1951, section 3.2.7).
  private mutating func readTables() -> Bool {
    let literalCount = take(5) + 257, distanceCount = take(5) + 1, codeCount = take(4) + 4
    guard literalCount <= 286, distanceCount <= 30 else { return false }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 19 + 320) { memory in
      memory.initialize(repeating: 0)
      let codeLengths = UnsafeMutableBufferPointer(rebasing: memory[..<19])
      let lengths = UnsafeMutableBufferPointer(rebasing: memory[19...])
      for index in 0..<codeCount {
        if heldBits < 3 {
          guard place <= count + 8 else { return false }
          refill()
        }
        codeLengths[DeflateSymbols.codeOrder[index]] = UInt8(truncatingIfNeeded: take(3))
      }
      // The table of distances is free until the lengths are known.
      let table = distances
      let isCode = DeflateSymbols.codes.withUnsafeBufferPointer {
        table.fill(UnsafeBufferPointer(codeLengths), $0.baseAddress!, pairs: false)
      }
      guard isCode else { return false }
      let total = literalCount + distanceCount
      var index = 0
      while index < total {
        guard inputUsed <= count else { return false }
        refill()
        let entry = table.entries[Int(held & (1 << UInt64(table.bits) - 1))]
        guard entry & HuffmanTable.Kind.mask == HuffmanTable.Kind.number else { return false }
        _ = take(Int(entry & 0xff))
        let symbol = Int(entry >> 16)
        if symbol < 16 {
          lengths[index] = UInt8(truncatingIfNeeded: symbol)
          index += 1
          continue
        }
        guard symbol != 16 || index > 0 else { return false }
        let value = symbol == 16 ? lengths[index - 1] : 0
        let times = symbol == 16 ? 3 + take(2) : symbol == 17 ? 3 + take(3) : 11 + take(7)
        guard index + times <= total else { return false }
        for _ in 0..<times {
          lengths[index] = value
          index += 1
        }
      }
      return fillTables(UnsafeBufferPointer(rebasing: lengths[..<total]), literals: literalCount)
    }
  }

  /// The inner loop: until the block or the limit ends.
  private mutating func decodeSymbols(into output: UnsafeMutablePointer<UInt8>, filled: Int, limit: Int) -> Int? {
    typealias Kind = HuffmanTable.Kind
    let literals = literals.entries, distances = distances.entries
    let literalMask = 1 << UInt64(self.literals.bits) - 1 as UInt64
    let distanceMask = 1 << UInt64(self.distances.bits) - 1 as UInt64
    let longMask = 15 as UInt64, distanceLongMask = 63 as UInt64
    let lastPlace = count + 8
    var filled = filled
    // Copies, which the compiler can keep in registers.
    let input = input
    var (held, heldBits, place) = (held, heldBits, place)
    defer { (self.held, self.heldBits, self.place) = (held, heldBits, place) }
    @inline(__always) func refill() {
      let word = UnsafeRawPointer(input + place).loadUnaligned(as: UInt64.self)
      held |= UInt64(littleEndian: word) &<< UInt64(truncatingIfNeeded: heldBits)
      place &+= (63 &- heldBits) &>> 3
      heldBits |= 56
    }
    @inline(__always) func drop(_ bits: UInt32) {
      held = held &>> UInt64(bits & 0xff)
      heldBits &-= Int(bits & 0xff)
    }
    while filled < limit {
      guard place <= lastPlace else { return nil }
      refill()
      var entry = literals[Int(truncatingIfNeeded: held & literalMask)]
      // Three look-ups take at most 33 bits of literals; 20 of a length and 28 of a distance fit in after one refill.
      var tries = 3
      while entry & (Kind.literal | Kind.twoLiterals) != 0 {
        drop(entry)
        UnsafeMutableRawPointer(output + filled).storeBytes(
          of: UInt16(truncatingIfNeeded: entry &>> 16).littleEndian, as: UInt16.self)
        filled &+= Int(entry & Kind.mask) &>> 8
        tries &-= 1
        if tries == 0 { break }
        entry = literals[Int(truncatingIfNeeded: held & literalMask)]
      }
      if tries == 0 { continue }
      if tries < 3 {
        guard place <= lastPlace else { return nil }
        refill()
      }
      if entry & Kind.mask == Kind.long {
        entry = literals[Int(entry &>> 16) &+ Int(truncatingIfNeeded: held &>> UInt64(11) & longMask)]
      }
      drop(entry)
      let kind = entry & Kind.mask
      if kind == Kind.literal {
        output[filled] = UInt8(truncatingIfNeeded: entry &>> 16)
        filled &+= 1
        continue
      }
      guard kind == Kind.number else {
        guard kind == Kind.end, place &- heldBits / 8 <= count else { return nil }
        block = .none
        return filled
      }
      var extra = UInt64(entry &>> 12 & 15)
      let length = Int(entry &>> 16) &+ Int(truncatingIfNeeded: held & ((1 as UInt64) &<< extra &- 1))
      drop(UInt32(truncatingIfNeeded: extra))
      entry = distances[Int(truncatingIfNeeded: held & distanceMask)]
      if entry & Kind.mask == Kind.long {
        entry = distances[Int(entry &>> 16) &+ Int(truncatingIfNeeded: held &>> UInt64(9) & distanceLongMask)]
      }
      guard entry & Kind.mask == Kind.number else { return nil }
      drop(entry)
      extra = UInt64(entry &>> 12 & 15)
      let distance = Int(entry &>> 16) &+ Int(truncatingIfNeeded: held & ((1 as UInt64) &<< extra &- 1))
      drop(UInt32(truncatingIfNeeded: extra))
      guard distance <= filled else { return nil }
      copy(output + filled, from: distance, length)
      filled &+= length
    }
    return filled
  }
}

/// A match repeats what was written before; where it is longer than its distance, also what it writes itself.
@inline(__always)
private func copy(_ target: UnsafeMutablePointer<UInt8>, from distance: Int, _ length: Int) {
  let source = target - distance
  if distance >= 8 {
    var offset = 0
    repeat {
      UnsafeMutableRawPointer(target + offset).storeBytes(
        of: UnsafeRawPointer(source + offset).loadUnaligned(as: UInt64.self), as: UInt64.self)
      offset &+= 8
    } while offset < length
  } else {
    for offset in 0..<length { target[offset] = source[offset] }
  }
}

/// What the symbols of deflate mean, as entries of a `HuffmanTable`.
private enum DeflateSymbols {
  static let literals: [UInt32] = (0..<288).map { symbol in
    typealias Kind = HuffmanTable.Kind
    switch symbol {
    case ..<256: return Kind.literal | UInt32(symbol) << 16
    case 256: return Kind.end
    case 286, 287: return Kind.invalid
    case 285: return Kind.number | 258 << 16
    case let symbol:
      let index = symbol - 257, extra = max(index / 4 - 1, 0)
      let base = index < 8 ? 3 + index : 3 + (4 + index % 4) << extra
      return Kind.number | UInt32(extra) << 12 | UInt32(base) << 16
    }
  }

  static let distances: [UInt32] = (0..<32).map { symbol in
    guard symbol < 30 else { return HuffmanTable.Kind.invalid }
    let extra = max(symbol / 2 - 1, 0)
    let base = symbol < 4 ? 1 + symbol : 1 + (2 + symbol % 2) << extra
    return HuffmanTable.Kind.number | UInt32(extra) << 12 | UInt32(base) << 16
  }

  /// Of the lengths of the other codes.
  static let codes: [UInt32] = (0..<19).map { HuffmanTable.Kind.number | UInt32($0) << 16 }
  static let codeOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
}
