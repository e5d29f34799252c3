import Foundation

/// The text files of Linux's `proc` and `sys` folders.
struct SystemFiles: Sendable {
  private let root: String

  init(root: String) {
    self.root = root.hasSuffix("/") ? root : root + "/"
  }

  /// - Parameter path: relative to the root; a slash at its beginning is ignored.
  func text(_ path: String) -> String? {
    // The size of these files is 0, so they are read to the end.
    guard let file = FileHandle(forReadingAtPath: root + path.drop { $0 == "/" }) else { return nil }
    defer { try? file.close() }
    guard let data = try? file.readToEnd() else { return nil }
    return String(decoding: data, as: UTF8.self)
  }

  func lines(_ path: String) -> [Substring] { text(path)?.split(separator: "\n") ?? [] }

  /// The whole number that a file holds; nil for a missing file and for "max".
  func number(in path: String) -> Int? {
    text(path).flatMap { Self.number($0.prefix { !$0.isNewline }) }
  }

  /// The first whole number after the words that begin a line; nil for "unlimited".
  func number(after words: String, in path: String) -> Int? {
    let line = lines(path).first { line in
      line.hasPrefix(words) && line.dropFirst(words.count).first?.isWhitespace == true
    }
    return line.flatMap { Self.number($0.dropFirst(words.count)) }
  }

  /// A size that is written in KiB, in bytes.
  func kibibytes(after word: String, in path: String) -> Int? {
    let line = lines(path).first { $0.hasPrefix(word) }
    return line.flatMap { Self.number($0.dropFirst(word.count)) }.map { $0 << 10 }
  }

  private static func number(_ text: Substring) -> Int? {
    text.split(whereSeparator: \.isWhitespace).first.flatMap { UInt64($0) }.map { Int(clamping: $0) }
  }
}
