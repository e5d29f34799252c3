extension EXIFBlock {
  /// A tag to be written.
  struct Entry {
    let tag, type, count: Int
    /// In little-endian order.
    let bytes: [UInt8]

    /// A field of any type, its bytes in little-endian order.
    init(tag: Int, type: Int, count: Int, bytes: [UInt8]) {
      (self.tag, self.type, self.count, self.bytes) = (tag, type, count, bytes)
    }

    /// Text; what follows a zero in it is left out.
    init(tag: Int, text: String) {
      let bytes = Array(text.utf8.prefix { $0 != 0 }) + [0]
      self.init(tag: tag, type: 2, count: bytes.count, bytes: bytes)
    }

    /// Numbers of 16 bits.
    init(tag: Int, shorts: [Int]) {
      self.init(tag: tag, type: 3, count: shorts.count, bytes: shorts.flatMap { little($0, size: 2) })
    }

    /// A ratio of two numbers.
    init(tag: Int, numerator: Int, denominator: Int) {
      self.init(tag: tag, type: 5, count: 1, bytes: little(numerator, size: 4) + little(denominator, size: 4))
    }
  }

  /// The bytes of a block with these tags, little-endian.
  /// - Parameters:
  ///   - tags: of the main directory: 270 is the description, 271 the maker, 272 the model, 305 the software, 306 the
  ///     date, 315 the artist, 33432 the copyright.
  ///   - camera: of the directory of exposures (34665).
  ///   - position: of the GPS directory (34853).
  static func encoded(_ tags: [Entry], camera: [Entry] = [], position: [Entry] = []) -> [UInt8] {
    var bytes: [UInt8] = [0x49, 0x49, 42, 0, 8, 0, 0, 0]
    let below = [(Tag.camera, camera), (Tag.position, position)].filter { !$0.1.isEmpty }
    let pointers = below.map { Entry(tag: $0.0, type: 4, count: 1, bytes: [0, 0, 0, 0]) }
    let main = tags.filter { ![Tag.camera, Tag.position].contains($0.tag) } + pointers
    var places = append(main, to: &bytes)
    for (tag, entries) in below {
      bytes.replaceSubrange(places[tag]!..<places[tag]! + 4, with: little(bytes.count, size: 4))
      places.merge(append(entries, to: &bytes)) { first, _ in first }
    }
    return bytes
  }

  /// Appends a directory and its values.
  /// - Returns: where the value, or the offset, of each tag stands.
  private static func append(_ entries: [Entry], to bytes: inout [UInt8]) -> [Int: Int] {
    // A directory is sorted by tag, and holds each once.
    var seen: Set<Int> = []
    let entries = entries.filter { seen.insert($0.tag).inserted }.sorted { $0.tag < $1.tag }
    var places: [Int: Int] = [:]
    var values: [UInt8] = []
    let end = bytes.count + 2 + 12 * entries.count + 4
    bytes += little(entries.count, size: 2)
    for entry in entries {
      bytes += little(entry.tag, size: 2) + little(entry.type, size: 2) + little(entry.count, size: 4)
      places[entry.tag] = bytes.count
      if entry.bytes.count <= 4 {
        bytes += entry.bytes + [UInt8](repeating: 0, count: 4 - entry.bytes.count)
      } else {
        bytes += little(end + values.count, size: 4)
        values += entry.bytes + (entry.bytes.count % 2 == 0 ? [] : [0])
      }
    }
    bytes += [0, 0, 0, 0] + values
    return places
  }
}

private func little(_ value: Int, size: Int) -> [UInt8] {
  (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}
