import RAMiTDiagnostics

/// Reads the operands, the bytes that follow an operation.
extension PickleMachine {
  mutating func requireProtocol() throws {
    let version = try integer(UInt8.self)
    guard version <= Self.highestProtocol else {
      throw file.error(expected: "a pickle of protocol 0 to \(Self.highestProtocol)", found: "protocol \(version)")
    }
  }

  mutating func advance(_ count: Int) throws -> Range<Int> {
    guard count <= end - position else {
      throw file.error(expected: "\(count) more bytes of the pickle", found: "\(end - position)")
    }
    position += count
    return position - count..<position
  }

  mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type) throws -> Value {
    try file.integer(type, at: try advance(MemoryLayout<Value>.size).lowerBound, of: "the pickle")
  }

  /// The length of a following operand, which must lie in the pickle.
  mutating func length<Value: FixedWidthInteger & UnsignedInteger>(of type: Value.Type) throws -> Int {
    let length = try integer(type)
    guard length <= UInt64(end - position) else {
      throw file.error(expected: "\(length) more bytes of the pickle", found: "\(end - position)")
    }
    return Int(length)
  }

  /// Pushes a little-endian two's complement number; a wider number than 8 bytes is opaque.
  mutating func pushLong(size: Int) throws {
    guard size >= 0 else { throw malformed("the size of an integer", found: "\(size)") }
    let range = try advance(size)
    guard size <= 8 else { return pushOpaque("an integer of \(size) bytes") }
    let bytes = try file.bytes(range)
    let isNegative = (bytes.last ?? 0) & 0x80 != 0
    stack.append(.integer(bytes.reversed().reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) }))
  }

  /// Pushes an integer of protocols 0 and 1: decimal, with an L at the end when it is long; 00 and 01 are booleans.
  mutating func pushNumber(_ line: String) throws {
    if line == "00" || line == "01" { return stack.append(.bool(line == "01")) }
    let digits = line.hasSuffix("L") ? line.dropLast() : line[...]
    if let value = Int(digits) { return stack.append(.integer(value)) }
    let magnitude = digits.hasPrefix("-") ? digits.dropFirst() : digits
    guard !magnitude.isEmpty, magnitude.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw malformed("an integer", found: "'\(line.prefix(40))'")
    }
    pushOpaque("an integer of \(magnitude.utf8.count) digits")
  }

  mutating func pushFloat(_ line: String) throws {
    guard let value = Double(line) else { throw malformed("a number", found: "'\(line.prefix(40))'") }
    stack.append(.float(value))
  }

  func text(_ range: Range<Int>) throws -> String { try file.text(range, of: "a string of the pickle") }

  mutating func text(_ size: Int) throws -> String { try text(try advance(size)) }

  /// Pushes a string of Python 2, which is text or bytes.
  mutating func pushString(_ range: Range<Int>) {
    if let text = try? text(range) { stack.append(.string(text)) } else { pushOpaque("bytes") }
  }

  mutating func pushBytes(_ count: Int) throws {
    _ = try advance(count)
    pushOpaque("bytes")
  }

  /// - Parameter isQuoted: whether the line is a literal of Python 2; its quotes are removed, its escapes stay.
  mutating func line(isQuoted: Bool = false) throws -> String {
    let start = position
    while position < end, try file[position] != UInt8(ascii: "\n") { position += 1 }
    guard position < end else { throw file.error(expected: "a line of the pickle", found: "no line end") }
    let range = start..<position
    position += 1
    guard isQuoted else { return try text(range) }
    guard range.count >= 2, case let quote = try file[start], [0x22, 0x27].contains(quote),
      try file[range.upperBound - 1] == quote
    else {
      throw malformed("a quoted string", found: "a line without quotes")
    }
    return try text(range.lowerBound + 1..<range.upperBound - 1)
  }

  mutating func memoIndex() throws -> UInt32 {
    let line = try line()
    guard let index = UInt32(line) else { throw malformed("a memo entry's number", found: "'\(line.prefix(40))'") }
    return index
  }

  mutating func pushStackGlobal() throws {
    let names = try pop(2)
    guard case .string(let module) = names[0], case .string(let name) = names[1] else {
      throw malformed("the names of a global", found: "\(kind(names[0])) and \(kind(names[1]))")
    }
    guard module.utf8.count + name.utf8.count < 1 << 16 else {
      throw malformed("the names of a global", found: "\(module.utf8.count + name.utf8.count) bytes")
    }
    // The names may come from the memo many times, and each time their concatenation is a new string.
    copiesLeft -= (module.utf8.count + name.utf8.count) / 64
    try requireCopies()
    stack.append(.global(module + "." + name))
  }

  func requireCopies() throws {
    guard copiesLeft >= 0 else {
      throw malformed("at most one copied value for each byte", found: "more copies")
    }
  }
}
