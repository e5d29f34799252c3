/// An XMP packet (ISO 16684-1): RDF in XML. Properties are found by their usual prefixes, as attributes and as
/// elements.
struct XMPPacket {
  private(set) var bytes: [UInt8]

  /// - Returns: nil for what is no packet in UTF-8.
  init?(_ stored: [UInt8]) {
    // Some writers end the text with zeros.
    bytes = Array(stored[..<(stored.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0)])
    guard String(validating: bytes, as: UTF8.self) != nil, !bytes.contains(0),
      Self.firstPlace(of: Array("rdf:RDF".utf8), in: bytes, from: 0) != nil
    else { return nil }
  }

  /// nil when it tells none, or no sensible one.
  var orientation: Symmetry? {
    occurrences(of: "tiff:Orientation").first
      .flatMap { Int(String(decoding: bytes[$0.value], as: UTF8.self).filter { !$0.isWhitespace }) }
      .flatMap { Symmetry(rawValue: $0) }
  }

  /// Makes it say what holds for an upright picture of this size.
  mutating func describe(width: Int, height: Int) {
    replace("tiff:Orientation", by: 1)
    for name in ["tiff:ImageWidth", "exif:PixelXDimension"] { replace(name, by: width) }
    for name in ["tiff:ImageLength", "exif:PixelYDimension"] { replace(name, by: height) }
    // The rest that it promises stood in other segments of a JPEG.
    rewrite(occurrences(of: "xmpNote:HasExtendedXMP").map(\.whole), by: [])
  }

  private mutating func replace(_ name: String, by number: Int) {
    rewrite(occurrences(of: name).map(\.value), by: Array("\(number)".utf8))
  }

  /// - Parameter places: in ascending order.
  private mutating func rewrite(_ places: [Range<Int>], by text: [UInt8]) {
    guard !places.isEmpty else { return }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var from = 0
    for place in places {
      result += bytes[from..<place.lowerBound]
      result += text
      from = place.upperBound
    }
    bytes = result + bytes[from...]
  }

  /// Where a property stands, `name="value"` or `<name>value</name>`.
  private func occurrences(of name: String) -> [(whole: Range<Int>, value: Range<Int>)] {
    let name = Array(name.utf8)
    var found: [(whole: Range<Int>, value: Range<Int>)] = []
    var from = 0
    while let start = Self.firstPlace(of: name, in: bytes, from: from) {
      from = start + name.count
      guard start > 0 else { continue }
      let isElement = bytes[start - 1] == UInt8(ascii: "<")
      guard isElement || Self.isSpace(bytes[start - 1]) else { continue }
      var place = skipSpace(from)
      guard place < bytes.count else { break }
      if isElement {
        guard bytes[place] == UInt8(ascii: ">"), let end = bytes[place...].firstIndex(of: UInt8(ascii: "<")),
          bytes[end...].starts(with: Array("</".utf8) + name),
          let last = bytes[end...].firstIndex(of: UInt8(ascii: ">"))
        else { continue }
        found.append((start - 1..<last + 1, place + 1..<end))
        from = last
      } else {
        guard bytes[place] == UInt8(ascii: "=") else { continue }
        place = skipSpace(place + 1)
        guard place < bytes.count, [UInt8(ascii: "\""), UInt8(ascii: "'")].contains(bytes[place]),
          let end = bytes[(place + 1)...].firstIndex(of: bytes[place])
        else { continue }
        found.append((start..<end + 1, place + 1..<end))
        from = end
      }
    }
    return found
  }

  private func skipSpace(_ start: Int) -> Int {
    bytes[start...].firstIndex { !Self.isSpace($0) } ?? bytes.count
  }

  private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0a, 0x0d].contains(byte) }

  private static func firstPlace(of word: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    bytes.withUnsafeBufferPointer { bytes in
      var place = start
      while place + word.count <= bytes.count {
        if bytes[place] == word[0], (0..<word.count).allSatisfy({ bytes[place + $0] == word[$0] }) { return place }
        place += 1
      }
      return nil
    }
  }
}
