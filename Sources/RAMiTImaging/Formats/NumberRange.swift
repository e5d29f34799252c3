/// How numbers that are neither of 8 nor of 16 bits become samples of 16 bits.
enum NumberRange {
  /// Negative numbers of up to 16 bits become 0; the others keep their value, as in Pillow.
  static func nonNegative(_ values: [UInt16], bits: Int, notes: inout [String]) -> [UInt16] {
    let sign = UInt16(1) << (bits - 1)
    var clamped = 0
    let result = values.map { value -> UInt16 in
      guard value & sign != 0 else { return value }
      clamped += 1
      return 0
    }
    note(clamped, "negative", &notes)
    return result
  }

  /// Negative numbers of more than 16 bits become 0.
  static func makeNonNegative(_ values: inout [UInt32], bits: Int, notes: inout [String]) {
    let sign = UInt32(1) << (bits - 1)
    var clamped = 0
    for i in values.indices where values[i] & sign != 0 {
      values[i] = 0
      clamped += 1
    }
    note(clamped, "negative", &notes)
  }

  /// The upper 16 of `bits` bits; but numbers that all fit into 16 bits keep their values: programs without a kind for
  /// 16 bits (Pillow's mode I) write those with 32.
  static func sixteenBits(_ values: [UInt32], bits: Int, notes: inout [String]) -> [UInt16] {
    let most = values.max() ?? 0
    if most <= 0xffff {
      notes.append("numbers of 32 bits read as 16, which hold them all")
      return values.map { UInt16(truncatingIfNeeded: $0) }
    }
    return values.map { UInt16(truncatingIfNeeded: $0 >> UInt32(bits - 16)) }
  }

  /// Floating-point numbers: 1 is white, and what is outside 0 to 1 is clamped.
  ///
  /// Pillow and NumPy write levels as floating-point numbers: when no number is a fraction, or most are above 1, white
  /// is 255 or, where there are larger numbers, 65535. Where most are within 0 to 1, larger ones are highlights.
  /// Numbers that are not finite count as 0.
  static func sixteenBits(_ values: [Float], notes: inout [String]) -> [UInt16] {
    var most: Float = 0
    var above = 0, fractions = 0
    for value in values where value.isFinite {
      most = max(most, value)
      if value > 1 { above += 1 }
      if value != value.rounded() { fractions += 1 }
    }
    let areLevels = most > 1 && (fractions == 0 || 2 * above > values.count)
    let white: Float = !areLevels ? 1 : most <= 255 ? 255 : 65535
    var clamped = 0, notFinite = 0
    let result = values.map { value -> UInt16 in
      guard value.isFinite else {
        notFinite += 1
        return 0
      }
      if value < 0 || value > white { clamped += 1 }
      return UInt16((min(max(value / white, 0), 1) * 65535).rounded())
    }
    note(clamped, "outside 0 to \(Int(white))", &notes)
    if notFinite > 0 { notes.append("\(notFinite) samples that are not finite made 0") }
    return result
  }

  private static func note(_ clamped: Int, _ kind: String, _ notes: inout [String]) {
    if clamped > 0 { notes.append(clamped == 1 ? "a sample \(kind) clamped" : "\(clamped) samples \(kind) clamped") }
  }
}
