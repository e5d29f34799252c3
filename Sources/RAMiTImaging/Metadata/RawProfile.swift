/// A block in hexadecimal digits, as ImageMagick and others keep it in PNG's text chunks: a line with the block's name,
/// one with the count of bytes, then the digits.
enum RawProfile {
  /// The name in "Raw profile type exif"; nil for other keywords.
  static func name(_ keyword: String) -> String? {
    let start = "Raw profile type "
    return keyword.hasPrefix(start) ? keyword.dropFirst(start.count).lowercased() : nil
  }

  /// - Returns: nil when the text is damaged.
  static func decoded(_ text: [UInt8]) -> [UInt8]? {
    let lines = text.split(separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: true)
    guard lines.count == 3,
      let count = Int(String(decoding: lines[1], as: UTF8.self).filter { !$0.isWhitespace }), count >= 0,
      count <= lines[2].count / 2
    else { return nil }
    var result: [UInt8] = []
    result.reserveCapacity(count)
    var high: UInt8?
    for byte in lines[2] where result.count < count {
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte - 0x30
      case 0x41...0x46: digit = byte - 0x41 + 10
      case 0x61...0x66: digit = byte - 0x61 + 10
      case 0x20, 0x09, 0x0a, 0x0d: continue
      default: return nil
      }
      if let first = high {
        result.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    return result.count == count ? result : nil
  }
}
