import RAMiTDiagnostics

/// Reads the JSON of a safetensors header. The format needs objects, lists, strings and natural numbers; other values
/// are skipped.
///
/// Keys are passed on one by one, so that the caller sees all keys in order, duplicates included.
struct JSONScanner {
  let file: FileBytes
  let end: Int
  var position: Int

  init(_ file: FileBytes, _ range: Range<Int>) {
    self.file = file
    position = range.lowerBound
    end = range.upperBound
  }

  /// The byte at the position; nil at the end.
  var byte: UInt8? {
    get throws { position < end ? try file[position] : nil }
  }

  func error(expected: String) -> InputError {
    let found = (try? byte).map { "\(describe($0)) at byte \(position)" } ?? "the header's end"
    return file.error(expected: "\(expected) in the header", found: found)
  }

  private func describe(_ byte: UInt8) -> String {
    (0x21...0x7e).contains(byte) ? "'\(Character(Unicode.Scalar(byte)))'" : "the byte \(byte)"
  }

  mutating func skipSpace() throws {
    while let byte = try byte, [0x20, 0x09, 0x0a, 0x0d].contains(byte) { position += 1 }
  }

  mutating func skip(_ character: Unicode.Scalar) throws -> Bool {
    try skipSpace()
    guard try byte == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws {
    guard try skip(character) else { throw error(expected: "'\(character)'") }
  }

  /// Requires that only white space follows.
  mutating func expectEnd() throws {
    try skipSpace()
    guard position == end else { throw error(expected: "nothing more") }
  }

  /// Calls `body` with each key, at the position of its value.
  mutating func object(_ body: (inout JSONScanner, _ key: String) throws -> Void) throws {
    try expect("{")
    if try skip("}") { return }
    repeat {
      try skipSpace()
      let key = try string()
      try expect(":")
      try body(&self, key)
    } while try skip(",")
    try expect("}")
  }

  /// Calls `body` at each value of a list.
  mutating func list(_ body: (inout JSONScanner) throws -> Void) throws {
    try expect("[")
    if try skip("]") { return }
    repeat { try body(&self) } while try skip(",")
    try expect("]")
  }

  /// - Parameter limit: the most numbers of the list.
  mutating func naturals(limit: Int) throws -> [Int] {
    var values: [Int] = []
    try list { scanner in
      guard values.count < limit else { throw scanner.error(expected: "at most \(limit) numbers in a list") }
      values.append(try scanner.natural())
    }
    return values
  }

  private mutating func natural() throws -> Int {
    try skipSpace()
    let start = position
    var value = 0
    while let digit = try byte.map({ $0 &- UInt8(ascii: "0") }), digit < 10 {
      let (tens, overflowed) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = tens.addingReportingOverflow(Int(digit))
      guard !overflowed, !overflow else { throw error(expected: "a number below 2^63") }
      value = sum
      position += 1
    }
    let hasLeadingZero = try position - start > 1 && file[start] == UInt8(ascii: "0")
    guard position > start, !hasLeadingZero else { throw error(expected: "a natural number") }
    return value
  }

  mutating func string() throws -> String {
    try expect("\"")
    var text: [UInt8] = []
    while let byte = try byte {
      guard byte >= 0x20 else { throw error(expected: "an escaped control character") }
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let result = String(validating: text, as: UTF8.self) else { throw error(expected: "a string in UTF-8") }
        return result
      case UInt8(ascii: "\\"): text += Array(String(try escaped()).utf8)
      default: text.append(byte)
      }
    }
    throw error(expected: "'\"'")
  }

  private mutating func escaped() throws -> Unicode.Scalar {
    guard let byte = try byte else { throw error(expected: "an escape") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try escapedScalar()
    default:
      position -= 1
      throw error(expected: "an escape")
    }
  }

  /// The scalar of `\uXXXX`, or of two such escapes that form a surrogate pair; `\u` has been read.
  private mutating func escapedScalar() throws -> Unicode.Scalar {
    let first = try hexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xdc00, position + 1 < end, try file[position] == UInt8(ascii: "\\"),
      try file[position + 1] == UInt8(ascii: "u")
    else { throw error(expected: "a surrogate pair") }
    position += 2
    let second = try hexadecimal()
    guard (0xdc00...0xdfff).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
    else { throw error(expected: "a surrogate pair") }
    return scalar
  }

  private mutating func hexadecimal() throws -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = try byte.flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
        throw error(expected: "four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  // MARK: Values that are not part of the format

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
