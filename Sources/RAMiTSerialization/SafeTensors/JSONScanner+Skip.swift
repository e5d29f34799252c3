import RAMiTDiagnostics

/// Skips values that are not part of the format, as all its readers do.
extension JSONScanner {
  /// The limit of the format's own library.
  private static let maximumDepth = 127

  /// Skips `null`, if it comes next.
  /// - Returns: whether it did.
  mutating func null() throws -> Bool { try word("null") }

  private mutating func word(_ word: String) throws -> Bool {
    try skipSpace()
    guard word.utf8.count <= end - position, try file.has(word.utf8, at: position) else { return false }
    position += word.utf8.count
    return true
  }

  /// Skips one value of any kind.
  /// - Parameter depth: the number of objects and lists around it.
  /// - Throws: `InputError` when it is not JSON.
  mutating func skipValue(depth: Int = 0) throws {
    guard depth <= Self.maximumDepth else { throw error(expected: "at most \(Self.maximumDepth) levels") }
    try skipSpace()
    switch try byte {
    case nil: throw error(expected: "a value")
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "{"): try object { scanner, _ in try scanner.skipValue(depth: depth + 1) }
    case UInt8(ascii: "["): try list { scanner in try scanner.skipValue(depth: depth + 1) }
    default: if try !word("null"), try !word("true"), try !word("false") { try skipNumber() }
    }
  }

  private mutating func skipDigits() throws -> Int {
    let start = position
    while let byte = try byte, (0x30...0x39).contains(byte) { position += 1 }
    return position - start
  }

  private mutating func skipByte(_ bytes: String) throws -> Bool {
    guard let byte = try byte, bytes.utf8.contains(byte) else { return false }
    position += 1
    return true
  }

  private mutating func skipNumber() throws {
    _ = try skipByte("-")
    let start = position
    let digits = try skipDigits()
    guard digits > 0, try digits == 1 || file[start] != UInt8(ascii: "0") else { throw error(expected: "a value") }
    if try skipByte("."), try skipDigits() == 0 { throw error(expected: "a digit") }
    if try skipByte("eE") {
      _ = try skipByte("+-")
      if try skipDigits() == 0 { throw error(expected: "a digit") }
    }
  }
}
