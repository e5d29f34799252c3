/// File names as text. On Linux a name is bytes, and not all names are UTF-8: old cameras and archives have names in
/// Latin-1.
///
/// A byte that is not part of UTF-8 becomes one private scalar, U+10FF00 + byte, as it becomes a surrogate by Python's
/// `surrogateescape`. So every name survives the conversion to a `String` and back. Messages show such a byte as
/// `\xE9`.
extension String {
  /// The text of a name or a path.
  package init(pathBytes bytes: some Collection<UInt8>) {
    if let text = String(validating: bytes, as: UTF8.self), !text.unicodeScalars.contains(where: \.isEscapedByte) {
      self = text
      return
    }
    var text = String.UnicodeScalarView()
    var rest = bytes[...]
    while let byte = rest.first {
      // The shortest prefix that is a scalar. Bytes of a private scalar are escaped too, one by one, because
      // `pathBytes` turns a private scalar into a single byte.
      let prefixes = (1...4).lazy.map { rest.prefix($0) }
      let scalar = prefixes.compactMap { String(validating: $0, as: UTF8.self)?.unicodeScalars.first }.first
      if let scalar, !scalar.isEscapedByte {
        text.append(scalar)
        rest = rest.dropFirst(UTF8.width(scalar))
      } else {
        text.append(Unicode.Scalar(escaping: byte))
        rest = rest.dropFirst()
      }
    }
    self = String(text)
  }

  /// The bytes of this name or path in the file system.
  package var pathBytes: [UInt8] {
    guard hasEscapedBytes else { return Array(utf8) }
    return unicodeScalars.flatMap { scalar -> [UInt8] in
      scalar.isEscapedByte ? [UInt8(truncatingIfNeeded: scalar.value)] : Array(UTF8.encode(scalar)!)
    }
  }

  /// Calls `body` with the bytes of this path and a terminating zero, for calls of the system.
  package func withPathBytes<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
    guard hasEscapedBytes else { return try withCString(body) }
    return try (pathBytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { try body($0.baseAddress!) }
  }

  /// This text, in which bytes that are not UTF-8 are written as `\xE9`.
  package var showingEscapedBytes: String {
    guard hasEscapedBytes else { return self }
    return unicodeScalars.reduce(into: "") { text, scalar in
      if scalar.isEscapedByte {
        text += "\\x" + String(scalar.value & 0xff, radix: 16, uppercase: true)
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
  }

  /// This text for one line of a terminal. Control characters, which could break the line or control the terminal,
  /// become spaces; bytes that are not UTF-8 are shown as `\xE9`.
  package var onOneLine: String {
    let scalars = showingEscapedBytes.unicodeScalars
    return String(String.UnicodeScalarView(scalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
  }

  private var hasEscapedBytes: Bool {
    // The UTF-8 of every escaped byte begins with this byte, which is rare in other text.
    utf8.contains(0xf4) && unicodeScalars.contains(where: \.isEscapedByte)
  }
}

extension Unicode.Scalar {
  fileprivate init(escaping byte: UInt8) { self.init(0x10ff00 + UInt32(byte))! }

  /// ASCII is UTF-8, so bytes below 0x80 are never escaped.
  fileprivate var isEscapedByte: Bool { value >= 0x10ff80 }
}

extension CommandLine {
  /// The program's arguments without its name, with their original bytes. `arguments` replaces bytes that are not
  /// UTF-8, and a file of that name would not be found.
  package static var argumentsAsGiven: [String] {
    (1..<max(1, Int(argc))).compactMap { index in
      unsafeArgv[index].map { argument in
        let bytes = UnsafeBufferPointer(start: argument, count: length(argument))
        return String(pathBytes: bytes.map { UInt8(bitPattern: $0) })
      }
    }
  }

  private static func length(_ text: UnsafePointer<CChar>) -> Int {
    var end = text
    while end.pointee != 0 { end += 1 }
    return end - text
  }
}
