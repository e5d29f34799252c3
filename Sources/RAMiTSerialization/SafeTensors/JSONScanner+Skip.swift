import RAMiTDiagnostics

/// Values that the format does not know, and that readers of it pass over.
extension JSONScanner {
  /// As deep as the format's own library follows.
  private static let maximumDepth = 127

  /// Passes `null`, if that is what comes.
  mutating func null() -> Bool { word("null") }

  private mutating func word(_ word: String) -> Bool {
    skipSpace()
    guard file.bytes[position..<end].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  /// Passes one value of any kind.
  /// - Throws: `InputError` when it is not JSON.
  mutating func skipValue() throws {
    // What closes each object and list that is open.
    var open: [UInt8] = []
    repeat {
      if try skipBeginning(&open) { continue }
      while let closing = open.last {
        skipSpace()
        guard position < end else { throw error(expected: "'\(Character(Unicode.Scalar(closing)))'") }
        if skip(",") {
          if closing == UInt8(ascii: "}") { try skipKey() }
          break
        }
        guard file.bytes[position] == closing else { throw error(expected: "',' or an end") }
        position += 1
        open.removeLast()
      }
    } while !open.isEmpty
  }

  /// Passes a simple value, or the beginning of an object or a list.
  /// - Returns: whether another value follows at once.
  private mutating func skipBeginning(_ open: inout [UInt8]) throws -> Bool {
    skipSpace()
    guard position < end else { throw error(expected: "a value") }
    switch file.bytes[position] {
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "{"):
      position += 1
      if !skip("}") {
        open.append(UInt8(ascii: "}"))
        try skipKey()
        return try requireDepth(open)
      }
    case UInt8(ascii: "["):
      position += 1
      if !skip("]") {
        open.append(UInt8(ascii: "]"))
        return try requireDepth(open)
      }
    default:
      if !word("null"), !word("true"), !word("false") { try skipNumber() }
    }
    return false
  }

  private func requireDepth(_ open: [UInt8]) throws -> Bool {
    guard open.count <= Self.maximumDepth else { throw error(expected: "at most \(Self.maximumDepth) levels") }
    return true
  }

  private mutating func skipKey() throws {
    skipSpace()
    _ = try string()
    guard skip(":") else { throw error(expected: "':'") }
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while position < end, (0x30...0x39).contains(file.bytes[position]) { position += 1 }
    return position - start
  }

  private mutating func skipByte(_ bytes: String) -> Bool {
    guard position < end, bytes.utf8.contains(file.bytes[position]) else { return false }
    position += 1
    return true
  }

  private mutating func skipNumber() throws {
    _ = skipByte("-")
    let start = position
    let digits = skipDigits()
    guard digits > 0, digits == 1 || file.bytes[start] != UInt8(ascii: "0") else { throw error(expected: "a value") }
    if skipByte("."), skipDigits() == 0 { throw error(expected: "a digit") }
    if skipByte("eE") {
      _ = skipByte("+-")
      if skipDigits() == 0 { throw error(expected: "a digit") }
    }
  }
}
